package projections

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
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
	carrier  atomic.Uint32 // the server process that brings read models on for this one
}

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
	err = r.feed.follow(ctx, last)
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

// carry brings on what this process can have, on one connection, whose session
// holds the read models; it ends with the connection.
func (r *Runner) carry(ctx context.Context) error {
	conn, err := r.own(ctx)
	if err != nil {
		return err
	}
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
		more, moved, err := r.step(ctx, a)
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
		// A model whose build was fenced off waits too: what serves instead is
		// found at the next look, without a race against whoever made it.
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

// takeOver takes what no other process holds, and finds the build to carry on
// with, or has one made.
func (r *Runner) takeOver(ctx context.Context, conn *pgx.Conn, building *sync.WaitGroup) error {
	var missing []*lane
	for _, l := range r.lanes {
		if !l.locked {
			var free bool
			if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, l.plan.lock()).Scan(&free); err != nil {
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
				// It was made to take that one's place, and something came between.
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

// stop takes a read model out of this process's work and says why.
func (r *Runner) stop(ctx context.Context, l *lane, why error) {
	l.set(func() { l.failure, l.member = why, nil })
	r.progress.failed(l.plan.Name, why)
	r.log.Error("projections: a read model stopped", "model", l.plan.Name, "error", why)
	// Told together with what is kept, so that whoever looked a moment before
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

// step brings those furthest back and those furthest ahead on by a batch each, so
// that nobody who has much to catch up holds up the others. Without anything to
// do it gives a channel that closes when there may be.
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
	outcomes, err := r.isolate(ctx, a, members, events)
	if err != nil {
		return nil, false, err
	}
	for i, m := range members {
		l := r.lane(m.plan.Name)
		if m.build.Serving && outcomes[i].taken > 0 {
			r.progress.moved(m.plan.Name, m.build.Position)
			if m.plan.foldsErasures() && erases(events[:outcomes[i].taken]) {
				r.somebodyErased()
			}
		}
		switch {
		case outcomes[i].fenced: // what it met is not to be trusted either
			l.set(func() { l.member = nil })
		case outcomes[i].failed != nil:
			r.stop(ctx, l, outcomes[i].failed)
		}
		m.tx = nil
	}
	return nil, true, nil
}

func (r *Runner) stopAll(ctx context.Context, members []*member, why error) {
	for _, m := range members {
		r.stop(ctx, r.lane(m.plan.Name), why)
	}
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

// lock is the number of the advisory lock by which a process holds a version of
// the model.
func (p *plan) lock() int64 { return versionLock(p.Name, p.Version) }

func versionLock(model string, version int) int64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "guishu.read/%s@%d", model, version)
	return int64(h.Sum64())
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
