package eventstore

import "context"

// Orderly is what a Store is that takes appends in the order in which they are given
// their places, whatever their streams: it says with Queued when an append has its
// place, so that the next one can follow before this one is written.
type Orderly interface {
	// TakesInOrder says so.
	TakesInOrder() bool
}

type queuedKey struct{}

// OnQueued gives a context for an append to an Orderly store, which calls queued once
// at most: when what is appended from then on takes effect later. An append that has
// ended without it has no place.
func OnQueued(ctx context.Context, queued func()) context.Context {
	return context.WithValue(ctx, queuedKey{}, queued)
}

// Queued is how a store says that the append of a context has its place.
func Queued(ctx context.Context) {
	if queued, asked := ctx.Value(queuedKey{}).(func()); asked {
		queued()
	}
}
