package projections

import (
	"context"
	"sync"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
)

// longestStep bounds how long one step may take before its connection counts as lost.
const longestStep = 2 * time.Minute

// carry brings on what this process can have, on one connection, whose session
// holds the read models; it ends with the connection, or when nothing has been heard of
// this process for locks.Silence. What a session that has lost a read model still
// writes is refused by the epoch of the build.
func (r *Runner) carry(ctx context.Context) error {
	holder := locks.NewHolder()
	conn, err := holder.Connect(ctx, r.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	if r.held != "" {
		// The earlier one was closed here. The server may not know yet.
		if err := r.held.End(ctx, conn); err != nil {
			closeConn(conn)
			return err
		}
	}
	r.held = holder
	var building sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		building.Wait()
		r.release()
		closeConn(conn)
	}()
	a := &applier{newSession(conn.PgConn())}
	r.carrier.Store(conn.PgConn().PID())
	ticker := time.NewTicker(r.standby)
	defer ticker.Stop()
	for {
		if err := r.takeOver(ctx, conn, &building); err != nil {
			return err
		}
		if err := r.work(ctx, a, ticker.C); err != nil {
			return err
		}
	}
}

// work applies what there is until it is time to look what else could be taken.
func (r *Runner) work(ctx context.Context, a *applier, look <-chan time.Time) error {
	for {
		began := time.Now()
		bounded, cancel := context.WithTimeout(ctx, longestStep)
		more, moved, err := r.step(bounded, a)
		cancel()
		if err != nil {
			return err
		}
		if moved && !r.plenty() {
			r.rest(ctx, time.Since(began))
		}
		if moved && !r.incomplete() {
			select {
			case <-look:
				return nil
			case <-r.wake:
				return nil
			default:
				continue
			}
		}
		// A model whose build was fenced off waits too. The next look finds the
		// build that serves instead, and does not race the process that made it.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
		case <-r.wake:
			return nil
		case <-look:
			return nil
		}
	}
}

// rest lets events gather after a batch, in proportion to what the batch took, so
// that under load read models take a part of the machine and not all of it: a
// batch of two hundred events costs little more than one of twenty. An event
// that comes when all is quiet is taken in at once, and so is everything as soon
// as somebody waits to see it.
func (r *Runner) rest(ctx context.Context, spent time.Duration) {
	timer := time.NewTimer(min(restShare*spent, longestRest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.hurry:
	case <-ctx.Done():
	}
}

// plenty says that a read model has whole batches to catch up on.
func (r *Runner) plenty() bool {
	for _, l := range r.lanes {
		m := l.running()
		if m == nil {
			continue
		}
		waiting, _, behind, _ := r.feed.next(m.build.Position, r.batch)
		if behind || len(waiting) == r.batch {
			return true
		}
	}
	return false
}

const (
	restShare   = 4 // a fifth of the time is work
	longestRest = 50 * time.Millisecond
)

// incomplete says that a model that this process holds has no build to go on with.
func (r *Runner) incomplete() bool {
	for _, l := range r.lanes {
		if l.idle() {
			return true
		}
	}
	return false
}

// step applies a batch to the read models furthest back, and one to those furthest
// ahead: a model with much to catch up on does not hold up the others. When there is
// nothing to do, it gives a channel that closes when there may be something.
func (r *Runner) step(ctx context.Context, a *applier) (more <-chan struct{}, moved bool, err error) {
	var first, last []*member
	for _, l := range r.lanes {
		m := l.running()
		if m == nil {
			continue
		}
		first = nearest(first, m, func(a, b eventstore.Position) bool { return a < b })
		last = nearest(last, m, func(a, b eventstore.Position) bool { return a > b })
	}
	if len(first) == 0 {
		return nil, false, nil
	}
	if first[0].build.Position < last[0].build.Position {
		_, moved, err = r.advance(ctx, a, first, last[0].build.Position)
		if err != nil {
			return nil, false, err
		}
	}
	more, ahead, err := r.advance(ctx, a, last, maxPosition)
	return more, moved || ahead, err
}

// nearest keeps the members whose position comes first by an order.
func nearest(kept []*member, m *member, before func(a, b eventstore.Position) bool) []*member {
	switch {
	case len(kept) == 0 || before(m.build.Position, kept[0].build.Position):
		return []*member{m}
	case m.build.Position == kept[0].build.Position:
		return append(kept, m)
	}
	return kept
}

// advance applies one batch to members that stand at one position.
func (r *Runner) advance(ctx context.Context, a *applier, members []*member, until eventstore.Position) (<-chan struct{}, bool, error) {
	after := members[0].build.Position
	events, more, behind, err := r.feed.next(after, r.batch)
	if behind {
		page := r.some(ctx, after, until, r.batch)
		events, err = page.events, page.err
	}
	for len(events) > 0 && eventstore.Position(events[len(events)-1].Position) > until {
		events = events[:len(events)-1]
	}
	if len(events) == 0 {
		if err != nil && atEvent(err) {
			r.stopAll(ctx, members, err)
			return more, true, nil
		}
		return more, false, err
	}
	if err := r.assure(ctx); err != nil {
		return nil, false, err
	}
	outcomes, err := r.isolate(ctx, a, members, events)
	if err != nil {
		return nil, false, err
	}
	for i, m := range members {
		l := r.lane(m.plan.Name)
		if m.build.Serving && outcomes[i].taken > 0 {
			r.progress.moved(m.plan.Name, m.build.Position)
			if erases(events[:outcomes[i].taken]) {
				r.somebodyErased()
			}
		}
		switch {
		case outcomes[i].fenced: // what it met cannot be trusted
			l.set(func() { l.member = nil })
		case outcomes[i].failed != nil:
			r.stop(ctx, l, outcomes[i].failed)
		}
		m.tx = nil
	}
	return nil, true, nil
}

// isolate applies a batch; when PostgreSQL refuses it, because a row cannot be
// stored, it finds the member and the event at fault and applies the rest.
func (r *Runner) isolate(ctx context.Context, a *applier, members []*member, events []*Event) ([]outcome, error) {
	outcomes, err := a.apply(ctx, members, events)
	if err == nil || a.session.transient(ctx, err) {
		return outcomes, err
	}
	outcomes = make([]outcome, len(members))
	if len(members) > 1 {
		for i := range members {
			one, err := r.isolate(ctx, a, members[i:i+1], events)
			if err != nil {
				return nil, err
			}
			outcomes[i] = one[0]
		}
		return outcomes, nil
	}
	// Where another build serves by now and this one was dropped, its tables are
	// missing, and no event is at fault.
	if err := a.session.run(ctx, fence(members, outcomes)); err != nil || outcomes[0].fenced {
		return outcomes, err
	}
	if len(events) == 1 {
		outcomes[0].failed = members[0].plan.failure(events[0], err)
		return outcomes, nil
	}
	half := len(events) / 2
	for _, part := range [][]*Event{events[:half], events[half:]} {
		one, err := r.isolate(ctx, a, members, part)
		if err != nil {
			return nil, err
		}
		outcomes[0].taken += one[0].taken
		outcomes[0].failed, outcomes[0].fenced = one[0].failed, one[0].fenced
		if one[0].failed != nil || one[0].fenced {
			break
		}
	}
	return outcomes, nil
}
