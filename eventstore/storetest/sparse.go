package storetest

import (
	"context"
	"iter"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// stride is how far apart the positions of a sparse store's events are, about.
const stride = 97

// Sparse gives a store the positions of an EventStoreDB: rising, with gaps of
// uneven width, the first one well above 1. What is built on the port must not
// notice.
func Sparse(store eventstore.Store) eventstore.Store {
	thin := &sparse{Store: store}
	if finder, ok := store.(eventstore.IDFinder); ok {
		return &sparseFinder{sparse: thin, finder: finder}
	}
	return thin
}

type sparse struct{ eventstore.Store }

// TakesInOrder implements eventstore.Orderly: as the store does.
func (s *sparse) TakesInOrder() bool {
	orderly, is := s.Store.(eventstore.Orderly)
	return is && orderly.TakesInOrder()
}

// outside is the position shown for one of the store's own.
func outside(inner eventstore.Position) eventstore.Position {
	if inner == 0 {
		return 0
	}
	return inner*stride + inner%13
}

// inside is the store's own newest position among those shown up to p.
func inside(p eventstore.Position) eventstore.Position {
	inner := p / stride
	if outside(inner) > p {
		inner--
	}
	return inner
}

// Append implements eventstore.Store.
func (s *sparse) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	appended, err := s.Store.Append(ctx, a)
	appended.Position = outside(appended.Position)
	return appended, err
}

// ReadStream implements eventstore.Store.
func (s *sparse) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return thinned(s.Store.ReadStream(ctx, q))
}

// ReadAll implements eventstore.Store.
func (s *sparse) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	if q.After > 0 {
		q.After = inside(q.After)
	}
	if q.Before > 0 {
		q.Before = inside(q.Before-1) + 1
	}
	return thinned(s.Store.ReadAll(ctx, q))
}

func thinned(events iter.Seq2[eventstore.Event, error]) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range events {
			event.Position = outside(event.Position)
			if !yield(event, err) {
				return
			}
		}
	}
}

// SubscribeStream implements eventstore.Store.
func (s *sparse) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	return spread(s.Store.SubscribeStream(ctx, stream, after))
}

// SubscribeAll implements eventstore.Store.
func (s *sparse) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	if after > 0 {
		after = inside(after)
	}
	return spread(s.Store.SubscribeAll(ctx, after, filter))
}

func spread(deliveries iter.Seq2[eventstore.Delivery, error]) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		for delivery, err := range deliveries {
			delivery.Position = outside(delivery.Position)
			delivery.Event.Position = outside(delivery.Event.Position)
			if !yield(delivery, err) {
				return
			}
		}
	}
}

// LastPosition implements eventstore.Store.
func (s *sparse) LastPosition(ctx context.Context) (eventstore.Position, error) {
	last, err := s.Store.LastPosition(ctx)
	return outside(last), err
}

// Contiguous implements eventstore.Store.
func (s *sparse) Contiguous() bool { return false }

type sparseFinder struct {
	*sparse
	finder eventstore.IDFinder
}

// FindID implements eventstore.IDFinder.
func (s *sparseFinder) FindID(ctx context.Context, id uuid.UUID) (eventstore.Event, bool, error) {
	event, found, err := s.finder.FindID(ctx, id)
	event.Position = outside(event.Position)
	return event, found, err
}
