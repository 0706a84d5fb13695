package eventstore

import (
	"context"
	"errors"
	"iter"

	"github.com/google/uuid"
)

// Connector is what a Store offers that reaches its events over connections: another
// number than before means that a connection was made since, and that what answers now
// may be another server, or the same one with an older copy.
type Connector interface {
	Connections() uint64
}

// Counter is what a Store offers whose events can be counted, so that one which was
// deleted is missed whatever its stream.
type Counter interface {
	// Complete gives *GapError where an event is missing. It looks at every position,
	// about a tenth of a second for a million.
	Complete(ctx context.Context) error
}

// Stands says whether the event at a position is the one with an id.
func Stands(ctx context.Context, store Store, position Position, id uuid.UUID) (bool, error) {
	for event, err := range store.ReadAll(ctx, AllQuery{After: position - 1, Limit: 1}) {
		var gap *GapError
		if errors.As(err, &gap) {
			return false, nil // the ledger ends before it, or lacks it
		}
		return err == nil && event.Position == position && event.ID == id, err
	}
	return false, nil
}

// ConnectionsOf is how often a store has connected, 0 where it has no connections.
func ConnectionsOf(store Store) uint64 {
	if connector, ok := store.(Connector); ok {
		return connector.Connections()
	}
	return 0
}

// ErrReconnected ends what Steady yields.
var ErrReconnected = errors.New("event store: the store was connected to anew")

// Steady follows everything as SubscribeAll does, and ends with ErrReconnected before
// anything that came over a connection made later: for those who make sure, whenever a
// store has connected anew, that it still holds the ledger they know (C-09). assure does
// so at the beginning; its error is the end.
func Steady(ctx context.Context, store Store, after Position, filter Filter, assure func(context.Context) error) iter.Seq2[Delivery, error] {
	return func(yield func(Delivery, error) bool) {
		begun := ConnectionsOf(store)
		if err := assure(ctx); err != nil {
			yield(Delivery{}, err)
			return
		}
		for delivery, err := range store.SubscribeAll(ctx, after, filter) {
			if err == nil && ConnectionsOf(store) != begun {
				err = ErrReconnected
			}
			if !yield(delivery, err) || err != nil {
				return
			}
		}
	}
}
