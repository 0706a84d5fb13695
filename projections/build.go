package projections

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
)

// Rebuilt is what a rebuild did.
type Rebuilt struct {
	Model       string
	Version     int
	Position    eventstore.Position // up to which events are in the rows
	Events      int                 // read
	Rows        int
	Took        time.Duration
	Compared    bool // with the rows that served, at the same position and of the same version
	Differences int  // rows that were not the same, if compared
}

// Progress is told how many events are done and how many there are, in all.
type Progress func(done, total int64)

// builder builds read models in bulk, beside those that serve.
type builder struct {
	reader
	pool *pgxpool.Pool
}

// build makes new generations of the models' tables from the whole log, all in
// one pass. It ends with one transaction, so that a crash leaves nothing behind.
// The first event that cannot be decoded or folded ends it (*EventError).
func (b builder) build(ctx context.Context, plans []*plan, progress Progress) ([]build, []Rebuilt, error) {
	began := time.Now()
	head, err := b.store.LastPosition(ctx)
	if err != nil {
		return nil, nil, err
	}
	builds := make([]build, len(plans))
	reports := make([]Rebuilt, len(plans))
	err = inTransaction(ctx, b.pool, func(tx pgx.Tx) error {
		w := bulkWriter{tx: tx}
		folded := make([]*Tx, len(plans))
		for i, p := range plans {
			if builds[i], err = addBuild(ctx, tx, p); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, createTables(p, builds[i])); err != nil {
				return err
			}
			folded[i] = p.newTx(inMemory)
		}
		reader := b.reader
		reader.wants = func(body reflect.Type) bool {
			for _, p := range plans {
				if p.wants(body) {
					return true
				}
			}
			return false
		}
		var done eventstore.Position
		var mark Mark
		events := 0
		for page := range reader.pages(ctx, 0, head) {
			for i, p := range plans {
				if _, failed := p.foldAll(folded[i], page.events); failed != nil {
					return failed
				}
				if err := w.copyLogs(ctx, p, builds[i], folded[i], copyChunk); err != nil {
					return err
				}
			}
			if page.err != nil {
				return page.err
			}
			events += len(page.events)
			mark = mark.orLater(markIn(page.events))
			done = eventstore.Position(page.events[len(page.events)-1].Position)
			if progress != nil {
				progress(int64(done), int64(head))
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, p := range plans {
			rows, err := w.finish(ctx, p, builds[i], folded[i])
			if err != nil {
				return err
			}
			folded[i] = nil
			builds[i].Position = done
			_, err = tx.Exec(ctx, `
				UPDATE read.builds SET position = $2, mark_position = nullif($3::bigint, 0), mark_event = CASE WHEN $3::bigint > 0 THEN $4::uuid END
				WHERE generation = $1`, builds[i].Generation, int64(done), int64(mark.Position), mark.Event)
			if err != nil {
				return err
			}
			reports[i] = Rebuilt{Model: p.Name, Version: p.Version, Position: done, Events: events, Rows: rows}
		}
		return nil
	})
	for i := range reports {
		reports[i].Took = time.Since(began)
	}
	return builds, reports, err
}

// promote brings a build up to where the serving one stands and, in one
// transaction in which that one cannot move, lets it serve instead.
func (b builder) promote(ctx context.Context, p *plan, fresh *build, report *Rebuilt) error {
	conn, err := b.own(ctx)
	if err != nil {
		return err
	}
	defer closeConn(conn)
	session := newSession(conn.PgConn())
	for {
		old, err := servingBuild(ctx, conn, p, "")
		if err != nil {
			return err
		}
		if err := b.catchUp(ctx, session, p, fresh, old.Position); err != nil {
			return err
		}
		switched := false
		err = inTransaction(ctx, conn, func(tx pgx.Tx) error {
			// A switch that waits for the views holds up everyone who reads them.
			// Behind a long question it gives way and tries again.
			if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '500ms'`); err != nil {
				return err
			}
			old, err := servingBuild(ctx, tx, p, "FOR UPDATE")
			if err != nil || old.Position > fresh.Position {
				return err
			}
			if report != nil && old.Generation > 0 && old.Version == fresh.Version && old.Position == fresh.Position {
				report.Compared = true
				if report.Differences, err = differingRows(ctx, tx, p, old, *fresh); err != nil {
					return err
				}
			}
			if err := serve(ctx, tx, p, *fresh); err != nil {
				return err
			}
			if old.Generation > 0 && old.Position == 0 {
				if _, err := tx.Exec(ctx, `DELETE FROM read.builds WHERE generation = $1`, old.Generation); err != nil {
					return err
				}
				if err := dropGeneration(ctx, tx, old.Generation); err != nil {
					return err
				}
			}
			switched = true
			_, err = tx.Exec(ctx, `SELECT pg_notify('`+progressChannel+`', '')`)
			return err
		})
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == lockNotAvailable {
			pause(ctx, 50*time.Millisecond)
			continue
		}
		if err != nil || switched {
			fresh.Serving = switched
			if report != nil {
				report.Position = fresh.Position
			}
			return err
		}
	}
}

// lockNotAvailable is PostgreSQL's code for a lock that did not come in time.
const lockNotAvailable = "55P03"

// catchUp applies what happened since a build was made.
func (b builder) catchUp(ctx context.Context, session *session, p *plan, fresh *build, until eventstore.Position) error {
	a := applier{session}
	m := &member{plan: p, build: *fresh}
	for m.build.Position < until {
		page := b.some(ctx, m.build.Position, until, pageSize)
		if len(page.events) == 0 && page.err == nil {
			page.err = fmt.Errorf("the ledger ends before position %d, to which read model %s has come", until, p.Name)
		}
		if page.err != nil {
			return page.err
		}
		outcomes, err := a.apply(ctx, []*member{m}, page.events)
		switch {
		case err != nil:
			return err
		case outcomes[0].failed != nil:
			return outcomes[0].failed
		case outcomes[0].fenced:
			return errFenced
		}
	}
	*fresh = m.build
	return nil
}

// servingBuild is the build that serves; none has generation 0.
func servingBuild(ctx context.Context, db querier, p *plan, lock string) (build, error) {
	var b build
	err := db.QueryRow(ctx, `SELECT generation, version, position FROM read.builds WHERE model = $1 AND serving `+lock, p.Name).
		Scan(&b.Generation, &b.Version, &b.Position)
	if errors.Is(err, pgx.ErrNoRows) {
		return build{}, nil
	}
	return b, err
}

// differingRows counts rows that only one of two builds has.
func differingRows(ctx context.Context, tx pgx.Tx, p *plan, a, b build) (int, error) {
	total := 0
	for _, table := range p.Tables {
		one, other := a.table(table.name()), b.table(table.name())
		var count int
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (
			(TABLE %s EXCEPT TABLE %s) UNION ALL (TABLE %s EXCEPT TABLE %s)) AS differing`, one, other, other, one)).Scan(&count)
		if err != nil {
			return 0, fmt.Errorf("compare the builds of read model %s: %w", p.Name, err)
		}
		total += count
	}
	return total, nil
}
