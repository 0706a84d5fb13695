package eventstore

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Loaded is an event of another store on its way into this one. Its position
// says only where it stood there.
type Loaded struct {
	Event
	Scope IDScope // in which its id was appended
}

// Loader is what a Store offers that can take in a whole ledger kept elsewhere.
type Loader interface {
	// Load writes events into this store in the order given and with their ids,
	// scopes, revisions, bytes and recorded times; positions are the store's own.
	// It gives the number of events it wrote.
	//
	// The store holds none of them at first. If it holds exactly the first of
	// them, or all, because an earlier Load was cut off, it goes on behind those;
	// with anything else in it, nothing is written: *DivergedError. An
	// *InvalidLoadError says which event does not follow on those before it; an
	// error that events yield ends the load and is returned.
	Load(ctx context.Context, events iter.Seq2[Loaded, error]) (int64, error)
}

// DivergedError says that a store holds something else than the events that are
// to be loaded into it.
type DivergedError struct {
	Position Position // in the store, of the first event that differs
	Wanted   int64    // which of the events to load should stand there, from 1; 0 for none
}

func (e *DivergedError) Error() string {
	if e.Wanted == 0 {
		return fmt.Sprintf("event store: the store has more events than are to be loaded, from position %d on", e.Position)
	}
	return fmt.Sprintf("event store: the store is not empty, and its event at position %d is not the one to be loaded as number %d", e.Position, e.Wanted)
}

// InvalidLoadError says which of the events to load no store could hold.
type InvalidLoadError struct {
	Number int64 // which one, from 1
	Reason string
}

func (e *InvalidLoadError) Error() string {
	return fmt.Sprintf("event store: event number %d cannot be loaded: %s", e.Number, e.Reason)
}

// Equal says whether two stores hold the same event: everything but the position.
func (e Event) Equal(other Event) bool {
	return e.Stream == other.Stream && e.Revision == other.Revision && e.ID == other.ID && e.Type == other.Type &&
		e.Binary == other.Binary && e.RecordedAt.Equal(other.RecordedAt) &&
		string(e.Data) == string(other.Data) && string(e.Metadata) == string(other.Metadata)
}

// NotHeld yields those of events that come after the ones a store holds already,
// which must be the first of them: *DivergedError where they are not.
func NotHeld(held iter.Seq2[Event, error], events iter.Seq2[Loaded, error]) iter.Seq2[Loaded, error] {
	return func(yield func(Loaded, error) bool) {
		next, stop := iter.Pull2(held)
		defer stop()
		number, more := int64(0), true
		for event, err := range events {
			if err != nil {
				yield(Loaded{}, err)
				return
			}
			number++
			if more {
				var there Event
				if there, err, more = next(); err != nil {
					yield(Loaded{}, err)
					return
				}
				if more && !there.Equal(event.Event) {
					yield(Loaded{}, &DivergedError{Position: there.Position, Wanted: number})
					return
				}
			}
			if !more && !yield(event, nil) {
				return
			}
		}
		if !more {
			return
		}
		switch there, err, more := next(); {
		case err != nil:
			yield(Loaded{}, err)
		case more:
			yield(Loaded{}, &DivergedError{Position: there.Position})
		}
	}
}

// Sequence checks, one event after the other, that events are a whole ledger in
// its order: every one storable, every stream's revisions 0, 1, 2 …, every id new
// in its scope. It remembers every id: about 100 bytes an event.
type Sequence struct {
	count   int64
	streams map[Stream]Revision // the next one of each
	store   map[uuid.UUID]struct{}
	stream  map[idInStream]struct{}
}

type idInStream struct {
	stream Stream
	id     uuid.UUID
}

// NewSequence begins before the first event.
func NewSequence() *Sequence {
	return &Sequence{
		streams: make(map[Stream]Revision),
		store:   make(map[uuid.UUID]struct{}), stream: make(map[idInStream]struct{}),
	}
}

// Next takes in the event that follows, or says with an *InvalidLoadError why it
// cannot.
func (s *Sequence) Next(e Loaded) error {
	s.count++
	if e.RecordedAt.Before(earliest) || !e.RecordedAt.Before(latest) {
		return s.refuse("it was recorded in a year that no calendar of a store has")
	}
	event := NewEvent{ID: e.ID, Type: e.Type, Data: e.Data, Metadata: e.Metadata, Binary: e.Binary}
	if err := (Append{Stream: e.Stream, Expected: AnyRevision, Scope: e.Scope, Events: []NewEvent{event}}).Validate(); err != nil {
		return s.refuse("%s", err.(*InvalidAppendError).Reason)
	}
	if due := s.streams[e.Stream]; e.Revision != due {
		return s.refuse("stream %s is due to go on at revision %d, not at %d", e.Stream, due, e.Revision)
	}
	s.streams[e.Stream]++
	if !s.fresh(e) {
		return s.refuse("the event id %s has occurred before", e.ID)
	}
	return nil
}

func (s *Sequence) fresh(e Loaded) bool {
	if e.Scope == InStore {
		_, known := s.store[e.ID]
		s.store[e.ID] = struct{}{}
		return !known
	}
	of := idInStream{e.Stream, e.ID}
	_, known := s.stream[of]
	s.stream[of] = struct{}{}
	return !known
}

// Check yields events for as long as each follows on those before it, and then
// the *InvalidLoadError.
func (s *Sequence) Check(events iter.Seq2[Loaded, error]) iter.Seq2[Loaded, error] {
	return func(yield func(Loaded, error) bool) {
		for event, err := range events {
			if err == nil {
				err = s.Next(event)
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
	}
}

func (s *Sequence) refuse(format string, arguments ...any) error {
	return &InvalidLoadError{Number: s.count, Reason: fmt.Sprintf(format, arguments...)}
}

// The times that every store and every written form can hold.
var (
	earliest = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)
