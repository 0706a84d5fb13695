package idindex

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"guishu/eventstore"

	"github.com/google/uuid"
)

// Load implements eventstore.Loader where the inner store does; everything loaded
// is in the index when it returns.
func (s *Store) Load(ctx context.Context, events iter.Seq2[eventstore.Loaded, error]) (int64, error) {
	leave, err := s.enter()
	if err != nil {
		return 0, err
	}
	defer leave()
	loader, ok := s.inner.(eventstore.Loader)
	if !ok {
		return 0, errors.New("event store: this store cannot take in a ledger")
	}
	var others []uuid.UUID // appended in scope InStream
	count, err := loader.Load(ctx, func(yield func(eventstore.Loaded, error) bool) {
		for event, err := range events {
			if err == nil && event.Scope == eventstore.InStream {
				others = append(others, event.ID)
			}
			if !yield(event, err) {
				return
			}
		}
	})
	if err != nil {
		return count, err
	}
	last, err := s.inner.LastPosition(ctx)
	if err != nil {
		return count, err
	}
	if err := s.follower.await(ctx, last, s.closing); err != nil || len(others) == 0 {
		return count, err
	}
	// The log does not say in which scope an id was appended; the file did.
	if _, err := s.pool.Exec(ctx, "DELETE FROM ids.event WHERE id = ANY($1) AND attempt = 0", others); err != nil {
		return count, fmt.Errorf("event store: keeping the scopes of event ids: %w", err)
	}
	return count, nil
}
