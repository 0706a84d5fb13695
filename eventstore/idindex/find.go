package idindex

import (
	"context"
	"errors"
	"fmt"

	"guishu/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// FindID implements eventstore.IDFinder: the index says on which stream the id
// would stand, and the stream whether it does.
func (s *Store) FindID(ctx context.Context, id uuid.UUID) (eventstore.Event, bool, error) {
	leave, err := s.enter()
	if err != nil {
		return eventstore.Event{}, false, err
	}
	defer leave()
	if err := s.indexed(ctx); err != nil {
		return eventstore.Event{}, false, err
	}
	r, found, err := s.look(ctx, id)
	if err != nil || !found {
		return eventstore.Event{}, false, err
	}
	event, found, err := s.standing(ctx, r)
	if err == nil && !found && r.Revision != nil {
		err = &MissingError{ID: id, Stream: eventstore.Stream(r.Stream), Revision: eventstore.Revision(*r.Revision)}
	}
	return event, found, err
}

func (s *Store) look(ctx context.Context, id uuid.UUID) (row, bool, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, stream, revision, low, high, decided, attempt, clock_timestamp() - reserved_at AS age
		FROM ids.event WHERE id = $1`, id)
	if err != nil {
		return row{}, false, fmt.Errorf("event store: looking for an event id: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
	if errors.Is(err, pgx.ErrNoRows) {
		return row{}, false, nil
	}
	if err != nil {
		return row{}, false, fmt.Errorf("event store: looking for an event id: %w", err)
	}
	return r, true, nil
}

// standing reads the id where it must be if it is anywhere.
func (s *Store) standing(ctx context.Context, r row) (eventstore.Event, bool, error) {
	query := eventstore.StreamQuery{Stream: eventstore.Stream(r.Stream), From: eventstore.Revision(r.Low), Limit: int(r.High-r.Low) + 1}
	for event, err := range s.inner.ReadStream(ctx, query) {
		if err != nil {
			return eventstore.Event{}, false, err
		}
		if event.ID == r.ID {
			return event, true, nil
		}
	}
	return eventstore.Event{}, false, nil
}

// MissingError says that an event which the log once showed is not in the store
// any more: the store was truncated, or is another one.
type MissingError struct {
	ID       uuid.UUID
	Stream   eventstore.Stream
	Revision eventstore.Revision
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("event store: event %s stood at revision %d of %s and is not there any more", e.ID, e.Revision, e.Stream)
}
