package esdb_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
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

// interleaved is a ledger of so many events, on streams that take turns.
func interleaved(events int) []eventstore.Loaded {
	const streams = 300
	ledger := make([]eventstore.Loaded, events)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	revisions := make(map[int]eventstore.Revision)
	for i := range ledger {
		stream := i * 7919 % (streams + i/40) // new ones come all the time
		sample := sampleEvent()
		ledger[i] = eventstore.Loaded{Event: eventstore.Event{
			Stream: eventstore.Stream(fmt.Sprint("s-", stream)), Revision: revisions[stream], ID: sample.ID, Type: sample.Type,
			RecordedAt: at.Add(time.Duration(i) * time.Second), Data: sample.Data, Metadata: sample.Metadata,
		}}
		revisions[stream]++
	}
	return ledger
}

// E-13: a load has many appends on their way, and all the same each event stands
// where it stood, once, whatever is cut off.
func TestALoadKeepsItsOrderWhenConnectionsAreCut(t *testing.T) {
	t.Parallel()
	for name, inner := range map[string]func(t *testing.T) eventstore.Store{
		"memory": func(*testing.T) eventstore.Store { return memory.New() },
		"postgresql": func(t *testing.T) eventstore.Store {
			store, err := postgres.Open(t.Context(), pgtest.New(t), postgres.Options{AllowUnsafe: true})
			if err != nil {
				t.Fatal(err)
			}
			return store
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := inner(t)
			defer inner.Close()
			h := serve(t, inner)
			h.network.cutAfter(func() int { return 100_000 + rand.IntN(200_000) })
			store := h.open(t, esdb.Options{Patience: time.Hour})
			ledger := interleaved(6_000)
			written, err := store.Load(t.Context(), storetest.Sequence(ledger))
			if err != nil || written != int64(len(ledger)) {
				t.Fatalf("%d events written, %v", written, err)
			}
			if cuts := h.network.cuts.Load(); cuts < 5 {
				t.Errorf("the connections were cut %d times only: the test tests little", cuts)
			}
			events, err := storetest.Collect(h.openDirectly(t, esdb.Options{}).ReadAll(t.Context(), eventstore.AllQuery{}))
			if err != nil || len(events) != len(ledger) {
				t.Fatalf("the store holds %d events, %v", len(events), err)
			}
			for i, event := range events {
				if !event.Equal(ledger[i].Event) {
					t.Fatalf("event %d is %s at revision %d of %s, want revision %d of %s",
						i, event.ID, event.Revision, event.Stream, ledger[i].Revision, ledger[i].Stream)
				}
			}
		})
	}
}

// A server that writes in another order than it was sent is found out.
func TestALoadInAnotherOrderIsNoticed(t *testing.T) {
	t.Parallel()
	c := serveCrooked(t, memory.New(), &crooked{offers: true, call: swapping})
	_, err := openCrooked(t, c, esdb.Options{}).Load(t.Context(), storetest.Sequence(interleaved(50)))
	if err == nil || !strings.Contains(err.Error(), "in another order") {
		t.Errorf("got %v", err)
	}
}

// swapping passes appends on in pairs, the second one first.
func swapping(c *crooked, call streams.Streams_BatchAppendServer) error {
	behind, err := c.behind.BatchAppend(call.Context())
	if err != nil {
		return err
	}
	for {
		first, err := call.Recv()
		if err != nil {
			return nil
		}
		second, err := call.Recv()
		if err != nil {
			return nil
		}
		for _, request := range []*streams.BatchAppendReq{second, first} {
			if err := behind.Send(request); err != nil {
				return err
			}
			answer, err := behind.Recv()
			if err != nil {
				return err
			}
			if err := call.Send(answer); err != nil {
				return err
			}
		}
	}
}

// BenchmarkLoad brings a ledger in, over the gateway.
func BenchmarkLoad(b *testing.B) {
	ledger := interleaved(20_000)
	for name, inner := range map[string]func(b *testing.B) eventstore.Store{
		"memory": func(*testing.B) eventstore.Store { return memory.New() }, "postgresql": openPostgreSQL,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				store := inner(b)
				over := serve(b, store).openDirectly(b, esdb.Options{})
				b.StartTimer()
				if _, err := over.Load(b.Context(), storetest.Sequence(ledger)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*len(ledger))/b.Elapsed().Seconds(), "events/s")
		})
	}
}
