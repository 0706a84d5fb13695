package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
)

func (s *suite) testIdempotency(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"a repeated append returns the first result": func(b *bench) {
			events := newEvents(3)
			first := b.must("s", eventstore.NoStream, events...)
			b.must("s", eventstore.AtRevision(2), newEvents(2)...)
			for _, expected := range []eventstore.Expectation{eventstore.NoStream, eventstore.AnyRevision, eventstore.StreamExists, eventstore.AtRevision(0), eventstore.AtRevision(99)} {
				again := b.must("s", expected, events...)
				if !again.Repeated || again.First != first.First || again.Last != first.Last || again.Position != first.Position {
					b.Errorf("repeated expecting %d: %+v, first %+v", expected, again, first)
				}
			}
			if first.Repeated || len(b.stream("s")) != 5 {
				b.Errorf("the stream has %d events, want 5", len(b.stream("s")))
			}
		},
		"the same ids on another stream are new": func(b *bench) {
			events := newEvents(2)
			b.must("one", eventstore.NoStream, events...)
			if other := b.must("two", eventstore.NoStream, events...); other.Repeated {
				b.Errorf("got %+v", other)
			}
		},
		"only some of the ids known is a conflict": func(b *bench) {
			known := newEvents(2)
			b.must("s", eventstore.NoStream, known...)
			swapped := []eventstore.NewEvent{known[1], known[0]}
			longer := append(append([]eventstore.NewEvent{}, known...), newEvents(1)...)
			later := append(newEvents(1), known[0])
			for name, events := range map[string][]eventstore.NewEvent{"swapped": swapped, "longer": longer, "later": later} {
				_, err := b.store.Append(b.ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: events})
				b.wantConflict(name, err, "s", "s")
			}
			if got := len(b.stream("s")); got != 2 {
				b.Errorf("the stream has %d events, want 2", got)
			}
		},
		"an id in the store is known on every stream": func(b *bench) {
			b.needInStore()
			a := eventstore.Append{Stream: "one", Expected: eventstore.NoStream, Scope: eventstore.InStore, Events: newEvents(2)}
			if _, err := b.store.Append(b.ctx, a); err != nil {
				b.Fatal(err)
			}
			again, err := b.store.Append(b.ctx, a)
			if err != nil || !again.Repeated || again.Last != 1 {
				b.Errorf("repeated: %+v, %v", again, err)
			}
			a.Stream = "two"
			_, err = b.store.Append(b.ctx, a)
			b.wantConflict("elsewhere", err, "two", "one")
			if got := len(b.stream("two")); got != 0 {
				b.Errorf("stream two has %d events, want none", got)
			}
		},
		"the same append many times at once is written once": func(b *bench) {
			const callers = 32
			events := newEvents(2)
			results := make([]eventstore.Appended, callers)
			errs := make([]error, callers)
			var group sync.WaitGroup
			for i := range callers {
				group.Go(func() {
					results[i], errs[i] = b.store.Append(b.ctx, eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: events})
				})
			}
			group.Wait()
			fresh := 0
			for i := range callers {
				if errs[i] != nil || results[i].Last != 1 {
					b.Errorf("caller %d: %+v, %v", i, results[i], errs[i])
				}
				if !results[i].Repeated {
					fresh++
				}
			}
			if fresh != 1 || len(b.stream("s")) != 2 {
				b.Errorf("%d callers wrote, the stream has %d events", fresh, len(b.stream("s")))
			}
		},
		"one id for many streams at once takes effect on one": func(b *bench) {
			b.needInStore()
			const callers = 32
			event := newEvent("slot.taken", "")
			errs := make([]error, callers)
			var group sync.WaitGroup
			for i := range callers {
				group.Go(func() {
					_, errs[i] = b.store.Append(b.ctx, eventstore.Append{
						Stream: eventstore.Stream("s-" + uuid.NewString()), Expected: eventstore.NoStream,
						Scope: eventstore.InStore, Events: []eventstore.NewEvent{event},
					})
				})
			}
			group.Wait()
			won := 0
			for _, err := range errs {
				var conflict *eventstore.IDConflictError
				switch {
				case err == nil:
					won++
				case !errors.As(err, &conflict):
					b.Errorf("got %v", err)
				}
			}
			if won != 1 || len(b.all(eventstore.AllQuery{})) != 1 {
				b.Errorf("%d appends succeeded, want 1", won)
			}
		},
		"conflicts leave their neighbours alone": (*bench).conflictsAmongNeighbours,
	})
}

// conflictsAmongNeighbours sends good appends, repeated ones, conflicting ones
// and wrong expectations all at once, so that they share batches.
func (b *bench) conflictsAmongNeighbours() {
	const rounds = 40
	known := newEvents(2)
	b.must("known", eventstore.NoStream, known...)
	b.must("busy", eventstore.NoStream, newEvents(1)...)
	errs := make([][4]error, rounds)
	var group sync.WaitGroup
	for i := range rounds {
		send := func(slot int, a eventstore.Append) {
			group.Go(func() { _, errs[i][slot] = b.store.Append(b.ctx, a) })
		}
		send(0, eventstore.Append{Stream: eventstore.Stream("good-" + uuid.NewString()), Expected: eventstore.NoStream, Events: newEvents(2)})
		send(1, eventstore.Append{Stream: "known", Expected: eventstore.NoStream, Events: known})
		send(2, eventstore.Append{Stream: "known", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{known[1], known[0]}})
		send(3, eventstore.Append{Stream: "busy", Expected: eventstore.NoStream, Events: newEvents(1)})
	}
	group.Wait()
	for i := range rounds {
		if errs[i][0] != nil || errs[i][1] != nil {
			b.Errorf("good: %v, repeated: %v", errs[i][0], errs[i][1])
		}
		b.wantConflict("swapped", errs[i][2], "known", "known")
		b.wantRevisionError(errs[i][3], "busy", eventstore.NoStream, 0)
	}
	events := b.all(eventstore.AllQuery{})
	b.checkOrder(events)
	if len(events) != 3+2*rounds {
		b.Errorf("the ledger holds %d events, want %d", len(events), 3+2*rounds)
	}
}

func (b *bench) needInStore() {
	if b.withoutInStore {
		b.Skip("this store knows ids only within a stream")
	}
}

func (b *bench) wantConflict(name string, err error, stream, holder eventstore.Stream) {
	b.Helper()
	var conflict *eventstore.IDConflictError
	if !errors.As(err, &conflict) {
		b.Errorf("%s: got %v, want a conflict of ids", name, err)
		return
	}
	if conflict.Stream != stream || conflict.Holder != holder || conflict.ID == uuid.Nil {
		b.Errorf("%s: got %+v", name, *conflict)
	}
}
