package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// testLoad is for stores that take in a whole ledger.
func (s *suite) testLoad(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"everything but the position is kept": func(b *bench) {
			ledger := b.madeElsewhere()
			written, err := b.loader().Load(b.ctx, Sequence(ledger))
			if err != nil || written != int64(len(ledger)) {
				b.Fatalf("%d events written, %v", written, err)
			}
			b.wantLoaded(ledger)
		},
		"it can be appended to, and knows its ids": func(b *bench) {
			ledger := b.madeElsewhere()
			if _, err := b.loader().Load(b.ctx, Sequence(ledger)); err != nil {
				b.Fatal(err)
			}
			first := ledger[0]
			again := eventstore.NewEvent{ID: first.ID, Type: first.Type, Data: first.Data, Metadata: first.Metadata}
			repeated, err := b.store.Append(b.ctx, eventstore.Append{
				Stream: first.Stream, Expected: eventstore.NoStream, Scope: first.Scope, Events: []eventstore.NewEvent{again},
			})
			if err != nil || !repeated.Repeated || repeated.First != 0 {
				b.Errorf("an event that was loaded is appended again: %+v, %v", repeated, err)
			}
			b.must(first.Stream, eventstore.AtRevision(2), newEvents(2)...)
			events := b.all(eventstore.AllQuery{})
			b.checkOrder(events)
			if len(events) != len(ledger)+2 {
				b.Errorf("the ledger holds %d events, want %d", len(events), len(ledger)+2)
			}
		},
		"ids keep their scope": (*bench).scopesLoaded,
		"a load that is done already writes nothing": func(b *bench) {
			ledger := b.madeElsewhere()
			for round, want := range []int{3, len(ledger) - 3, 0} {
				events := ledger
				if round == 0 {
					events = ledger[:3]
				}
				if written, err := b.loader().Load(b.ctx, Sequence(events)); err != nil || written != int64(want) {
					b.Fatalf("round %d: %d events written, %v, want %d", round, written, err, want)
				}
			}
			b.wantLoaded(ledger)
		},
		"a store with anything else in it is left as it is": func(b *bench) {
			b.must("there", eventstore.NoStream, newEvents(2)...)
			var diverged *eventstore.DivergedError
			if written, err := b.loader().Load(b.ctx, Sequence(b.madeElsewhere())); !errors.As(err, &diverged) || written != 0 {
				b.Errorf("%d written, %v", written, err)
			}
			if written, err := b.loader().Load(b.ctx, Sequence[eventstore.Loaded](nil)); !errors.As(err, &diverged) || diverged.Wanted != 0 || written != 0 {
				b.Errorf("nothing to load: %d written, %v", written, err)
			}
			if events := b.all(eventstore.AllQuery{}); len(events) != 2 {
				b.Errorf("%d events, want 2", len(events))
			}
		},
		"events that do not follow on each other are refused": func(b *bench) {
			for name, spoil := range map[string]func([]eventstore.Loaded) []eventstore.Loaded{
				"a revision is missing": func(l []eventstore.Loaded) []eventstore.Loaded { return slices.Delete(l, 1, 2) },
				"two change places":     func(l []eventstore.Loaded) []eventstore.Loaded { l[0], l[1] = l[1], l[0]; return l },
				"an id occurs twice":    func(l []eventstore.Loaded) []eventstore.Loaded { l[3].ID = l[0].ID; return l },
				"an id is nil":          func(l []eventstore.Loaded) []eventstore.Loaded { l[4].ID = uuid.Nil; return l },
				"a stream has no name":  func(l []eventstore.Loaded) []eventstore.Loaded { l[2].Stream = ""; return l },
			} {
				// Not every store can take back what it wrote before the fault.
				b := b.setup(b.T)
				var invalid *eventstore.InvalidLoadError
				if _, err := b.loader().Load(b.ctx, Sequence(spoil(b.madeElsewhere()))); !errors.As(err, &invalid) {
					b.Errorf("%s: %v", name, err)
				}
			}
		},
		"an error on the way is given back": func(b *bench) {
			broken := errors.New("the file is damaged")
			ledger := b.madeElsewhere()
			failing := func(yield func(eventstore.Loaded, error) bool) {
				for _, event := range ledger[:4] {
					if !yield(event, nil) {
						return
					}
				}
				yield(eventstore.Loaded{}, broken)
			}
			if _, err := b.loader().Load(b.ctx, failing); !errors.Is(err, broken) {
				b.Errorf("got %v", err)
			}
			// What it wrote before, if anything, is gone on with.
			if _, err := b.loader().Load(b.ctx, Sequence(ledger)); err != nil {
				b.Fatal(err)
			}
			b.wantLoaded(ledger)
		},
		"a cancelled load can be gone on with": func(b *bench) {
			ledger := b.madeElsewhere()
			ctx, cancel := context.WithCancel(b.ctx)
			cut := func(yield func(eventstore.Loaded, error) bool) {
				for i, event := range ledger {
					if i == 5 {
						cancel()
					}
					if !yield(event, nil) {
						return
					}
				}
			}
			if _, err := b.loader().Load(ctx, cut); !errors.Is(err, context.Canceled) {
				b.Errorf("got %v", err)
			}
			if _, err := b.loader().Load(b.ctx, Sequence(ledger)); err != nil {
				b.Fatal(err)
			}
			b.wantLoaded(ledger)
		},
	})
}

