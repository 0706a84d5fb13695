package esdb_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/esdbtest"
)

// openCluster gives a store at an address of a cluster, for the time of the test.
func openCluster(t testing.TB, address string, options esdb.Options) *esdb.Store {
	t.Helper()
	options.Log = quiet().Log
	store, err := esdb.Open(t.Context(), address, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// E-07: no member is asked that may lag behind, whichever is named first, and one that
// was named alone is not read from while it does not lead.
func TestWhatIsDecidedOnIsReadFromTheLeader(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	defer inner.Close()
	cluster := esdbtest.NewCluster(t, inner, 3)
	for leader := range 3 {
		cluster.Lead(leader)
		for range 5 {
			store := openCluster(t, cluster.Address(), esdb.Options{})
			appended, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(1)})
			if err != nil {
				t.Fatal(err)
			}
			events, err := storetest.Collect(store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: "s", From: appended.Last}))
			last, lastErr := store.LastPosition(t.Context())
			if err != nil || lastErr != nil || len(events) != 1 || last != appended.Position {
				t.Fatalf("led by %d: %d events and position %d after an append at %d; %v, %v", leader, len(events), last, appended.Position, err, lastErr)
			}
		}
	}
	cluster.Lead(0)
	alone := openCluster(t, cluster.AddressOf(1), esdb.Options{})
	cluster.Lead(2)
	if last, err := alone.LastPosition(t.Context()); err != nil || last != 15 {
		t.Errorf("through a member that was named alone: %d, %v", last, err)
	}
	for i := range 3 {
		if asked := cluster.Asked(i); asked > 0 {
			t.Errorf("member %d was asked %d times as if it did not matter whether it leads", i, asked)
		}
	}
}

// A server that does not lead, and whose leader is not there, is not read from either:
// the error says what it is, and what to write instead.
func TestAFollowerWhoseLeaderIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	c := serveCrooked(t, memory.New(), &crooked{offers: true, ask: func(*streams.ReadReq) error { return errElsewhere }})
	options := quiet()
	options.Patience = 50 * time.Millisecond
	_, err := esdb.Open(t.Context(), "esdb://"+c.address+"?tls=false", options)
	var follows *esdb.NotLeaderError
	if !errors.As(err, &follows) || !strings.Contains(err.Error(), c.address) || !strings.Contains(err.Error(), "esdb+discover://") {
		t.Errorf("got %v", err)
	}
}
