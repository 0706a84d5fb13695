package app

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/idindex"
	"guishu/projections"
	"guishu/projections/timeline"
	"guishu/reactions"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Lost is what a ledger does not hold any more that the database has read of it, for
// people to do again (C-09).
type Lost struct {
	// After is the last event that both know, 0 for none, and Recorded when it was
	// recorded.
	After    eventstore.Position `json:"after"`
	Recorded time.Time           `json:"recorded"`
	Events   []LostEvent         `json:"events"`
	// Erased are customers whose keys were destroyed since: their data stay unreadable,
	// though the ledger does not say any more that they were erased.
	Erased []uuid.UUID `json:"erased"`
}

// LostEvent is an event that is no more. Of one that concerns no customer, only its
// stream is known.
type LostEvent struct {
	Event    uuid.UUID           `json:"event"`
	Stream   eventstore.Stream   `json:"stream"`
	Revision eventstore.Revision `json:"revision"`
	Type     string              `json:"type,omitzero"`
	Customer uuid.UUID           `json:"customer,omitzero"`
	Actor    uuid.UUID           `json:"actor,omitzero"` // who did it, a member of staff
	Login    string              `json:"login,omitzero"` // by which they sign in
	Recorded time.Time           `json:"recorded,omitzero"`
}

// ErrNothingToAccept says that a ledger is the one that its database has read.
var ErrNothingToAccept = errors.New("账本即该数据库所读的那个,无须接受 / the ledger is the one that the database has read: there is nothing to accept")

// Accept takes a ledger that is older than what its database has read of it for the one
// to go on with. It gives what is lost, and drops what was made from it: read models,
// the index of event ids and the unique keys, which are made anew, and how far reactions
// had come beyond it. Nothing else may run on the database. keep is given what is lost
// before anything is dropped.
func Accept(ctx context.Context, c Config, keep func(Lost) error) (lost Lost, err error) {
	c.Maintenance = true
	a, err := Open(ctx, c)
	if err != nil {
		return Lost{}, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	switch err := a.verify(ctx); {
	case err == nil:
		return Lost{}, ErrNothingToAccept
	case !errors.Is(err, domain.ErrLedgerPutBack):
		return Lost{}, err
	}
	if lost, err = a.lost(ctx); err != nil {
		return Lost{}, fmt.Errorf("list what is lost: %w", err)
	}
	if err := keep(lost); err != nil {
		return lost, err
	}
	if index, beside := a.Store.(*idindex.Store); beside {
		if err := index.Reset(ctx); err != nil {
			return lost, err
		}
	}
	return lost, pgx.BeginFunc(ctx, a.Pool, func(tx pgx.Tx) error { return forget(ctx, tx, lost.After) })
}

// forget drops what was made from more than the ledger holds up to a position.
func forget(ctx context.Context, tx pgx.Tx, after eventstore.Position) error {
	if err := projections.Forget(ctx, tx); err != nil {
		return err
	}
	if err := ledger.Forget(ctx, tx); err != nil {
		return err
	}
	return reactions.Rewind(ctx, tx, after)
}

// atOnce is how many entries of the timeline are looked at in one go.
const atOnce = 500

// lost finds where the ledger ends that both know, and what came after it.
func (a *App) lost(ctx context.Context) (Lost, error) {
	lost := Lost{Events: []LostEvent{}, Erased: []uuid.UUID{}}
	known := map[uuid.UUID]bool{}
	for before, more := domain.Position(math.MaxInt64), true; more; {
		entries, err := timeline.Newest(ctx, a.Pool, before, atOnce)
		if err != nil {
			return lost, err
		}
		more = len(entries) == atOnce
		for _, e := range entries {
			stands, err := eventstore.Stands(ctx, a.Store, eventstore.Position(e.Position), e.Event)
			if err != nil {
				return lost, err
			}
			if stands {
				lost.After, lost.Recorded, more = eventstore.Position(e.Position), e.RecordedAt, false
				break
			}
			before, known[e.Event] = e.Position, true
			lost.Events = append(lost.Events, LostEvent{
				Event: e.Event, Stream: e.Stream, Revision: e.Revision, Type: e.Type, Customer: uuid.UUID(e.Customer),
				Actor: uuid.UUID(e.Actor), Login: e.Login, Recorded: e.RecordedAt,
			})
		}
	}
	if index, beside := a.Store.(*idindex.Store); beside {
		missing, err := index.Missing(ctx, lost.Recorded.Add(-clocksApart))
		if err != nil {
			return lost, err
		}
		for _, m := range missing {
			if !known[m.ID] {
				lost.Events = append(lost.Events, LostEvent{Event: m.ID, Stream: m.Stream, Revision: m.Revision})
			}
		}
	}
	erased, err := a.Ring.ErasedSince(ctx, lost.Recorded)
	lost.Erased = append(lost.Erased, erased...)
	return lost, err
}

// clocksApart is by how much the clocks of a store and of the database may differ.
const clocksApart = time.Hour
