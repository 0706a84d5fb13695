package esdb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

// What another store kept for itself stays behind, also when the load is gone on
// with.
func TestAnotherStoresBookkeepingIsNotLoaded(t *testing.T) {
	t.Parallel()
	store := serve(t, memory.New()).open(t, esdb.Options{})
	event := func(stream eventstore.Stream, revision eventstore.Revision, kind string) eventstore.Loaded {
		return eventstore.Loaded{Event: eventstore.Event{
			Stream: stream, Revision: revision, Type: kind, ID: uuid.New(), RecordedAt: time.Unix(1_700_000_000, 0).UTC(), Data: []byte("{}"),
		}}
	}
	ledger := []eventstore.Loaded{
		event("thing", 0, "began"), event("$persistentSubscriptionConfig", 0, "$PersistentSubscriptionCreated"), event("thing", 1, "went-on"),
		event("$$thing", 0, "$metadata"), event("thing", 2, "ended"),
	}
	for _, upTo := range []int{3, len(ledger), len(ledger)} {
		if _, err := store.Load(t.Context(), storetest.Sequence(ledger[:upTo])); err != nil {
			t.Fatal(err)
		}
	}
	events, err := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{}))
	if err != nil || len(events) != 3 || !events[2].Equal(ledger[4].Event) {
		t.Errorf("the store holds %+v, %v", events, err)
	}
	var invalid *eventstore.InvalidLoadError
	if _, err := store.Load(t.Context(), storetest.Sequence(append(ledger, event("thing", 3, "$>")))); !errors.As(err, &invalid) || invalid.Number != 6 {
		t.Errorf("a link: %v", err)
	}
}
