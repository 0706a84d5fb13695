package storetest

import (
	"context"
	"fmt"
	"iter"

	"guishu/eventstore"
	"guishu/internal/waiting"
)

// watched is a store of which every answer is a sign of life for a test's watch,
// so that what bounds a test is the time without an answer, however many it asks
// for.
type watched struct {
	eventstore.Store
	watch *waiting.Watch
}

// Append implements eventstore.Store.
func (w watched) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	defer w.watch.Await("the answer to an append to " + string(a.Stream))()
	return w.Store.Append(ctx, a)
}

// ReadStream implements eventstore.Store.
func (w watched) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return waiting.Each(w.watch, "the next event of stream "+string(q.Stream), w.Store.ReadStream(ctx, q))
}

// ReadAll implements eventstore.Store.
func (w watched) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return waiting.Each(w.watch, "the next event of all", w.Store.ReadAll(ctx, q))
}

// SubscribeStream implements eventstore.Store.
func (w watched) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	return waiting.Each(w.watch, "a delivery of the subscription to stream "+string(stream), w.Store.SubscribeStream(ctx, stream, after))
}

// SubscribeAll implements eventstore.Store.
func (w watched) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return waiting.Each(w.watch, fmt.Sprintf("a delivery of the subscription to all after %d", after), w.Store.SubscribeAll(ctx, after, filter))
}

// LastPosition implements eventstore.Store.
func (w watched) LastPosition(ctx context.Context) (eventstore.Position, error) {
	defer w.watch.Await("the last position")()
	return w.Store.LastPosition(ctx)
}

// Close implements eventstore.Store.
func (w watched) Close() error {
	defer w.watch.Await("the store to close")()
	return w.Store.Close()
}

// watchedLoader is a loader of which every event that it takes is a sign of life.
type watchedLoader struct {
	eventstore.Loader
	watch *waiting.Watch
}

// Load implements eventstore.Loader.
func (w watchedLoader) Load(ctx context.Context, events iter.Seq2[eventstore.Loaded, error]) (int64, error) {
	defer w.watch.Await("a ledger to be taken in")()
	return w.Loader.Load(ctx, func(yield func(eventstore.Loaded, error) bool) {
		for event, err := range events {
			w.watch.Alive()
			if !yield(event, err) {
				return
			}
		}
	})
}
