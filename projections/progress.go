package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

// progressChannel is where a process says, in the transaction, that read models
// have moved on.
const progressChannel = "guishu_read"

// progress is how far the serving read models have come, whoever brings them on.
type progress struct {
	mu        sync.Mutex
	positions map[string]eventstore.Position
	failures  map[string]error
	changed   chan struct{}
}

func newProgress() *progress {
	return &progress{positions: map[string]eventstore.Position{}, failures: map[string]error{}, changed: make(chan struct{})}
}

func (p *progress) moved(model string, to eventstore.Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if to > p.positions[model] {
		p.positions[model] = to
		delete(p.failures, model) // it goes on
	}
	p.wake()
}

func (p *progress) failed(model string, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if why == nil {
		delete(p.failures, model)
	} else {
		p.failures[model] = why
	}
	p.wake()
}

func (p *progress) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *progress) look(model string) (at eventstore.Position, moved <-chan struct{}, failure error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.positions[model], p.changed, p.failures[model]
}

// listen hears of progress made in other processes.
func (r *Runner) listen(ctx context.Context) error {
	conn, err := r.own(ctx)
	if err != nil {
		return err
	}
	defer closeConn(conn)
	if _, err := conn.Exec(ctx, "LISTEN "+progressChannel); err != nil {
		return err
	}
	for {
		if err := r.look(ctx); err != nil {
			return err
		}
		for own := true; own; {
			notification, err := conn.WaitForNotification(ctx)
			if err != nil {
				return err
			}
			// What this process has brought on itself, it knows already.
			own = notification.PID == r.carrier.Load()
		}
	}
}

// look reads how far the serving builds have come.
func (r *Runner) look(ctx context.Context) error {
	rows, err := r.pool.Query(ctx, `SELECT model, position, failure FROM read.builds WHERE serving`)
	if err != nil {
		return err
	}
	var model, failure string
	var position eventstore.Position
	_, err = pgx.ForEachRow(rows, []any{&model, &position, &failure}, func() error {
		r.progress.moved(model, position)
		if failure == "" {
			r.progress.failed(model, nil)
		} else {
			r.progress.failed(model, errors.New(failure))
		}
		return nil
	})
	return err
}

// StoppedError says that a read model will not come to a position, because it
// stopped before it.
type StoppedError struct {
	Model    string
	Position eventstore.Position // where it stands
	Err      error
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("read model %s stands at position %d: %v", e.Model, e.Position, e.Err)
}

func (e *StoppedError) Unwrap() error { return e.Err }

// WaitFor waits until the serving read model shows every event up to a position,
// wherever it is brought on; so a client sees its own write (design §2). It gives
// the context's error when that ends first, and a *StoppedError at once when the
// read model has stopped short of the position.
func (r *Runner) WaitFor(ctx context.Context, model string, position eventstore.Position) error {
	if r.lane(model) == nil {
		return fmt.Errorf("there is no read model %q", model)
	}
	for {
		at, changed, failure := r.progress.look(model)
		switch {
		case at >= position:
			return nil
		case failure != nil:
			return &StoppedError{Model: model, Position: at, Err: failure}
		}
		select {
		case r.hurry <- struct{}{}:
		default:
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitForAll is WaitFor on every read model.
func (r *Runner) WaitForAll(ctx context.Context, position eventstore.Position) error {
	for _, l := range r.lanes {
		if err := r.WaitFor(ctx, l.plan.Name, position); err != nil {
			return err
		}
	}
	return nil
}

// Stopped is why a read model has stopped, wherever it is brought on, where that is
// because of cause; nil if none has.
func (r *Runner) Stopped(cause error) error {
	r.progress.mu.Lock()
	defer r.progress.mu.Unlock()
	for model, failure := range r.progress.failures {
		// What another process met is known by its words alone.
		if errors.Is(failure, cause) || strings.Contains(failure.Error(), cause.Error()) {
			return &StoppedError{Model: model, Position: r.progress.positions[model], Err: failure}
		}
	}
	return nil
}

// Status is how a read model does.
type Status struct {
	Model      string
	Version    int // of this program
	Serving    int // the version that serves, 0 for none
	Generation int64
	Position   eventstore.Position // of the rows that serve
	Head       eventstore.Position // of the ledger
	Lag        int64               // events between the two, or at least so many
	Here       bool                // this process brings it on
	Building   bool                // a new build is being made here
	Done       int64               // … events of Total
	Total      int64
	Failure    string // why it stopped, empty while it runs
}

// Status tells how every read model does, for health, metrics and people.
func (r *Runner) Status(ctx context.Context) ([]Status, error) {
	head, err := r.store.LastPosition(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := r.pool.Query(ctx, `SELECT model, version, generation, position, failure FROM read.builds WHERE serving`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	serving := make(map[string]Status)
	for rows.Next() {
		var s Status
		if err := rows.Scan(&s.Model, &s.Serving, &s.Generation, &s.Position, &s.Failure); err != nil {
			return nil, err
		}
		serving[s.Model] = s
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	all := make([]Status, len(r.lanes))
	for i, l := range r.lanes {
		s := serving[l.plan.Name]
		s.Model, s.Version, s.Head = l.plan.Name, l.plan.Version, head
		s.Lag = r.lag(s.Position, head)
		l.describe(&s)
		all[i] = s
	}
	return all, nil
}

// lag is how many events are between a position and the ledger's head. Where
// positions have gaps, those count that this process has at hand, and one at
// least.
func (r *Runner) lag(position, head eventstore.Position) int64 {
	switch {
	case position >= head:
		return 0
	case r.store.Contiguous():
		return int64(head - position)
	}
	return int64(max(1, r.feed.behind(position)))
}

// PassedOver is how many events this process has met and passed over that are
// none of the ledger's: the store's own, and those of other programs. One that was
// met again counts again.
func (r *Runner) PassedOver() (system, others int64) {
	return r.reader.passed.system.Load(), r.reader.passed.others.Load()
}
