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
// carried them on to the erasure. It does so at the start and after each erasure. What
// serves of this program's read models is emptied by folding the erasure (design §6).
func (r *Runner) sweep(ctx context.Context) error {
	for {
		held, err := r.dropUnreached(ctx)
		if err != nil {
			return err
		}
		if !held {
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

// dropUnreached drops builds about customers that stand before an erasure: those that
// served earlier or were given up, and those of read models that this program does not
// have, whatever their state. A build that another process may carry on stays while it
// is held: that process comes to the erasure by itself, and without its build it would
// make another one and let that serve. held says that there is such a build.
func (r *Runner) dropUnreached(ctx context.Context) (held bool, err error) {
	known, folding := make([]string, 0, len(r.lanes)), []string{}
	for _, l := range r.lanes {
		known = append(known, l.plan.Name)
		if l.plan.foldsErasures() {
			folding = append(folding, l.plan.Name)
		}
	}
	rows, err := r.pool.Query(ctx, `
		SELECT old.generation, old.model, old.version, old.position,
			coalesce(old.version = serving.version, false) AND old.model = ANY ($1) AS same, old.model <> ALL ($1) AS unknown
		FROM read.builds old LEFT JOIN read.builds serving ON serving.model = old.model AND serving.serving
		WHERE (old.model <> ALL ($1) OR NOT old.serving AND (old.generation < serving.generation OR old.built_at < now() - $3::interval))
		AND (position($4 in old.description) > 0 OR old.description = '' AND (old.model = ANY ($2) OR old.model <> ALL ($1)))
		ORDER BY old.generation`, known, folding, abandoned, about(OfCustomer))
	if err != nil {
		return false, err
	}
	builds, err := pgx.CollectRows(rows, pgx.RowToStructByName[unreached])
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
			if free, err = b.free(ctx, tx); err != nil || !free {
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
			r.log.Info("projections: a build that an erasure did not reach was dropped", "model", b.Model, "generation", b.Generation)
		}
	}
	return held, nil
}

// unreached is a build that is not known to have come to every erasure.
type unreached struct {
	Generation int64
	Model      string
	Version    int
	Position   eventstore.Position
	Same       bool // of the version that serves, so that nobody carries it on
	Unknown    bool // of a read model that this program does not have
}

// free says that no process carries the build on, and that none can before the
// transaction ends.
func (u unreached) free(ctx context.Context, tx pgx.Tx) (free bool, err error) {
	if u.Same {
		return true, nil
	}
	return locks.ReadModel(u.Model, u.Version).Try(ctx, tx)
}

// drop drops the build, unless it has moved or serves by now.
func (u unreached) drop(ctx context.Context, tx pgx.Tx) (dropped bool, err error) {
	// Behind a long question it gives way and tries again.
	if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '500ms'`); err != nil {
		return false, err
	}
	gone, err := tx.Exec(ctx, `DELETE FROM read.builds WHERE generation = $1 AND position = $2 AND (NOT serving OR $3)`, u.Generation, int64(u.Position), u.Unknown)
	if err != nil || gone.RowsAffected() == 0 {
		return false, err
	}
	return true, dropGeneration(ctx, tx, u.Generation)
}
