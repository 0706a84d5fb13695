package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"guishu/eventstore"
)

// model is the contract of appending in its simplest form.
type model struct {
	events  []eventstore.Event
	streams map[eventstore.Stream][]uuid.UUID
	holders map[uuid.UUID]eventstore.Stream // of ids appended InStore
}

// append says what a must give: a result, or the kind of error.
func (m *model) append(a eventstore.Append) (eventstore.Appended, error) {
	held := m.streams[a.Stream]
	if result, err, known := m.known(a, held); known {
		return result, err
	}
	actual := eventstore.Revision(len(held) - 1)
	ok := a.Expected == eventstore.AnyRevision || a.Expected == eventstore.StreamExists && actual >= 0 ||
		a.Expected >= eventstore.NoStream && eventstore.Revision(a.Expected) == actual
	if !ok {
		return eventstore.Appended{}, &eventstore.WrongRevisionError{Stream: a.Stream, Expected: a.Expected, Actual: actual}
	}
	for _, event := range a.Events {
		m.streams[a.Stream] = append(m.streams[a.Stream], event.ID)
		if a.Scope == eventstore.InStore {
			m.holders[event.ID] = a.Stream
		}
		m.events = append(m.events, eventstore.Event{
			Stream: a.Stream, Revision: eventstore.Revision(len(m.streams[a.Stream]) - 1), ID: event.ID, Type: event.Type, Data: event.Data,
		})
	}
	return eventstore.Appended{First: actual + 1, Last: actual + eventstore.Revision(len(a.Events))}, nil
}

func (m *model) known(a eventstore.Append, held []uuid.UUID) (eventstore.Appended, error, bool) {
	conflict := &eventstore.IDConflictError{Stream: a.Stream}
	first, count := -1, 0
	for i, event := range a.Events {
		at := -1
		for revision, id := range held {
			if id == event.ID {
				at = revision
			}
		}
		if holder, taken := m.holders[event.ID]; a.Scope == eventstore.InStore && taken && holder != a.Stream {
			return eventstore.Appended{}, conflict, true
		}
		if at < 0 {
			continue
		}
		if i == 0 {
			first = at
		}
		if count != i || at != first+i {
			return eventstore.Appended{}, conflict, true
		}
		count++
	}
	switch count {
	case 0:
		return eventstore.Appended{}, nil, false
	case len(a.Events):
		return eventstore.Appended{First: eventstore.Revision(first), Last: eventstore.Revision(first + count - 1), Repeated: true}, nil, true
	}
	return eventstore.Appended{}, conflict, true
}

// testModel appends at random, from a small choice of streams, ids and
// expectations so that they meet, and compares with the model.
func (s *suite) testModel(t *testing.T) {
	b := s.setup(t)
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		m := &model{streams: make(map[eventstore.Stream][]uuid.UUID), holders: make(map[uuid.UUID]eventstore.Stream)}
		scope := eventstore.InStream
		if !s.withoutInStore {
			scope = rapid.SampledFrom([]eventstore.IDScope{eventstore.InStream, eventstore.InStore}).Draw(r, "scope")
		}
		ids := make([]uuid.UUID, 8)
		for i := range ids {
			ids[i] = uuid.New()
		}
		begin, err := b.store.LastPosition(b.ctx)
		if err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 12).Draw(r, "appends") {
			a := eventstore.Append{
				Stream:   eventstore.Stream(fmt.Sprintf("model-%d-%s", round, rapid.SampledFrom([]string{"x", "y"}).Draw(r, "stream"))),
				Expected: eventstore.Expectation(rapid.SampledFrom([]int{-4, -2, -2, -2, -1, 0, 1, 2, 3}).Draw(r, "expected")),
				Scope:    scope,
			}
			chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, 3, rapid.ID[uuid.UUID]).Draw(r, "ids")
			for _, id := range chosen {
				a.Events = append(a.Events, eventstore.NewEvent{ID: id, Type: "drawn", Data: id[:]})
			}
			want, wantErr := m.append(a)
			got, gotErr := b.store.Append(b.ctx, a)
			compareOutcome(r, want, wantErr, got, gotErr)
		}
		b.compareEvents(r, m, begin)
	})
}

func compareOutcome(r *rapid.T, want eventstore.Appended, wantErr error, got eventstore.Appended, gotErr error) {
	var wrong *eventstore.WrongRevisionError
	var conflict *eventstore.IDConflictError
	switch wantErr := wantErr.(type) {
	case nil:
		got.Position = 0
		if gotErr != nil || got != want {
			r.Fatalf("got %+v, %v, want %+v", got, gotErr, want)
		}
	case *eventstore.WrongRevisionError:
		if !errors.As(gotErr, &wrong) || *wrong != *wantErr {
			r.Fatalf("got %v, want %v", gotErr, wantErr)
		}
	case *eventstore.IDConflictError:
		if !errors.As(gotErr, &conflict) || conflict.Stream != wantErr.Stream {
			r.Fatalf("got %v, want a conflict of ids", gotErr)
		}
	}
}

func (b *bench) compareEvents(r *rapid.T, m *model, begin eventstore.Position) {
	got, err := Collect(b.store.ReadAll(b.ctx, eventstore.AllQuery{After: begin}))
	if err != nil || len(got) != len(m.events) {
		r.Fatalf("%d events, %v, want %d", len(got), err, len(m.events))
	}
	for i, want := range m.events {
		if got[i].Stream != want.Stream || got[i].Revision != want.Revision || got[i].ID != want.ID || string(got[i].Data) != string(want.Data) {
			r.Fatalf("event %d is %+v, want %+v", i, got[i], want)
		}
	}
}
