package projections

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
)

// abandoned is after what time a build that was to serve and does not is given up.
const abandoned = 24 * time.Hour

// erases says that somebody was erased by one of the events.
func erases(events []*Event) bool {
	return slices.ContainsFunc(events, func(e *Event) bool { return e.Type == erasedType })
}

// sweep drops builds that still hold a person who has been erased, because nobody
// carried them on to the erasure. It does so at the start and after each erasure. The
// build that serves is emptied by folding the erasure (design §6).
func (r *Runner) sweep(ctx context.Context) error {
	for {
		left := false
		for _, l := range r.lanes {
			if !l.plan.foldsErasures() {
				continue
			}
			held, err := r.dropUnreached(ctx, l.plan.Name)
			if err != nil {
				return err
			}
			left = left || held
		}
		if !left {
			select {
			case <-r.erased:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		// A process that carries another version on has come to the erasure by then.
		pause(ctx, r.standby)
	}
}

// somebodyErased has the builds swept that do not serve.
func (r *Runner) somebodyErased() {
	select {
	case r.erased <- struct{}{}:
	default:
	}
}

// dropUnreached drops the model's builds that stand before an erasure, if they served
// earlier or were given up. A build of another version that some process holds stays:
// that process comes to the erasure by itself, and without its build it would make
// another one and let that serve. held says that there is such a build.
func (r *Runner) dropUnreached(ctx context.Context, model string) (held bool, err error) {
	rows, err := r.pool.Query(ctx, `
		SELECT old.generation, old.version, old.position, old.version = serving.version FROM read.builds old
		JOIN read.builds serving ON serving.model = old.model AND serving.serving
		WHERE old.model = $1 AND NOT old.serving AND (old.generation < serving.generation OR old.built_at < now() - $2::interval)
		ORDER BY old.generation`, model, abandoned)
	if err != nil {
		return false, err
	}
	builds, err := pgx.CollectRows(rows, pgx.RowToStructByPos[unreached])
	if err != nil {
		return false, err
	}
	for _, b := range builds {
		missed := false
		after := eventstore.AllQuery{After: b.Position, Filter: eventstore.Filter{Types: []string{erasedType}}, Limit: 1}
		for _, err := range r.store.ReadAll(ctx, after) {
			if err != nil {
				return false, err
			}
			missed = true
		}
		if !missed {
			continue
		}
		dropped, free := false, true
		err := inTransaction(ctx, r.pool, func(tx pgx.Tx) (err error) {
			if free, err = b.free(ctx, tx, model); err != nil || !free {
				return err
			}
			dropped, err = b.drop(ctx, tx)
			return err
		})
		if err != nil {
			return false, err
		}
		held = held || !free
		if dropped {
			r.log.Info("projections: a build that an erasure did not reach was dropped", "model", model, "generation", b.Generation)
		}
	}
	return held, nil
}

// unreached is a build that does not serve.
type unreached struct {
	Generation int64
	Version    int
	Position   eventstore.Position
	Same       bool // of the version that serves, so that nobody carries it on
}

// free says that no process carries the build on, and that none can before the
// transaction ends.
func (u unreached) free(ctx context.Context, tx pgx.Tx, model string) (free bool, err error) {
	if u.Same {
		return true, nil
	}
	return locks.ReadModel(model, u.Version).Try(ctx, tx)
}

// drop drops the build, unless it has moved or serves by now.
func (u unreached) drop(ctx context.Context, tx pgx.Tx) (dropped bool, err error) {
	// Behind a long question it gives way and tries again.
	if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '500ms'`); err != nil {
		return false, err
	}
	gone, err := tx.Exec(ctx, `DELETE FROM read.builds WHERE generation = $1 AND position = $2 AND NOT serving`, u.Generation, int64(u.Position))
	if err != nil || gone.RowsAffected() == 0 {
		return false, err
	}
	return true, dropGeneration(ctx, tx, u.Generation)
}
