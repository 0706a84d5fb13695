package projections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
)

// Config is what a Runner is made of. Store, Decoder, Pool and Models are
// required.
type Config struct {
	Store   eventstore.Store
	Decoder Decoder // *eventstore.Codec
	Pool    *pgxpool.Pool
	Models  []Model
	Log     *slog.Logger  // optional
	Standby time.Duration // how often a process looks whether it can take over; 1 s if zero
	Batch   int           // events in a transaction at most; 1,000 if zero
	Bulk    int           // from how many events on an empty read model is built in bulk; 5,000 if zero
}

// Runner brings read models on. Any number of processes may run one on the same
// database: each read model is brought on by one of them at a time, and by
// another as soon as that one is gone.
type Runner struct {
	builder
	lanes    []*lane
	log      *slog.Logger
	standby  time.Duration
	batch    int
	bulk     int
	feed     *feed
	progress *progress
	wake     chan struct{} // something changed that the feed does not know of
	hurry    chan struct{} // somebody waits to see an event
	erased   chan struct{} // a person was erased, or another build serves
	assured  atomic.Uint64 // the store's connections, as of when it held the ledger
	held     locks.Holder  // the session that has brought read models on last
	said     time.Time     // when it last let the server know that this process is there
	examined time.Time     // when the sessions of other processes were last examined
	carrier  atomic.Uint32 // the server process that brings read models on for this one
}

// New checks the models and makes their schema; read models that have never
// existed get empty tables, which serve at once. Nothing moves until Run.
func New(ctx context.Context, c Config) (*Runner, error) {
	if c.Store == nil || c.Decoder == nil || c.Pool == nil || len(c.Models) == 0 {
		return nil, errors.New("projections: Store, Decoder, Pool and Models are required")
	}
	r := &Runner{
		builder:  builder{reader: reader{store: c.Store, decoder: c.Decoder, passed: new(passedOver)}, pool: c.Pool},
		log:      c.Log,
		standby:  c.Standby,
		batch:    c.Batch,
		bulk:     c.Bulk,
		progress: newProgress(),
		wake:     make(chan struct{}, 1),
		hurry:    make(chan struct{}, 1),
		erased:   make(chan struct{}, 1),
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if r.standby == 0 {
		r.standby = time.Second
	}
	if r.batch == 0 {
		r.batch = 1000
	}
	if r.bulk == 0 {
		r.bulk = 5000
	}
	r.feed = newFeed(r.reader)
	names := make(map[string]bool)
	var plans []*plan
	for _, model := range c.Models {
		p, err := model.prepare()
		if err != nil {
			return nil, err
		}
		for _, name := range append(tableNames(p), "model "+p.Name) {
			if names[name] {
				return nil, fmt.Errorf("projections: %s is there twice", name)
			}
			names[name] = true
		}
		plans = append(plans, p)
		r.lanes = append(r.lanes, &lane{plan: p})
	}
	if err := migrate(ctx, c.Pool, plans); err != nil {
		return nil, fmt.Errorf("make the schema of the read models: %w", err)
	}
	for _, p := range plans {
		if err := checkVersion(ctx, c.Pool, p); err != nil {
			return nil, err
		}
	}
	return r, r.look(ctx)
}

func tableNames(p *plan) []string {
	names := make([]string, len(p.Tables))
	for i, table := range p.Tables {
		names[i] = "table " + table.name()
	}
	return names
}

func (r *Runner) lane(model string) *lane {
	for _, l := range r.lanes {
		if l.plan.Name == model {
			return l
		}
	}
	return nil
}

// Run brings the read models on until ctx ends, and gives nil then. Trouble with
// the database or the store is logged and tried again; trouble with an event
// stops the read models it concerns and shows in Status.
func (r *Runner) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { r.persist(ctx, "follow the ledger", r.follow) })
	running.Go(func() { r.persist(ctx, "listen for progress", r.listen) })
	running.Go(func() { r.persist(ctx, "bring the read models on", r.carry) })
	running.Go(func() { r.persist(ctx, "drop what an erasure did not reach", r.sweep) })
	<-ctx.Done()
	cancel()
	running.Wait()
	return nil
}

// persist does something until ctx ends, again after each failure.
func (r *Runner) persist(ctx context.Context, doing string, do func(context.Context) error) {
	for failures := 0; ; failures++ {
		began := time.Now()
		err := do(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			failures = 0
		}
		r.log.Warn("projections: trying again", "doing", doing, "error", err)
		pause(ctx, min(time.Duration(1<<min(failures, 10))*5*time.Millisecond, 5*time.Second))
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// follow keeps the feed at the ledger's end.
func (r *Runner) follow(ctx context.Context) error {
	last, err := r.store.LastPosition(ctx)
	if err != nil {
		return err
	}
	err = r.feed.follow(ctx, last, r.Verify)
	if broken(err) {
		// Trying again changes nothing: what the ledger holds there stays. The
		// read models stop when they come to it.
		<-ctx.Done()
	}
	return err
}

// broken says that the ledger itself is at fault at some position.
func broken(err error) bool {
	var hole *HoleError
	var undecodable *undecodableError
	return errors.As(err, &hole) || errors.As(err, &undecodable)
}

// own takes a connection out of the pool for good, so that what the session holds
// ends with it.
func (b builder) own(ctx context.Context) (*pgx.Conn, error) {
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return conn.Hijack(), nil
}

func closeConn(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// Rebuild builds a read model anew from the whole ledger, beside the one that
// serves, brings it up to where that one stands, compares the rows if they are of
// the same version, and lets it serve in one transaction. The old build stays
// until Retire, or until an erasure that it would not hear of. An event that
// cannot be folded ends it with an *EventError, and nothing has changed. It works
// with and without Run, here or elsewhere.
func (r *Runner) Rebuild(ctx context.Context, model string, progress Progress) (Rebuilt, error) {
	l := r.lane(model)
	if l == nil {
		return Rebuilt{}, fmt.Errorf("there is no read model %q", model)
	}
	builds, reports, err := r.build(ctx, []*plan{l.plan}, progress)
	if err != nil {
		return Rebuilt{}, fmt.Errorf("rebuild read model %s: %w", model, err)
	}
	if err := r.promote(ctx, l.plan, &builds[0], &reports[0]); err != nil {
		return Rebuilt{}, fmt.Errorf("let the new build of read model %s serve: %w", model, err)
	}
	return reports[0], nil
}

// Replay computes read models again from the ledger, apart from their tables, and
// compares row by row as of where each stands; all read models when none is
// named. The reports say which rows differ (design §6).
func (r *Runner) Replay(ctx context.Context, progress Progress, models ...string) ([]Replayed, error) {
	var plans []*plan
	if len(models) == 0 {
		for _, l := range r.lanes {
			plans = append(plans, l.plan)
		}
	}
	for _, model := range models {
		l := r.lane(model)
		if l == nil {
			return nil, fmt.Errorf("there is no read model %q", model)
		}
		plans = append(plans, l.plan)
	}
	return r.replay(ctx, plans, progress)
}

// Retire drops the builds of a read model that do not serve, and says how many.
func (r *Runner) Retire(ctx context.Context, model string) (int, error) {
	return retire(ctx, r.pool, model)
}
