// Package subscriber lets Watermill handlers react to the events of a Store: a
// message.Subscriber whose topics are named consumers, each with its own filter
// and checkpoint.
//
// A consumer gets its events in the store's order, at least once: one at a time,
// or, with more lanes, several at a time of which those of one stream keep their
// order. The next comes when the last was acknowledged, a negative acknowledgement
// brings the same one again, and after a stop or a crash it goes on behind the
// last checkpoint. Handlers are therefore idempotent by the message's UUID, which
// is the event's id.
package subscriber

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"guishu/eventstore"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Checkpoints keeps how far each consumer has come. Only the process that holds
// a consumer's lease may move its checkpoint.
type Checkpoints interface {
	// Lease waits until the consumer is this process's and gives where it stands.
	Lease(ctx context.Context, consumer string) (Lease, eventstore.Position, error)
}

// Lease is the right to move one consumer's checkpoint.
type Lease interface {
	// Save keeps the position up to which everything is handled, and the lease itself: it
	// is called every Config.SaveAfter, also where nothing has moved. ErrLeaseLost when
	// another process has taken over.
	Save(ctx context.Context, handled eventstore.Position) error
	// Release gives the consumer up.
	Release()
}

// ErrLeaseLost says that another process has taken a consumer over.
var ErrLeaseLost = errors.New("subscriber: another process has taken the consumer over")

// Config is what a Subscriber is built from.
type Config struct {
	Store       eventstore.Store
	Checkpoints Checkpoints
	Consumers   map[string]eventstore.Filter // topics, and what each consumer gets
	Log         *slog.Logger                 // optional
	// Assure makes sure that the store holds the ledger whose events were handled, before
	// anything is taken from it over a new connection. Optional.
	Assure func(context.Context) error
	// Lanes is how many events of different streams a consumer may have under way
	// at once, 1 if zero.
	Lanes int
	// Line says which events a consumer handles one after the other, in the store's
	// order: those for which it gives the same. Those of one stream, if nil.
	Line func(ctx context.Context, consumer string, event eventstore.Event) eventstore.Stream
	// SaveAfter is how long what was handled may wait for its checkpoint, half a
	// second if zero. Much less than LeaseTime.
	SaveAfter time.Duration
	// RetryAfter is the pause before an event comes again after a negative
	// acknowledgement, and before the store is asked again after an error;
	// 100 ms if zero.
	RetryAfter time.Duration
}

// Subscriber is a message.Subscriber over a Store.
type Subscriber struct {
	config  Config
	stop    context.CancelFunc
	ctx     context.Context
	mu      sync.Mutex // guards closed together with running.Add
	closed  bool
	running sync.WaitGroup
}

// New makes a Subscriber; close it to stop its consumers.
func New(c Config) *Subscriber {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Lanes == 0 {
		c.Lanes = 1
	}
	if c.Assure == nil {
		c.Assure = func(context.Context) error { return nil }
	}
	if c.Line == nil {
		c.Line = func(_ context.Context, _ string, event eventstore.Event) eventstore.Stream { return event.Stream }
	}
	if c.SaveAfter == 0 {
		c.SaveAfter = 500 * time.Millisecond
	}
	if c.RetryAfter == 0 {
		c.RetryAfter = 100 * time.Millisecond
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Subscriber{config: c, ctx: ctx, stop: stop}
}

// Subscribe starts a consumer. The channel is closed when ctx ends or the
// Subscriber is closed.
func (s *Subscriber) Subscribe(ctx context.Context, consumer string) (<-chan *message.Message, error) {
	filter, known := s.config.Consumers[consumer]
	if !known {
		return nil, fmt.Errorf("subscriber: there is no consumer %q", consumer)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, eventstore.ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(s.ctx, cancel)
	out := make(chan *message.Message)
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer close(out)
		defer unlink()
		defer cancel()
		s.consume(ctx, consumer, filter, out)
	}()
	return out, nil
}

// Close stops all consumers and waits for them. What was delivered but not
// acknowledged comes again next time.
func (s *Subscriber) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.running.Wait()
	return nil
}

