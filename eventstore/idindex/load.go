package idindex

import (
	"context"
	"errors"
	"iter"

	"guishu/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
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
	var seen scopes
	count, err := loader.Load(ctx, func(yield func(eventstore.Loaded, error) bool) {
		for event, err := range events {
			if err == nil {
				seen.take(event)
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
	if err := s.follower.await(ctx, last, s.closing); err != nil {
		return count, err
	}
	if err := seen.keep(ctx, s.pool); err != nil {
		return count, eventstore.Doing("keeping the scopes of event ids", err)
	}
	return count, nil
}

// scopes remembers in which scope ids were appended: the log does not say it, the
// file that is loaded does.
type scopes struct {
	others batch // events in scope InStream, which the index does not keep
	known  map[uuid.UUID]struct{}
	behind batch // events in scope InStore whose ids came in scope InStream before
}

func (s *scopes) take(event eventstore.Loaded) {
	if event.Scope == eventstore.InStream {
		if s.known == nil {
			s.known = make(map[uuid.UUID]struct{})
		}
		s.known[event.ID] = struct{}{}
		s.others.add(event.Event)
		return
	}
	if _, before := s.known[event.ID]; before {
		s.behind.add(event.Event)
	}
}

// keep takes out of the index what does not belong there, and puts in what had no
// room for it.
func (s *scopes) keep(ctx context.Context, pool *pgxpool.Pool) error {
	if len(s.others.ids) == 0 {
		return nil
	}
	_, err := pool.Exec(ctx, `
		DELETE FROM ids.event e USING unnest($1::uuid[], $2::text[], $3::bigint[]) AS other (id, stream, revision)
		WHERE e.id = other.id AND e.stream = other.stream AND e.revision = other.revision AND e.attempt = 0`,
		s.others.ids, s.others.streams, s.others.revisions)
	if err != nil {
		return err
	}
	return s.behind.write(ctx, pool)
}
