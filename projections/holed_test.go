package projections_test

import (
	"context"
	"iter"

	"guishu/eventstore"
)

func (h holed) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for e, err := range h.Store.ReadAll(ctx, q) {
			if e.Position != h.hidden && !yield(e, err) {
				return
			}
		}
	}
}

func (h holed) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		for d, err := range h.Store.SubscribeAll(ctx, after, filter) {
			if d.Position != h.hidden && !yield(d, err) {
				return
			}
		}
	}
}