// Sequence yields a list.
func Sequence[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, value := range list {
			if !yield(value, nil) {
				return
			}
		}
	}
}

func (b *bench) loader() eventstore.Loader {
	loader, ok := b.bare.(eventstore.Loader)
	if !ok {
		b.Skip("this store cannot take in a ledger")
	}
	return watchedLoader{loader, b.waits}
}

// madeElsewhere is a ledger with the difficulties that one can have.
func (b *bench) madeElsewhere() []eventstore.Loaded {
	at := time.Date(2024, 2, 29, 23, 59, 59, 999_999_000, time.UTC)
	everyByte := make([]byte, 256)
	for i := range everyByte {
		everyByte[i] = byte(i)
	}
	var ledger []eventstore.Loaded
	add := func(stream string, revision int, eventType string, data, metadata []byte, binary bool) {
		ledger = append(ledger, eventstore.Loaded{Scope: eventstore.InStream, Event: eventstore.Event{
			Position: eventstore.Position(10 * len(ledger)), Stream: eventstore.Stream(stream), Revision: eventstore.Revision(revision), ID: uuid.New(),
			Type: eventType, RecordedAt: at, Data: data, Metadata: metadata, Binary: binary,
		}})
		at = at.Add(-time.Hour) // a clock that was set back: order is never a clock's
	}
	add("a", 0, "began", []byte(`{"n":1}`), []byte(`{"by":"x"}`), false)
	add("a", 1, "went-on", []byte(`{ "b":1,  "a":1.0, "a":2 }`), []byte("{}"), false)
	add("b", 0, "began", []byte{}, []byte{}, false)
	add("a", 2, "ended", everyByte, everyByte, true)
	add("名称", 0, "类型", []byte("\xff"), []byte("null"), true)
	add("b", 1, "went-on", []byte(`"a text"`), []byte(`{"$recordedAt":"2020-01-01T00:00:00.000000Z","x":1}`), false)
	for i := range 20 {
		add("c", i, "counted", fmt.Appendf(nil, `{"n":%d}`, i), nil, false)
	}
	return ledger
}

func (b *bench) wantLoaded(want []eventstore.Loaded) {
	b.Helper()
	events := b.all(eventstore.AllQuery{})
	b.checkOrder(events)
	if len(events) != len(want) {
		b.Fatalf("%d events, want %d", len(events), len(want))
	}
	for i, event := range events {
		if !event.Equal(want[i].Event) {
			b.Errorf("event %d is %+v, want %+v", i, event, want[i].Event)
		}
	}
}

func (b *bench) scopesLoaded() {
	b.needInStore()
	teller, ok := b.bare.(eventstore.ScopeTeller)
	if !ok {
		b.Skip("this store does not say in which scope an id was appended")
	}
	ledger := b.madeElsewhere()
	for i := range ledger {
		ledger[i].Scope = eventstore.IDScope(i % 2)
	}
	if _, err := b.loader().Load(b.ctx, Sequence(ledger)); err != nil {
		b.Fatal(err)
	}
	scopes, err := teller.Scopes(b.ctx, b.all(eventstore.AllQuery{}))
	if err != nil {
		b.Fatal(err)
	}
	for i, e := range ledger {
		if scopes[i] != e.Scope {
			b.Errorf("event %d is in scope %d, was appended in %d", i, scopes[i], e.Scope)
		}
		event := eventstore.NewEvent{ID: e.ID, Type: e.Type, Data: e.Data, Metadata: e.Metadata}
		elsewhere := eventstore.Append{Stream: "elsewhere", Expected: eventstore.AnyRevision, Scope: e.Scope, Events: []eventstore.NewEvent{event}}
		_, err := b.store.Append(b.ctx, elsewhere)
		var conflict *eventstore.IDConflictError
		if errors.As(err, &conflict) != (e.Scope == eventstore.InStore) {
			b.Errorf("the id of an event in scope %d on another stream: %v", e.Scope, err)
		}
	}
}
