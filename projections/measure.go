package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

// Measured is how long something took for so many events.
type Measured struct {
	Events int
	Took   time.Duration
}

// PerSecond is how many events a second that makes.
func (m Measured) PerSecond() float64 { return float64(m.Events) / m.Took.Seconds() }

// MeasureReading reads and decodes the whole ledger and does nothing with it:
// what rebuilds are compared with.
func (r *Runner) MeasureReading(ctx context.Context) (Measured, error) {
	began := time.Now()
	m := Measured{}
	for page := range r.pages(ctx, 0, 0) {
		if page.err != nil {
			return m, page.err
		}
		m.Events += len(page.events)
	}
	m.Took = time.Since(began)
	return m, ctx.Err()
}

// MeasureBuild builds a read model in bulk, beside the one that serves, and drops
// it again.
func (r *Runner) MeasureBuild(ctx context.Context, model string) (Measured, error) {
	l := r.lane(model)
	if l == nil {
		return Measured{}, fmt.Errorf("there is no read model %q", model)
	}
	builds, reports, err := r.build(ctx, []*plan{l.plan}, nil)
	if err != nil {
		return Measured{}, err
	}
	return Measured{reports[0].Events, reports[0].Took}, r.drop(ctx, builds[0])
}

// MeasureLive applies the first events of the ledger to an empty build of a read
// model, so many in a transaction, and drops it again.
func (r *Runner) MeasureLive(ctx context.Context, model string, events, batch int) (Measured, error) {
	l := r.lane(model)
	if l == nil {
		return Measured{}, fmt.Errorf("there is no read model %q", model)
	}
	m := &member{plan: l.plan}
	err := inTransaction(ctx, r.pool, func(tx pgx.Tx) (err error) {
		if m.build, err = addBuild(ctx, tx, l.plan); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, createTables(l.plan, m.build)+createKeys(l.plan, m.build))
		return err
	})
	if err != nil {
		return Measured{}, err
	}
	measured, err := r.applyFirst(ctx, m, events, batch)
	if dropped := r.drop(ctx, m.build); err == nil {
		err = dropped
	}
	return measured, err
}

func (r *Runner) applyFirst(ctx context.Context, m *member, events, batch int) (Measured, error) {
	conn, err := r.own(ctx)
	if err != nil {
		return Measured{}, err
	}
	defer closeConn(conn)
	a := applier{newSession(conn.PgConn())}
	measured := Measured{}
	began := time.Now()
	for page := range r.pages(ctx, 0, eventstore.Position(events)) {
		if page.err != nil {
			return measured, page.err
		}
		for rest := page.events; len(rest) > 0; {
			part := rest[:min(batch, len(rest))]
			rest = rest[len(part):]
			outcomes, err := a.apply(ctx, []*member{m}, part)
			if err != nil {
				return measured, err
			}
			if outcomes[0].failed != nil {
				return measured, outcomes[0].failed
			}
			measured.Events += outcomes[0].taken
		}
	}
	measured.Took = time.Since(began)
	return measured, ctx.Err()
}

func (r *Runner) drop(ctx context.Context, b build) error {
	return inTransaction(ctx, r.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM read.builds WHERE generation = $1`, b.Generation); err != nil {
			return err
		}
		return dropGeneration(ctx, tx, b.Generation)
	})
}