// consume runs a consumer until ctx ends, taking it up again after an error.
func (s *Subscriber) consume(ctx context.Context, name string, filter eventstore.Filter, out chan<- *message.Message) {
	for ctx.Err() == nil {
		if err := s.consumeOnce(ctx, name, filter, out); err != nil && ctx.Err() == nil {
			if !errors.Is(err, eventstore.ErrReconnected) {
				s.config.Log.Warn("a consumer was interrupted and goes on", "consumer", name, "error", err)
			}
			s.pause(ctx)
		}
	}
}

// consumeOnce holds the consumer's lease and delivers until something fails.
func (s *Subscriber) consumeOnce(ctx context.Context, name string, filter eventstore.Filter, out chan<- *message.Message) error {
	lease, from, err := s.config.Checkpoints.Lease(ctx, name)
	if err != nil {
		return fmt.Errorf("lease: %w", err)
	}
	defer lease.Release()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	lanes := newLanes(s.config.Lanes, from)
	ticking := make(chan struct{})
	go func() {
		defer close(ticking)
		fail(s.keepSaving(ctx, lease, lanes))
	}()
	fail(s.deliverAll(ctx, name, from, filter, lanes, out))
	lanes.wait()
	<-ticking
	// The context has ended; what was handled is worth keeping all the same.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := lease.Save(last, lanes.handled()); err != nil {
		s.config.Log.Warn("a checkpoint could not be saved; events will come again", "consumer", name, "error", err)
	}
	return context.Cause(ctx)
}

func (s *Subscriber) deliverAll(ctx context.Context, consumer string, from eventstore.Position, filter eventstore.Filter, lanes *lanes, out chan<- *message.Message) error {
	for delivery, err := range eventstore.Steady(ctx, s.config.Store, from, filter, s.config.Assure) {
		switch {
		case err != nil:
			return err
		case delivery.Kind != eventstore.EventDelivered:
			lanes.pass(delivery.Position)
		default:
			event := delivery.Event
			line := s.config.Line(ctx, consumer, event)
			if !lanes.run(ctx, event.Position, line, func() bool { return s.deliver(ctx, out, event) }) {
				return ctx.Err()
			}
		}
	}
	return eventstore.ErrClosed
}

// keepSaving saves the checkpoint as it moves and keeps the lease, until ctx ends.
func (s *Subscriber) keepSaving(ctx context.Context, lease Lease, lanes *lanes) error {
	ticker := time.NewTicker(s.config.SaveAfter)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := lease.Save(ctx, lanes.handled()); err != nil {
				return fmt.Errorf("save the checkpoint: %w", err)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// deliver hands an event over until it is acknowledged; false when ctx ended
// first.
func (s *Subscriber) deliver(ctx context.Context, out chan<- *message.Message, event eventstore.Event) bool {
	for {
		acked, again := s.deliverOnce(ctx, out, event)
		if !again {
			return acked
		}
		s.pause(ctx)
	}
}

func (s *Subscriber) deliverOnce(ctx context.Context, out chan<- *message.Message, event eventstore.Event) (acked, again bool) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	msg := messageOf(ctx, event)
	select {
	case out <- msg:
	case <-ctx.Done():
		return false, false
	}
	select {
	case <-msg.Acked():
		return true, false
	case <-msg.Nacked():
		return false, true
	case <-ctx.Done():
		return acknowledged(msg), false
	}
}

// acknowledged says whether a message was acknowledged by now. A stop that comes
// together with the acknowledgement does not undo it.
func acknowledged(msg *message.Message) bool {
	select {
	case <-msg.Acked():
		return true
	default:
		return false
	}
}

func (s *Subscriber) pause(ctx context.Context) {
	timer := time.NewTimer(s.config.RetryAfter)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
