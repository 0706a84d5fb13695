package persistent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"guishu/eventstore"
)

// errReplaced tells that a subscription has been updated, deleted or restarted
// since it was looked up.
var errReplaced = errors.New("persistent subscription: replaced")

// Subscription runs one group over a store. It reads its source only while
// there are consumers, and writes until nothing is left to be written.
type Subscription struct {
	name     Name
	settings Settings
	after    Place // where it begins without a checkpoint
	config   *Config
	records  records
	log      *slog.Logger
	ready    <-chan struct{} // closed when its predecessor has written everything
	loading  chan struct{}   // one at a time

	ending context.Context // of everything this subscription does
	end    context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex
	group    *Group // nil until loaded
	sessions map[*Consumer]*Session
	closed   bool
	timer    *time.Timer
	writing  bool

	reading        context.CancelFunc // ends feed and replay; nil while there are no consumers
	readingContext context.Context
	feedWake       chan struct{}
	replayWake     chan struct{}
	replaying      bool  // a replay is running
	replayTo       Place // parked revisions before it are asked for
	live           bool
	lastKnown      Place
	checkpoints    streamEnd
	parked         streamEnd
}

func newSubscription(name Name, settings Settings, after Place, config *Config, ready <-chan struct{}) *Subscription {
	s := &Subscription{
		name: name, settings: settings, after: after, config: config,
		records: records{store: config.Store}, ready: ready, loading: make(chan struct{}, 1),
		log:      config.Log.With("source", string(name.Source), "group", name.Group),
		sessions: map[*Consumer]*Session{},
		feedWake: make(chan struct{}, 1), replayWake: make(chan struct{}, 1),
		lastKnown: before(name.Source),
	}
	s.ending, s.end = context.WithCancel(context.Background())
	return s
}

// load reads how far the group has come.
func (s *Subscription) load(ctx context.Context) error {
	select {
	case s.loading <- struct{}{}:
		defer func() { <-s.loading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.loaded() {
		return nil
	}
	select {
	case <-s.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	checkpoints, err := s.records.end(ctx, s.name.checkpointStream())
	if err != nil {
		return err
	}
	parked, err := s.records.end(ctx, s.name.parkedStream())
	if err != nil {
		return err
	}
	after := s.after
	place, found, err := checkpointIn(&checkpoints)
	if err != nil {
		return err
	}
	if found {
		after = place
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.group = NewGroup(s.settings, after, parked.from(), time.Now())
	s.group.known = found
	s.checkpoints, s.parked, s.replayTo = checkpoints, parked, parked.from()
	return nil
}

func (s *Subscription) loaded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.group != nil
}

// connect adds a consumer.
func (s *Subscription) connect(ctx context.Context, consumer *Consumer) (*Session, error) {
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errReplaced
	}
	if s.group.Full() {
		return nil, &FullError{Name: s.name}
	}
	session := &Session{subscription: s, consumer: consumer, signal: make(chan struct{}, 1)}
	s.group.Join(consumer)
	s.sessions[consumer] = session
	s.read()
	s.step()
	return session, nil
}

// leave ends a session. Callers hold mu.
func (s *Subscription) leave(session *Session, reason error) {
	session.err = reason
	session.notify()
	s.group.Leave(session.consumer, time.Now())
	delete(s.sessions, session.consumer)
	if len(s.sessions) == 0 {
		s.rest()
	}
}

// rest stops reading. Callers hold mu.
func (s *Subscription) rest() {
	if s.reading != nil {
		s.reading()
	}
	s.reading, s.replaying, s.live = nil, false, false
	s.group.Rest()
}

// step does everything that can be done now. Callers hold mu.
func (s *Subscription) step() {
	if s.closed {
		return
	}
	now := time.Now()
	s.group.Expire(now)
	for consumer, more := s.group.Next(now); more; consumer, more = s.group.Next(now) {
		s.sessions[consumer].notify()
	}
	if s.group.Room() {
		nudge(s.feedWake)
	}
	if s.group.ReplayRoom() {
		nudge(s.replayWake)
	}
	if !s.writing && !s.job(now, false).empty() {
		s.writing = true
		s.work.Go(s.write)
	}
	s.arm(now)
}

// arm sets the clock to when the group has to be looked at again. Callers hold
// mu.
func (s *Subscription) arm(now time.Time) {
	deadline, any := s.group.Deadline(s.writing)
	if s.closed || !any {
		return
	}
	wait := max(deadline.Sub(now), 0)
	if s.timer == nil {
		s.timer = time.AfterFunc(wait, s.tick)
		return
	}
	s.timer.Reset(wait)
}

func (s *Subscription) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.step()
}

// replay asks for the parked events up to now, at most stopAt of the parked
// stream's revisions; 0: all.
func (s *Subscription) replay(ctx context.Context, stopAt int64) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errReplaced
	}
	to := s.parked.next
	if stopAt > 0 {
		to = min(to, Place(stopAt))
	}
	s.replayTo = max(s.replayTo, to)
	s.read()
	s.step()
	return nil
}

// stop drops all consumers and ends everything. With flush, it writes what a
// restart needs.
func (s *Subscription) stop(ctx context.Context, reason error, flush bool) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	for _, session := range s.sessions {
		session.err = reason
		session.notify()
	}
	if s.reading != nil {
		s.reading()
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.end()
	s.mu.Unlock()
	s.work.Wait()
	if flush {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
		defer cancel()
		s.flush(ctx)
	}
}

// statistics tells how the subscription is doing.
func (s *Subscription) statistics(ctx context.Context) (Statistics, error) {
	if err := s.load(ctx); err != nil {
		return Statistics{}, err
	}
	lastKnown, err := s.sourceEnd(ctx)
	if err != nil {
		return Statistics{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastKnown = max(s.lastKnown, lastKnown)
	statistics := Statistics{
		Name: s.name, Settings: s.settings, Status: s.status(),
		Checkpoint: s.group.checkpoint, HasCheckpoint: s.group.known,
		LastKnown: s.lastKnown, HasLastKnown: s.lastKnown > before(s.name.Source),
		Parked: int64(max(0, s.parked.next-max(s.parked.from(), s.replayTo))),
	}
	s.group.measure(&statistics, time.Now())
	if s.live {
		statistics.LiveBuffer, statistics.ReadBuffer = statistics.ReadBuffer, 0
	}
	return statistics, nil
}

func (s *Subscription) status() string {
	status := "Behind"
	if s.live || s.group.Examined() >= s.lastKnown {
		status = "Live"
	}
	if s.group.ReplayFrom() < s.replayTo {
		status += ", ReplayingParkedMessages"
	}
	return status
}

// sourceEnd is the place of the source's last event.
func (s *Subscription) sourceEnd(ctx context.Context) (Place, error) {
	return endOf(ctx, s.records, s.name.Source)
}

func endOf(ctx context.Context, r records, source eventstore.Stream) (Place, error) {
	if source == All {
		position, err := r.store.LastPosition(ctx)
		return Place(position), err
	}
	last, found, err := r.last(ctx, source)
	if err != nil || !found {
		return before(source), err
	}
	return Place(last.Revision), nil
}
