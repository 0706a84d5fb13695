package projections

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/domain/customer"
	"guishu/eventstore"
)

// abandoned is after what time a build that was to serve and does not is given up.
const abandoned = 24 * time.Hour

// foldsErasures says that the model has rows of persons who can be erased.
func (p *plan) foldsErasures() bool { return p.handlers[reflect.TypeFor[customer.Erased]()] != nil }

// erases says that somebody was erased by one of the events.
func erases(events []*Event) bool {
	return slices.ContainsFunc(events, func(e *Event) bool { return e.Type == erasedType })
}

// sweep drops builds that keep somebody who was erased since the builds were last
// carried on: at the start, and when somebody was erased. What serves is emptied by
// folding the erasure (design §6).
func (r *Runner) sweep(ctx context.Context) error {
	for {
		for _, l := range r.lanes {
			if !l.plan.foldsErasures() {
				continue
			}
			if err := r.dropUnreached(ctx, l.plan.Name); err != nil {
				return err
			}
		}
		select {
		case <-r.erased:
			// Whoever carries another version on has come to it by then.
			pause(ctx, r.standby)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// somebodyErased has the builds swept that do not serve.
func (r *Runner) somebodyErased() {
	select {
	case r.erased <- struct{}{}:
	default:
	}
}

// dropUnreached drops the model's builds that serve no more, or were given up, and
// stand before an erasure.
func (r *Runner) dropUnreached(ctx context.Context, model string) error {
	rows, err := r.pool.Query(ctx, `
		SELECT old.generation, old.position FROM read.builds old
		JOIN read.builds serving ON serving.model = old.model AND serving.serving
		WHERE old.model = $1 AND NOT old.serving AND (old.generation < serving.generation OR old.built_at < now() - $2::interval)`, model, abandoned)
	if err != nil {
		return err
	}
	type left struct {
		Generation int64
		Position   eventstore.Position
	}
	builds, err := pgx.CollectRows(rows, pgx.RowToStructByPos[left])
	if err != nil {
		return err
	}
	for _, b := range builds {
		missed := false
		after := eventstore.AllQuery{After: b.Position, Filter: eventstore.Filter{Types: []string{erasedType}}, Limit: 1}
		for _, err := range r.store.ReadAll(ctx, after) {
			if err != nil {
				return err
			}
			missed = true
		}
		if !missed {
			continue
		}
		err := inTransaction(ctx, r.pool, func(tx pgx.Tx) error {
			// Behind a long question it gives way and tries again.
			if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '500ms'`); err != nil {
				return err
			}
			gone, err := tx.Exec(ctx, `DELETE FROM read.builds WHERE generation = $1 AND position = $2 AND NOT serving`, b.Generation, int64(b.Position))
			if err != nil || gone.RowsAffected() == 0 {
				return err
			}
			return dropGeneration(ctx, tx, b.Generation)
		})
		if err != nil {
			return err
		}
		r.log.Info("projections: a build that an erasure did not reach was dropped", "model", model, "generation", b.Generation)
	}
	return nil
}
