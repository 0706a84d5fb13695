package projections

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
)

// takeOver takes what no other process holds, and finds the build to carry on
// with, or has one made.
func (r *Runner) takeOver(ctx context.Context, conn *pgx.Conn, building *sync.WaitGroup) error {
	if time.Since(r.said) > locks.Beat/2 {
		if err := locks.Say(ctx, conn); err != nil {
			return err
		}
		r.said = time.Now()
	}
	examine := time.Since(r.examined) > locks.Silence/4
	var missing []*lane
	for _, l := range r.lanes {
		if !l.locked {
			lock := locks.ReadModel(l.plan.Name, l.plan.Version)
			free, err := lock.Seize(ctx, conn)
			if err == nil && !free && examine {
				r.examined = time.Now()
				err = lock.EndSilent(ctx, conn)
			}
			if err != nil {
				return err
			}
			if !free {
				continue
			}
			l.set(func() { l.locked = true })
		}
		if !l.idle() {
			continue
		}
		b, found, err := findBuild(ctx, conn, l.plan)
		if err != nil {
			return err
		}
		if found && b.Position == 0 {
			many, err := r.many(ctx, r.bulk)
			if err != nil {
				return err
			}
			found = !many
		}
		if !found {
			missing = append(missing, l)
			continue
		}
		if !b.Serving {
			serving, err := servingBuild(ctx, conn, l.plan, "")
			if err != nil {
				return err
			}
			if serving.Version < l.plan.Version {
				// It was made to serve instead, and was interrupted.
				l.set(func() { l.building = true })
				building.Go(func() { r.serveInstead(ctx, []*lane{l}, []build{b}, nil) })
				continue
			}
		}
		err = conn.QueryRow(ctx, `UPDATE read.builds SET epoch = epoch + 1 WHERE generation = $1 RETURNING epoch, position, serving`, b.Generation).
			Scan(&b.Epoch, &b.Position, &b.Serving)
		if errors.Is(err, pgx.ErrNoRows) {
			continue // it was retired this moment
		}
		if err != nil {
			return err
		}
		l.set(func() { l.member = &member{plan: l.plan, build: b} })
	}
	if len(missing) > 0 {
		for _, l := range missing {
			l.set(func() { l.building = true })
		}
		building.Go(func() { r.make(ctx, missing) })
	}
	return nil
}

// many says whether the ledger holds so many events.
func (r reader) many(ctx context.Context, count int) (bool, error) {
	if r.store.Contiguous() {
		head, err := r.store.LastPosition(ctx)
		return head >= eventstore.Position(count), err
	}
	for _, err := range r.store.ReadAll(ctx, eventstore.AllQuery{Limit: count}) {
		if err != nil {
			return false, err
		}
		count--
	}
	return count == 0, nil
}

// make builds the read models of some lanes in bulk and lets them serve.
func (r *Runner) make(ctx context.Context, lanes []*lane) {
	plans := make([]*plan, len(lanes))
	for i, l := range lanes {
		plans[i] = l.plan
	}
	builds, _, err := r.build(ctx, plans, func(done, total int64) {
		for _, l := range lanes {
			l.set(func() { l.done, l.total = done, total })
		}
	})
	r.serveInstead(ctx, lanes, builds, err)
}

// serveInstead lets builds serve, each as soon as it is as far as the one that
// serves now, unless they failed to be made. What fails for a reason that may go
// away is tried again, but not at once.
func (r *Runner) serveInstead(ctx context.Context, lanes []*lane, builds []build, failed error) {
	var again []*lane
	for i, l := range lanes {
		failure := failed
		if failure == nil {
			failure = r.promote(ctx, l.plan, &builds[i], nil)
		}
		switch {
		case failure == nil:
			r.somebodyErased() // perhaps, before the old build could hear of it
		case ctx.Err() != nil:
		case atEvent(failure):
			r.stop(ctx, l, failure)
		default:
			r.log.Warn("projections: a build failed and is tried again", "model", l.plan.Name, "error", failure)
			again = append(again, l)
			continue
		}
		l.set(func() { l.building = false })
	}
	if len(again) > 0 {
		pause(ctx, r.standby)
	}
	for _, l := range again {
		l.set(func() { l.building = false })
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// atEvent says that the ledger or the folding of it is at fault, so that trying
// again changes nothing.
func atEvent(err error) bool {
	var at *EventError
	return errors.As(err, &at) || broken(err)
}
