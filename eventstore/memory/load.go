package memory

import (
	"bytes"
	"context"
	"iter"
	"time"

	"guishu/eventstore"
)

var (
	_ eventstore.Loader      = (*Store)(nil)
	_ eventstore.ScopeTeller = (*Store)(nil)
)

// Load implements eventstore.Loader: all of the events or, on any error, none.
func (s *Store) Load(ctx context.Context, events iter.Seq2[eventstore.Loaded, error]) (int64, error) {
	loaded := New()
	for event, err := range eventstore.NewSequence().Check(events) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, err
		}
		loaded.take(event)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, eventstore.ErrClosed
	}
	for i, held := range s.events {
		if i == len(loaded.events) {
			return 0, &eventstore.DivergedError{Position: held.Position}
		}
		if !held.Equal(loaded.events[i]) {
			return 0, &eventstore.DivergedError{Position: held.Position, Wanted: int64(i + 1)}
		}
	}
	written := int64(len(loaded.events) - len(s.events))
	s.events, s.streams, s.byID = loaded.events, loaded.streams, loaded.byID
	close(s.changed)
	s.changed = make(chan struct{})
	return written, nil
}

// take puts an event at the end of a store that nobody else uses yet.
func (s *Store) take(e eventstore.Loaded) {
	event := e.Event
	event.Position = eventstore.Position(len(s.events) + 1)
	event.Data, event.Metadata = bytes.Clone(event.Data), bytes.Clone(event.Metadata)
	event.RecordedAt = event.RecordedAt.UTC().Truncate(time.Microsecond)
	s.events = append(s.events, event)
	s.streams[event.Stream] = append(s.streams[event.Stream], event.Position)
	s.byID[identityOf(eventstore.Append{Stream: event.Stream, Scope: e.Scope}, event.ID)] = event.Position
}

// Scopes implements eventstore.ScopeTeller.
func (s *Store) Scopes(ctx context.Context, events []eventstore.Event) ([]eventstore.IDScope, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	scopes := make([]eventstore.IDScope, len(events))
	for i, event := range events {
		if s.byID[identity{id: event.ID}] == event.Position {
			scopes[i] = eventstore.InStore
		}
	}
	return scopes, nil
}
