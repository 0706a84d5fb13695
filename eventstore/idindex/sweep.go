package idindex

import (
	"context"
	"time"

	"guishu/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Swept is what a sweep has come to.
type Swept struct {
	Noted int // ids that stand: the index knows now where
	Freed int // ids whose appends can never take effect any more
	Left  int // ids whose appends may still be on their way, for all that can be known
}

// mostSwept is how many reservations are read at once.
const mostSwept = 1_000

// Sweep settles reservations that were made longer than age ago and whose events
// the log has not shown: what is left of processes that crashed. Each is looked up
// in its stream, as a rival for the id would. It is dropped only where the stream
// has gone past the revision that the append was decided on, so that the append
// can never take effect; the age is to spare those under way the question.
// Nothing is fenced for tidiness: where the stream still stands at that revision,
// the reservation stays until the stream goes on or a rival asks for the id.
func (s *Store) Sweep(ctx context.Context, age time.Duration) (Swept, error) {
	leave, err := s.enter()
	if err != nil {
		return Swept{}, err
	}
	defer leave()
	if err := s.indexed(ctx); err != nil {
		return Swept{}, err
	}
	var swept Swept
	for from := (leftover{}); ; {
		found, err := s.leftBehind(ctx, age, from)
		if err != nil {
			return swept, err
		}
		for _, l := range found {
			if err := s.sweep(ctx, l.row, &swept); err != nil {
				return swept, err
			}
		}
		if len(found) < mostSwept {
			return swept, nil
		}
		from = found[len(found)-1]
	}
}

// leftover is a reservation that was left, and since when.
type leftover struct {
	row
	ReservedAt time.Time
}

// leftBehind gives reservations older than age, the oldest first, after another. It
// reads the whole table: an index of what is reserved would have to be written with
// every append, for a question that is asked a few times a day.
func (s *Store) leftBehind(ctx context.Context, age time.Duration, after leftover) ([]leftover, error) {
	select {
	case <-s.closing:
		return nil, eventstore.ErrClosed
	default:
	}
	rows, err := s.pool.Query(ctx, `
		SELECT id, stream, revision, low, high, decided, attempt, shared, clock_timestamp() - reserved_at AS age, reserved_at
		FROM ids.event
		WHERE revision IS NULL AND reserved_at <= clock_timestamp() - $1::interval AND (reserved_at, id) > ($2, $3)
		ORDER BY reserved_at, id LIMIT $4`, age, after.ReservedAt, after.ID, mostSwept)
	if err != nil {
		return nil, eventstore.Doing("looking for event ids left behind", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[leftover])
	if err != nil {
		return nil, eventstore.Doing("looking for event ids left behind", err)
	}
	return found, nil
}

// sweep settles one reservation, if it can be.
func (s *Store) sweep(ctx context.Context, r row, swept *Swept) error {
	f, err := s.fateOf(ctx, r)
	switch {
	case err != nil:
		return err
	case f.stands:
		swept.Noted++
		return s.note(ctx, r.ID, f.event)
	case f.hopeless(r):
		swept.Freed++
		return s.clerk.free(ctx, r)
	}
	swept.Left++
	return nil
}

// note writes down where an id stands, as following the log does.
func (s *Store) note(ctx context.Context, id uuid.UUID, at eventstore.Event) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE ids.event SET revision = $3, low = $3, high = $3, decided = $3
		WHERE id = $1 AND stream = $2 AND revision IS NULL`, id, string(at.Stream), int64(at.Revision))
	if err != nil {
		return eventstore.Doing("noting where an event id stands", err)
	}
	return nil
}
