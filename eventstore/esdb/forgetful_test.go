package esdb_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"sync"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

// forgetful is a store as EventStoreDB's server is after a restart: it compares
// an append's ids with those that stand where the append expects its own, and
// remembers no others. It keeps the ids in the metadata of a store that would
// remember.
type forgetful struct {
	*memory.Store
	mu sync.Mutex
}

func (f *forgetful) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a.Expected >= eventstore.NoStream {
		q := eventstore.StreamQuery{Stream: a.Stream, From: eventstore.Revision(a.Expected) + 1, Limit: len(a.Events)}
		there, err := storetest.Collect(f.ReadStream(ctx, q))
		if err != nil {
			return eventstore.Appended{}, err
		}
		if repeated(a.Events, there) {
			last := there[len(there)-1]
			return eventstore.Appended{First: q.From, Last: last.Revision, Position: last.Position, Repeated: true}, nil
		}
	}
	kept := make([]eventstore.NewEvent, len(a.Events))
	for i, event := range a.Events {
		kept[i] = event
		kept[i].ID, kept[i].Metadata = uuid.New(), append(event.ID[:], event.Metadata...)
	}
	a.Events = kept
	return f.Store.Append(ctx, a)
}

func repeated(events []eventstore.NewEvent, there []eventstore.Event) bool {
	if len(there) != len(events) {
		return false
	}
	for i, event := range events {
		if there[i].ID != event.ID {
			return false
		}
	}
	return true
}

func asAppended(event eventstore.Event) eventstore.Event {
	if len(event.Metadata) >= 16 {
		event.ID, event.Metadata = uuid.UUID(event.Metadata[:16]), bytes.Clone(event.Metadata[16:])
	}
	return event
}

func (f *forgetful) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range f.Store.ReadStream(ctx, q) {
			if !yield(asAppended(event), err) {
				return
			}
		}
	}
}

func (f *forgetful) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range f.Store.ReadAll(ctx, q) {
			if !yield(asAppended(event), err) {
				return
			}
		}
	}
}

func (f *forgetful) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return deliveredAsAppended(f.Store.SubscribeAll(ctx, after, filter))
}

func (f *forgetful) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	return deliveredAsAppended(f.Store.SubscribeStream(ctx, stream, after))
}

func deliveredAsAppended(deliveries iter.Seq2[eventstore.Delivery, error]) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		for delivery, err := range deliveries {
			delivery.Event = asAppended(delivery.Event)
			if !yield(delivery, err) {
				return
			}
		}
	}
}

// On a server that forgets, ids are known for ever all the same, and whatever is
// expected: also in a process that has read nothing of the stream.
func TestIDsAreKnownOnAServerThatForgets(t *testing.T) {
	t.Parallel()
	inner := &forgetful{Store: memory.New()}
	h := serve(t, inner)
	ctx := t.Context()
	known := made(2)
	place, err := h.openDirectly(t, esdb.Options{}).Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: known})
	if err == nil {
		_, err = inner.Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(3)})
	}
	if err != nil {
		t.Fatal(err)
	}
	if again, err := inner.Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: known[:1]}); err != nil || again.Repeated {
		t.Fatalf("the server remembers: the test tests nothing: %+v, %v", again, err)
	}
	place.Repeated = true
	half := append(made(1), known[1])
	for name, store := range map[string]*esdb.Store{
		"with a memory":    h.openDirectly(t, esdb.Options{}),
		"without a memory": h.openDirectly(t, esdb.Options{RememberedIDs: 1}),
	} {
		for range 2 {
			for _, expected := range []eventstore.Expectation{eventstore.NoStream, eventstore.AnyRevision, eventstore.StreamExists, 0, 3, 4, 5, 99} {
				again, err := store.Append(ctx, eventstore.Append{Stream: "s", Expected: expected, Events: known})
				if err != nil || again != place {
					t.Errorf("%s, expecting %d: %+v, %v, want %+v", name, expected, again, err, place)
				}
				_, err = store.Append(ctx, eventstore.Append{Stream: "s", Expected: expected, Events: half})
				if conflict := (*eventstore.IDConflictError)(nil); !errors.As(err, &conflict) || conflict.ID != known[1].ID {
					t.Errorf("%s, half of it known, expecting %d: %v", name, expected, err)
				}
			}
		}
	}
	if events, err := storetest.Collect(inner.ReadStream(ctx, eventstore.StreamQuery{Stream: "s"})); err != nil || len(events) != 6 {
		t.Errorf("%d events, %v: something was written twice", len(events), err)
	}
}

// The whole contract holds on such a server.
func TestContractOnAServerThatForgets(t *testing.T) {
	t.Parallel()
	runContract(t, func(*testing.T) eventstore.Store { return &forgetful{Store: memory.New()} })
}
