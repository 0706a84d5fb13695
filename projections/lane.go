package projections

import (
	"context"
	"sync"
)

// lane is a read model in this process.
type lane struct {
	plan *plan

	mu       sync.Mutex
	locked   bool    // this process holds the model
	member   *member // set while it can be brought on
	building bool
	done     int64
	total    int64
	failure  error // it does not go on in this process
}

// set changes a lane where Status may look at it.
func (l *lane) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// idle says that this process holds the model and has no build to go on with.
func (l *lane) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.locked && l.member == nil && l.failure == nil && !l.building
}

// running is the member, nil while there is none.
func (l *lane) running() *member {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.member
}

func (l *lane) describe(s *Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Here = l.locked
	s.Building, s.Done, s.Total = l.building, l.done, l.total
	if l.failure != nil {
		s.Failure = l.failure.Error()
	}
}

// stop takes a read model out of this process's work and says why.
func (r *Runner) stop(ctx context.Context, l *lane, why error) {
	l.set(func() { l.failure, l.member = why, nil })
	r.progress.failed(l.plan.Name, why)
	r.log.Error("projections: a read model stopped", "model", l.plan.Name, "error", why)
	// Kept and notified in one statement: a process that looked a moment before
	// looks again.
	_, err := r.pool.Exec(ctx, `
		WITH stopped AS (UPDATE read.builds SET failure = $2 WHERE model = $1 AND serving RETURNING 1)
		SELECT pg_notify('`+progressChannel+`', '') FROM stopped`, l.plan.Name, why.Error())
	if err != nil {
		r.log.Warn("projections: the reason could not be kept", "model", l.plan.Name, "error", err)
	}
}

// release forgets what the ended session held.
func (r *Runner) release() {
	for _, l := range r.lanes {
		l.set(func() { l.locked, l.member, l.failure, l.building = false, nil, nil, false })
	}
}

func (r *Runner) stopAll(ctx context.Context, members []*member, why error) {
	for _, m := range members {
		r.stop(ctx, r.lane(m.plan.Name), why)
	}
}
