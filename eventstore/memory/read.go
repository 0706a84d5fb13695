package memory

import (
	"bytes"
	"context"
	"iter"

	"guishu/eventstore"
)

// ReadStream implements eventstore.Store.
func (s *Store) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		if err := q.Validate(); err != nil {
			yield(eventstore.Event{}, err)
			return
		}
		at, step := max(0, q.From), eventstore.Revision(1)
		if q.Backwards {
			step = -1
		}
		if q.Backwards && q.From == eventstore.NoRevision {
			at = 1<<63 - 1
		}
		for given := 0; q.Limit == 0 || given < q.Limit; given++ {
			event, found, err := s.inStream(ctx, q.Stream, &at, q.Backwards)
			if err != nil {
				yield(eventstore.Event{}, err)
				return
			}
			if !found || !yield(event, nil) {
				return
			}
			at += step
		}
	}
}

// inStream gives a stream's event at a revision; backwards, one beyond the end
// stands for the last.
func (s *Store) inStream(ctx context.Context, stream eventstore.Stream, at *eventstore.Revision, backwards bool) (eventstore.Event, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return eventstore.Event{}, false, err
	}
	positions := s.streams[stream]
	if backwards {
		*at = min(*at, eventstore.Revision(len(positions)-1))
	}
	if *at < 0 || *at >= eventstore.Revision(len(positions)) {
		return eventstore.Event{}, false, nil
	}
	return s.copyOf(positions[*at]), true, nil
}

// ReadAll implements eventstore.Store.
func (s *Store) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		if err := q.Validate(); err != nil {
			yield(eventstore.Event{}, err)
			return
		}
		at := q.After
		if q.Backwards {
			at = q.Before
		}
		for given := 0; q.Limit == 0 || given < q.Limit; given++ {
			event, found, err := s.nextInAll(ctx, at, q)
			if err != nil {
				yield(eventstore.Event{}, err)
				return
			}
			if !found || !yield(event, nil) {
				return
			}
			at = event.Position
			if q.Backwards && at == 1 {
				return
			}
		}
	}
}

// nextInAll gives the event beside a position that the filter keeps.
func (s *Store) nextInAll(ctx context.Context, at eventstore.Position, q eventstore.AllQuery) (eventstore.Event, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return eventstore.Event{}, false, err
	}
	step, end := eventstore.Position(1), eventstore.Position(len(s.events))
	if q.Backwards {
		step = -1
	}
	if q.Backwards && (at == 0 || at > end) {
		at = end + 1
	}
	for position := at + step; position >= 1 && position <= end; position += step {
		if event := &s.events[position-1]; q.Filter.Keeps(event.Stream, event.Type) {
			return s.copyOf(position), true, nil
		}
	}
	return eventstore.Event{}, false, nil
}

func (s *Store) usable(ctx context.Context) error {
	if s.closed {
		return eventstore.ErrClosed
	}
	return ctx.Err()
}

// copyOf gives an event whose slices belong to its receiver.
func (s *Store) copyOf(position eventstore.Position) eventstore.Event {
	event := s.events[position-1]
	event.Data, event.Metadata = bytes.Clone(event.Data), bytes.Clone(event.Metadata)
	return event
}

// SubscribeStream implements eventstore.Store.
func (s *Store) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	if err := (eventstore.StreamQuery{Stream: stream, From: after}).Validate(); err != nil {
		return failed(err)
	}
	return s.subscribe(ctx, false, 0, func(event *eventstore.Event) bool {
		return event.Stream == stream && event.Revision > after
	})
}

// SubscribeAll implements eventstore.Store.
func (s *Store) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	if err := (eventstore.AllQuery{After: after, Filter: filter}).Validate(); err != nil {
		return failed(err)
	}
	return s.subscribe(ctx, !filter.IsZero(), after, func(event *eventstore.Event) bool {
		return filter.Keeps(event.Stream, event.Type)
	})
}

// fallenBehind is how many events a subscription may be behind and still count
// as caught up.
const fallenBehind = 1_000

// subscribe examines every event after a position and waits at the end.
func (s *Store) subscribe(ctx context.Context, checkpoints bool, after eventstore.Position, wants func(*eventstore.Event) bool) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		position, live := after, false
		for {
			delivery, more, changed, err := s.examine(ctx, position, wants)
			if err != nil {
				yield(eventstore.Delivery{}, err)
				return
			}
			if more > fallenBehind {
				live = false
			}
			passed := delivery.Position > position
			position = max(position, delivery.Position)
			switch {
			case delivery.Kind == eventstore.EventDelivered:
				if !yield(delivery, nil) {
					return
				}
				continue
			case passed && checkpoints:
				if !yield(delivery, nil) {
					return
				}
			}
			if !live {
				live = true
				if !yield(eventstore.Delivery{Kind: eventstore.CaughtUp, Position: position}, nil) {
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

// examine gives the next wanted event after a position, or a checkpoint at the
// end; how many events there are beyond the position; and what is closed when
// there are more.
func (s *Store) examine(ctx context.Context, position eventstore.Position, wants func(*eventstore.Event) bool) (eventstore.Delivery, int, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return eventstore.Delivery{}, 0, nil, err
	}
	end := eventstore.Position(len(s.events))
	for next := min(position, end) + 1; next <= end; next++ {
		if wants(&s.events[next-1]) {
			return eventstore.Delivery{Position: next, Event: s.copyOf(next)}, int(end - position), s.changed, nil
		}
	}
	return eventstore.Delivery{Kind: eventstore.Checkpoint, Position: end}, int(end - position), s.changed, nil
}

func failed(err error) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) { yield(eventstore.Delivery{}, err) }
}
