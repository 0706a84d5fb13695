package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/idindex"
	"guishu/eventstore/postgres/locks"

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
	for _, lock := range []locks.Lock{locks.ReadSchema, locks.RegistrySchema} {
		if err := lock.Take(ctx, tx); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	batch.Queue("DROP SCHEMA read CASCADE")
	batch.Queue("TRUNCATE registry.reservation, registry.damaged")
	batch.Queue("UPDATE registry.standing SET complete = false")
	batch.Queue("UPDATE registry.watched SET position = 0")
	batch.Queue("UPDATE reaction.consumer SET position = $1, epoch = epoch + 1 WHERE position > $1", int64(after))
	batch.Queue("DELETE FROM reaction.parked WHERE position > $1", int64(after))
	return tx.SendBatch(ctx, batch).Close()
}

// lost finds where the ledger ends that both know, and what came after it.
func (a *App) lost(ctx context.Context) (Lost, error) {
	lost := Lost{Events: []LostEvent{}, Erased: []uuid.UUID{}}
	known := map[uuid.UUID]bool{}
	for before := eventstore.Position(1<<63 - 1); ; {
		rows, err := a.Pool.Query(ctx, `
			SELECT t.position, t.event, t.stream, t.revision, t.type, t.customer, t.actor, coalesce(s.login, ''), t.recorded_at
			FROM read.timeline t LEFT JOIN read.staff s ON s.staff = t.actor
			WHERE t.position < $1 ORDER BY t.position DESC LIMIT 500`, int64(before))
		if err != nil {
			return lost, err
		}
		entries, err := pgx.CollectRows(rows, pgx.RowToStructByPos[entry])
		if err != nil {
			return lost, err
		}
		for _, e := range entries {
			stands, err := eventstore.Stands(ctx, a.Store, e.Position, e.Event)
			if err != nil {
				return lost, err
			}
			if stands {
				lost.After, lost.Recorded = e.Position, e.Recorded
				break
			}
			before = e.Position
			known[e.Event] = true
			lost.Events = append(lost.Events, e.lost())
		}
		if lost.After > 0 || len(entries) < 500 {
			break
		}
	}
	if err := a.lostElsewhere(ctx, &lost, known); err != nil {
		return lost, err
	}
	rows, err := a.Pool.Query(ctx, "SELECT subject FROM keys.subject_key WHERE destroyed_at > $1", lost.Recorded)
	if err != nil {
		return lost, err
	}
	erased, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	lost.Erased = append(lost.Erased, erased...)
	return lost, err
}

// entry is a row of the timeline with who did it.
type entry struct {
	Position eventstore.Position
	Event    uuid.UUID
	Stream   eventstore.Stream
	Revision eventstore.Revision
	Type     string
	Customer uuid.UUID
	Actor    uuid.UUID
	Login    string
	Recorded time.Time
}

func (e entry) lost() LostEvent {
	return LostEvent{Event: e.Event, Stream: e.Stream, Revision: e.Revision, Type: e.Type, Customer: e.Customer, Actor: e.Actor, Login: e.Login, Recorded: e.Recorded}
}

// clocksApart is by how much the clocks of a store and of the database may differ.
const clocksApart = time.Hour

// lostElsewhere adds what the index of event ids knows, where there is one.
func (a *App) lostElsewhere(ctx context.Context, lost *Lost, known map[uuid.UUID]bool) error {
	if _, beside := a.Store.(*idindex.Store); !beside {
		return nil
	}
	rows, err := a.Pool.Query(ctx, `
		SELECT id, stream, revision FROM ids.event WHERE revision IS NOT NULL AND reserved_at > $1 ORDER BY stream, revision`,
		lost.Recorded.Add(-clocksApart))
	if err != nil {
		return err
	}
	type place struct {
		ID       uuid.UUID
		Stream   eventstore.Stream
		Revision eventstore.Revision
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil {
		return err
	}
	for _, p := range places {
		if known[p.ID] {
			continue
		}
		event, found, err := at(ctx, a.Store, p.Stream, p.Revision)
		if err != nil {
			return err
		}
		if !found || event.ID != p.ID {
			lost.Events = append(lost.Events, LostEvent{Event: p.ID, Stream: p.Stream, Revision: p.Revision})
		}
	}
	return nil
}
