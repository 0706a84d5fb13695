package gateway

import (
	"context"
	"iter"

	"guishu/eventstore"
)

// placed is a store whose events stand at places in a file.
type placed struct {
	eventstore.Store
	places places
}

// Append implements eventstore.Store.
func (s *placed) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	appended, err := s.Store.Append(ctx, a)
	appended.Position = s.places.of(appended.Position)
	return appended, err
}

// ReadStream implements eventstore.Store.
func (s *placed) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return s.events(s.Store.ReadStream(ctx, q))
}

// ReadAll implements eventstore.Store.
func (s *placed) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	q.After = s.places.upTo(q.After)
	if q.Before > 0 {
		q.Before = s.places.upTo(q.Before-1) + 1
	}
	return s.events(s.Store.ReadAll(ctx, q))
}

func (s *placed) events(events iter.Seq2[eventstore.Event, error]) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range events {
			event.Position = s.places.of(event.Position)
			if !yield(event, err) {
				return
			}
		}
	}
}

// SubscribeStream implements eventstore.Store.
func (s *placed) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	return s.deliveries(s.Store.SubscribeStream(ctx, stream, after))
}

// SubscribeAll implements eventstore.Store.
func (s *placed) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return s.deliveries(s.Store.SubscribeAll(ctx, s.places.upTo(after), filter))
}

func (s *placed) deliveries(deliveries iter.Seq2[eventstore.Delivery, error]) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		for delivery, err := range deliveries {
			delivery.Position = s.places.of(delivery.Position)
			delivery.Event.Position = s.places.of(delivery.Event.Position)
			if !yield(delivery, err) {
				return
			}
		}
	}
}

// LastPosition implements eventstore.Store.
func (s *placed) LastPosition(ctx context.Context) (eventstore.Position, error) {
	last, err := s.Store.LastPosition(ctx)
	return s.places.of(last), err
}

// Contiguous implements eventstore.Store.
func (s *placed) Contiguous() bool { return false }
