package projections

import (
	"context"
	"errors"
	"fmt"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Mark is an event of the ledger's own that read models have taken in. By the newest
// one they know the ledger again (C-09).
type Mark struct {
	Position eventstore.Position // 0 for none
	Event    uuid.UUID
}

func (m Mark) orLater(other Mark) Mark {
	if other.Position > m.Position {
		return other
	}
	return m
}

// markIn is the last of the ledger's own events among some: those of other programs
// may go from the store, as by its scavenging.
func markIn(events []*Event) Mark {
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Fact.Event != uuid.Nil {
			return Mark{eventstore.Position(e.Position), e.Fact.Event}
		}
	}
	return Mark{}
}

// ForkError says that the ledger is not the one that read models were built from: it
// was put back to an earlier state, or is another one.
type ForkError struct {
	Mark Mark // that is not there any more
}

func (e *ForkError) Error() string {
	return fmt.Sprintf("the read models have taken in event %s at position %d, which the ledger does not hold there", e.Mark.Event, e.Mark.Position)
}

// Verify makes sure that the ledger is the one that the read models were built from:
// *ForkError where the event that they have come to is not there. What an older program
// built gets its mark now.
func (r *Runner) Verify(ctx context.Context) error {
	mark, err := r.Mark(ctx)
	if err != nil || mark.Position == 0 {
		return err
	}
	stands, err := eventstore.Stands(ctx, r.store, mark.Position, mark.Event)
	if err == nil && !stands {
		return &ForkError{mark}
	}
	return err
}

// assure is Verify where the store has connected anew since it was last asked: what
// answers then may hold an earlier ledger, of which nothing is to be taken in.
func (r *Runner) assure(ctx context.Context) error {
	now := eventstore.ConnectionsOf(r.store)
	if r.assured.Load() == now {
		return nil
	}
	if err := r.Verify(ctx); err != nil {
		return err
	}
	r.assured.Store(now)
	return nil
}

// Mark is the newest one of all builds.
func (r *Runner) Mark(ctx context.Context) (Mark, error) {
	rows, err := r.pool.Query(ctx, `SELECT position, coalesce(mark_position, 0), mark_event FROM read.builds WHERE position > 0`)
	if err != nil {
		return Mark{}, err
	}
	var newest Mark
	var unmarked, position, place eventstore.Position
	var event *uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&position, &place, &event}, func() error {
		if event == nil {
			unmarked = max(unmarked, position)
			return nil
		}
		newest = newest.orLater(Mark{place, *event})
		return nil
	})
	if err != nil || unmarked <= newest.Position {
		return newest, err
	}
	found, err := r.markAt(ctx, unmarked)
	if err != nil || found.Position == 0 {
		return newest, err
	}
	_, err = r.pool.Exec(ctx, `UPDATE read.builds SET mark_position = $2, mark_event = $3 WHERE position = $1 AND mark_event IS NULL`,
		int64(unmarked), int64(found.Position), found.Event)
	return newest.orLater(found), err
}

// Reached is how far the read models of a database have come, and the mark by which
// they know the ledger: for whoever looks before anything is opened. Both are zero where
// there are none, the mark also where an older program built them.
func Reached(ctx context.Context, tx pgx.Tx) (eventstore.Position, Mark, error) {
	var built, marked bool
	err := tx.QueryRow(ctx, `SELECT to_regclass('read.builds') IS NOT NULL, EXISTS (
		SELECT FROM pg_attribute WHERE attrelid = to_regclass('read.builds') AND attname = 'mark_event')`).Scan(&built, &marked)
	if err != nil || !built {
		return 0, Mark{}, err
	}
	var reached eventstore.Position
	if err := tx.QueryRow(ctx, `SELECT coalesce(max(position), 0) FROM read.builds`).Scan(&reached); err != nil || !marked {
		return reached, Mark{}, err
	}
	var mark Mark
	err = tx.QueryRow(ctx, `SELECT mark_position, mark_event FROM read.builds WHERE mark_event IS NOT NULL ORDER BY mark_position DESC LIMIT 1`).
		Scan(&mark.Position, &mark.Event)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return reached, mark, err
}

// Forget drops every read model, for whoever opens them next to make anew.
func Forget(ctx context.Context, tx pgx.Tx) error {
	if err := locks.ReadSchema.Take(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DROP SCHEMA IF EXISTS read CASCADE")
	return err
}

// markAt looks for the ledger's last own event up to a position. *ForkError where the
// ledger holds nothing at the position itself.
func (r *Runner) markAt(ctx context.Context, position eventstore.Position) (Mark, error) {
	there := false
	for e, err := range r.store.ReadAll(ctx, eventstore.AllQuery{After: position - 1, Limit: 1}) {
		var gap *eventstore.GapError
		switch {
		case errors.As(err, &gap):
			return Mark{}, &ForkError{Mark{Position: position}}
		case err != nil:
			return Mark{}, err
		}
		if there = e.Position == position; there && r.ours(ctx, e) {
			return Mark{e.Position, e.ID}, nil
		}
	}
	if !there {
		return Mark{}, &ForkError{Mark{Position: position}}
	}
	for e, err := range r.store.ReadAll(ctx, eventstore.AllQuery{Before: position, Backwards: true}) {
		if err != nil {
			return Mark{}, err
		}
		if r.ours(ctx, e) {
			return Mark{e.Position, e.ID}, nil
		}
	}
	return Mark{}, nil
}

// ours says whether an event is the ledger's, and not another program's.
func (r *Runner) ours(ctx context.Context, e eventstore.Event) bool {
	_, err := r.decoder.Decode(ctx, e)
	var foreign *eventstore.ForeignError
	return !errors.As(err, &foreign)
}
