package idindex

import (
	"context"
	"fmt"
	"time"

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
	rows, err := s.look(ctx, []uuid.UUID{id})
	if err != nil || len(rows) == 0 {
		return eventstore.Event{}, false, err
	}
	r := rows[0]
	event, found, err := s.standing(ctx, r)
	if err == nil && !found && r.Revision != nil {
		err = &MissingError{ID: id, Stream: eventstore.Stream(r.Stream), Revision: eventstore.Revision(*r.Revision)}
	}
	return event, found, err
}

// Scopes implements eventstore.ScopeTeller. The log does not say in which scope
// an event was appended; the index holds every id once, and takes each for one in
// scope InStore on the stream that came first to hold it.
func (s *Store) Scopes(ctx context.Context, events []eventstore.Event) ([]eventstore.IDScope, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := s.indexed(ctx); err != nil {
		return nil, err
	}
	ids, last := make([]uuid.UUID, len(events)), eventstore.Position(0)
	for i, event := range events {
		ids[i], last = event.ID, max(last, event.Position)
	}
	if err := s.follower.await(ctx, last, s.closing); err != nil {
		return nil, err
	}
	rows, err := s.look(ctx, ids)
	if err != nil {
		return nil, err
	}
	holders := make(map[uuid.UUID]row, len(rows))
	for _, r := range rows {
		holders[r.ID] = r
	}
	scopes := make([]eventstore.IDScope, len(events))
	for i, event := range events {
		r, known := holders[event.ID]
		if revision := int64(event.Revision); known && r.Stream == string(event.Stream) && r.Low <= revision && revision <= r.High {
			scopes[i] = eventstore.InStore
		}
	}
	return scopes, nil
}

func (s *Store) look(ctx context.Context, ids []uuid.UUID) ([]row, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, stream, revision, low, high, decided, attempt, shared, clock_timestamp() - reserved_at AS age
		FROM ids.event WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, eventstore.Doing("looking for event ids", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return nil, eventstore.Doing("looking for event ids", err)
	}
	return found, nil
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

// Missing gives the events that the log has shown since a moment, by the database's
// clock, and that the store does not hold any more.
func (s *Store) Missing(ctx context.Context, since time.Time) ([]*MissingError, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id, stream, revision, low, high, decided, attempt, shared, clock_timestamp() - reserved_at AS age
		FROM ids.event WHERE revision IS NOT NULL AND reserved_at > $1 ORDER BY stream, revision`, since)
	if err != nil {
		return nil, eventstore.Doing("looking for event ids", err)
	}
	shown, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return nil, eventstore.Doing("looking for event ids", err)
	}
	var missing []*MissingError
	for _, r := range shown {
		_, found, err := s.standing(ctx, r)
		if err != nil {
			return nil, err
		}
		if !found {
			missing = append(missing, &MissingError{ID: r.ID, Stream: eventstore.Stream(r.Stream), Revision: eventstore.Revision(*r.Revision)})
		}
	}
	return missing, nil
}

// Vanished implements eventstore.Witness: by the inner store, and by what the log
// has shown.
func (s *Store) Vanished(ctx context.Context, stream eventstore.Stream) (string, error) {
	if inner, ok := s.inner.(eventstore.Witness); ok {
		if how, err := inner.Vanished(ctx, stream); how != "" || err != nil {
			return how, err
		}
	}
	var shown bool
	err := s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM ids.stream WHERE name = $1)", string(stream)).Scan(&shown)
	switch {
	case err != nil:
		return "", eventstore.Doing("looking for a stream", err)
	case shown:
		return "the log has shown events of it", nil
	}
	return "", nil
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

// Unwrap is what that says of the stream.
func (e *MissingError) Unwrap() error {
	return &eventstore.DamagedError{Stream: e.Stream, Missing: e.Revision, Reason: "the event with the id " + e.ID.String() + " is gone"}
}
