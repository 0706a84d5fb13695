package commandstest

import (
	"context"
	"iter"
	"sync"

	"guishu/eventstore"
)

// Deaf is a store that tells nobody what is appended: what is kept of its streams
// falls behind.
type Deaf struct{ eventstore.Store }

// SubscribeAll waits for ctx to end.
func (Deaf) SubscribeAll(ctx context.Context, _ eventstore.Position, _ eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return func(func(eventstore.Delivery, error) bool) { <-ctx.Done() }
}

// Interrupted is a store in which something else happens, once, before a stream is
// read.
type Interrupted struct {
	eventstore.Store
	At   eventstore.Stream
	Do   func()
	once sync.Once
}

// ReadStream reads after that has happened.
func (i *Interrupted) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	if q.Stream == i.At {
		i.once.Do(i.Do)
	}
	return i.Store.ReadStream(ctx, q)
}
