// Package memory is a Store that lives in this process and keeps nothing: for
// tests of what is built on a Store. It passes the whole contract.
package memory

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// Store is an eventstore.Store in memory.
type Store struct {
	mu      sync.Mutex
	events  []eventstore.Event // by position, from 1
	streams map[eventstore.Stream][]eventstore.Position
	byID    map[identity]eventstore.Position
	changed chan struct{} // closed and replaced by every append, and by Close
	closed  bool
}

// identity is what must be new for an event to be new. Its stream is empty in
// scope InStore.
type identity struct {
	stream eventstore.Stream
	id     uuid.UUID
}

var _ eventstore.Store = (*Store)(nil)

// New gives an empty store.
func New() *Store {
	return &Store{
		streams: make(map[eventstore.Stream][]eventstore.Position),
		byID:    make(map[identity]eventstore.Position),
		changed: make(chan struct{}),
	}
}

// TakesInOrder implements eventstore.Orderly.
func (s *Store) TakesInOrder() bool { return true }

// Append implements eventstore.Store.
func (s *Store) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return eventstore.Appended{}, eventstore.ErrClosed
	}
	eventstore.Queued(ctx)
	if result, known, err := s.known(a); known || err != nil {
		return result, err
	}
	actual := eventstore.Revision(len(s.streams[a.Stream]) - 1)
	if !holds(a.Expected, actual) {
		return eventstore.Appended{}, &eventstore.WrongRevisionError{Stream: a.Stream, Expected: a.Expected, Actual: actual}
	}
	s.write(a, actual)
	last := actual + eventstore.Revision(len(a.Events))
	return eventstore.Appended{First: actual + 1, Last: last, Position: eventstore.Position(len(s.events))}, nil
}

func (s *Store) write(a eventstore.Append, actual eventstore.Revision) {
	now := time.Now().UTC().Truncate(time.Microsecond)
	for i, event := range a.Events {
		position := eventstore.Position(len(s.events) + 1)
		s.events = append(s.events, eventstore.Event{
			Position: position, Stream: a.Stream, Revision: actual + 1 + eventstore.Revision(i),
			ID: event.ID, Type: event.Type, RecordedAt: now,
			Data: bytes.Clone(event.Data), Metadata: bytes.Clone(event.Metadata), Binary: event.Binary,
		})
		s.streams[a.Stream] = append(s.streams[a.Stream], position)
		s.byID[identityOf(a, event.ID)] = position
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// known is the outcome of an append whose ids are known, all or some.
func (s *Store) known(a eventstore.Append) (eventstore.Appended, bool, error) {
	var first, last eventstore.Event
	count := 0
	for i, event := range a.Events {
		position, ok := s.byID[identityOf(a, event.ID)]
		if !ok {
			continue
		}
		held := s.events[position-1]
		if held.Stream != a.Stream || count != i || i > 0 && held.Revision != last.Revision+1 {
			return eventstore.Appended{}, true, &eventstore.IDConflictError{Stream: a.Stream, ID: event.ID, Holder: held.Stream}
		}
		if i == 0 {
			first = held
		}
		last = held
		count++
	}
	if count == 0 {
		return eventstore.Appended{}, false, nil
	}
	if count < len(a.Events) {
		return eventstore.Appended{}, true, &eventstore.IDConflictError{Stream: a.Stream, ID: first.ID, Holder: a.Stream}
	}
	return eventstore.Appended{First: first.Revision, Last: last.Revision, Position: last.Position, Repeated: true}, true, nil
}

func identityOf(a eventstore.Append, id uuid.UUID) identity {
	if a.Scope == eventstore.InStore {
		return identity{id: id}
	}
	return identity{stream: a.Stream, id: id}
}

func holds(expected eventstore.Expectation, actual eventstore.Revision) bool {
	switch expected {
	case eventstore.AnyRevision:
		return true
	case eventstore.StreamExists:
		return actual >= 0
	}
	return eventstore.Revision(expected) == actual
}

// LastPosition implements eventstore.Store.
func (s *Store) LastPosition(ctx context.Context) (eventstore.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, eventstore.ErrClosed
	}
	return eventstore.Position(len(s.events)), ctx.Err()
}

// Contiguous implements eventstore.Store: positions are 1, 2, 3 …
func (s *Store) Contiguous() bool { return true }

// Close implements eventstore.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.changed)
	}
	return nil
}
