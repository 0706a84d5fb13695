package persistent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guishu/eventstore"
)

// maxSubscriptions is how many subscriptions a store may have.
const maxSubscriptions = 100_000

// flushTime is how long the end waits for progress to be written.
const flushTime = 5 * time.Second

// stopAtOnce is how many subscriptions write their progress at the same time.
const stopAtOnce = 32

// Config is what a Service works with.
type Config struct {
	Store eventstore.Store
	Log   *slog.Logger

	// FirstVisible gives the first revision of a stream that readers may see,
	// nil: all of them.
	FirstVisible func(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error)

	// Find gives the event a link leads to, false when there is none to be seen;
	// nil: straight from the store.
	Find func(ctx context.Context, stream eventstore.Stream, revision eventstore.Revision) (eventstore.Event, bool, error)
}

func (c *Config) firstVisible(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	if c.FirstVisible == nil {
		return 0, nil
	}
	return c.FirstVisible(ctx, stream)
}

func (c *Config) find(ctx context.Context, stream eventstore.Stream, revision eventstore.Revision) (eventstore.Event, bool, error) {
	if c.Find != nil {
		return c.Find(ctx, stream, revision)
	}
	query := eventstore.StreamQuery{Stream: stream, From: revision, Limit: 1}
	for event, err := range c.Store.ReadStream(ctx, query) {
		return event, err == nil && event.Revision == revision, err
	}
	return eventstore.Event{}, false, nil
}

// Service keeps the persistent subscriptions of a store. It reads what there is
// at the first call, so that a store without subscriptions pays nothing.
type Service struct {
	config      *Config
	records     records
	configuring chan struct{} // one change of the configuration at a time

	mu       sync.RWMutex
	byID     map[string]*Subscription
	revision eventstore.Revision // of the configuration, as far as it has been read
	closed   bool
}

// New gives a Service. Close ends it.
func New(config Config) *Service {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		config: &config, records: records{store: config.Store}, configuring: make(chan struct{}, 1),
		byID: map[string]*Subscription{}, revision: eventstore.NoRevision,
	}
}

// begin waits for its turn to change the configuration and reads what others
// have changed.
func (s *Service) begin(ctx context.Context) (func(), error) {
	select {
	case s.configuring <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	done := func() { <-s.configuring }
	if err := s.refresh(ctx); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// refresh reads the configuration on from where it has been read. Callers are
// configuring.
func (s *Service) refresh(ctx context.Context) error {
	s.mu.RLock()
	from, closed := s.revision+1, s.closed
	s.mu.RUnlock()
	if closed {
		return ErrClosed
	}
	query := eventstore.StreamQuery{Stream: configStream, From: from}
	for event, err := range s.config.Store.ReadStream(ctx, query) {
		if err != nil {
			return fmt.Errorf("reading the configuration of persistent subscriptions: %w", err)
		}
		s.apply(ctx, &event)
	}
	return nil
}

// apply takes in one change.
func (s *Service) apply(ctx context.Context, event *eventstore.Event) {
	var e entry
	err := json.Unmarshal(event.Data, &e)
	name := e.name()
	var settings Settings
	if err == nil && event.Type != deletedType {
		settings, err = e.settings()
	}
	known := event.Type == createdType || event.Type == updatedType || event.Type == deletedType
	if err != nil || !known {
		s.config.Log.Error("a change of the configuration of persistent subscriptions cannot be read and is passed over",
			"revision", int64(event.Revision), "type", event.Type, "error", err)
	}
	s.mu.Lock()
	s.revision = event.Revision
	old := s.byID[name.id()]
	if err != nil || !known {
		s.mu.Unlock()
		return
	}
	ready := make(chan struct{})
	delete(s.byID, name.id())
	if event.Type != deletedType && !s.closed {
		s.byID[name.id()] = newSubscription(name, settings, Place(e.ResumeAfter), s.config, ready)
	}
	s.mu.Unlock()
	if old != nil {
		old.stop(ctx, ErrDropped, event.Type != deletedType)
	}
	close(ready)
}

// change appends a change of the configuration and takes it in. It gives false
// when somebody else was faster: then the change has to be decided again.
func (s *Service) change(ctx context.Context, eventType string, e entry) (bool, error) {
	event, err := changeOf(eventType, e)
	if err != nil {
		return false, err
	}
	_, err = s.config.Store.Append(ctx, eventstore.Append{
		Stream: configStream, Expected: eventstore.AtRevision(s.revision), Events: []eventstore.NewEvent{event},
	})
	var wrong *eventstore.WrongRevisionError
	if errors.As(err, &wrong) {
		return false, s.refresh(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("writing the configuration of persistent subscriptions: %w", err)
	}
	return true, s.refresh(context.WithoutCancel(ctx))
}

// Create makes a subscription. Errors: *InvalidError, *ExistsError.
func (s *Service) Create(ctx context.Context, name Name, settings Settings) error {
	if err := name.validate(); err != nil {
		return err
	}
	if err := settings.validate(name.Source); err != nil {
		return err
	}
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	for {
		if err := s.vacant(name); err != nil {
			return err
		}
		// One of the same name may have been deleted and not forgotten yet.
		if err := s.forget(ctx, name); err != nil {
			return err
		}
		after, err := s.begins(ctx, name, settings.Start)
		if err != nil {
			return err
		}
		written, err := s.change(ctx, createdType, entryOf(name, &settings, after))
		if written || err != nil {
			return err
		}
	}
}

// vacant says whether a subscription of this name may be made.
func (s *Service) vacant(name Name) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch existing := s.byID[name.id()]; {
	case existing != nil && existing.name == name:
		return &ExistsError{Name: name}
	case existing != nil:
		return invalid("the names of stream and group cannot be told from those of an existing subscription")
	case len(s.byID) >= maxSubscriptions:
		return invalid("there are %d subscriptions already", len(s.byID))
	}
	return nil
}

// Update gives a subscription other settings. Its consumers are dropped; it
// goes on where it was. Errors: *InvalidError, *NotFoundError.
func (s *Service) Update(ctx context.Context, name Name, change func(Settings) Settings) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	for {
		existing := s.lookUp(name)
		if existing == nil {
			return &NotFoundError{Name: name}
		}
		settings := change(existing.settings)
		if err := settings.validate(name.Source); err != nil {
			return err
		}
		after := existing.after
		if settings.Start != existing.settings.Start {
			if after, err = s.begins(ctx, name, settings.Start); err != nil {
				return err
			}
		}
		written, err := s.change(ctx, updatedType, entryOf(name, &settings, after))
		if written || err != nil {
			return err
		}
	}
}

// begins is the place after which a subscription with this start begins, while
// it has no checkpoint.
func (s *Service) begins(ctx context.Context, name Name, start Start) (Place, error) {
	if start.End {
		return endOf(ctx, s.records, name.Source)
	}
	return max(start.Place-1, before(name.Source)), nil
}

// Delete ends a subscription, drops its consumers and forgets its progress and
// what it parked. Errors: *NotFoundError.
func (s *Service) Delete(ctx context.Context, name Name) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	for {
		if s.lookUp(name) == nil {
			return &NotFoundError{Name: name}
		}
		written, err := s.change(ctx, deletedType, entry{Stream: string(name.Source), Group: name.Group, StartPosition: "0"})
		if err != nil {
			return err
		}
		if written {
			break
		}
	}
	return s.forget(context.WithoutCancel(ctx), name)
}

// forget lets go of a subscription's progress and of what it parked.
func (s *Service) forget(ctx context.Context, name Name) error {
	return errors.Join(s.records.delete(ctx, name.checkpointStream()), s.records.delete(ctx, name.parkedStream()))
}

// Connect adds a consumer to a subscription. Errors: *NotFoundError,
// *FullError, ErrClosed.
func (s *Service) Connect(ctx context.Context, name Name, consumer *Consumer) (*Session, error) {
	var session *Session
	err := s.with(ctx, name, func(subscription *Subscription) (err error) {
		session, err = subscription.connect(ctx, consumer)
		return err
	})
	return session, err
}

// Replay hands out again what was parked until now; with stopAt above 0 only
// what stands before that revision of the parked stream. Errors:
// *NotFoundError, *InvalidError.
func (s *Service) Replay(ctx context.Context, name Name, stopAt int64) error {
	if stopAt < 0 {
		return invalid("Cannot stop replaying parked message at a negative version.")
	}
	return s.with(ctx, name, func(subscription *Subscription) error { return subscription.replay(ctx, stopAt) })
}

// Info tells how a subscription is doing. Errors: *NotFoundError.
func (s *Service) Info(ctx context.Context, name Name) (Statistics, error) {
	var statistics Statistics
	err := s.with(ctx, name, func(subscription *Subscription) (err error) {
		statistics, err = subscription.statistics(ctx)
		return err
	})
	return statistics, err
}

// with does something with a subscription, again when it is replaced meanwhile.
func (s *Service) with(ctx context.Context, name Name, do func(*Subscription) error) error {
	for {
		subscription, err := s.find(ctx, name)
		if err != nil {
			return err
		}
		if err := do(subscription); err != errReplaced {
			return err
		}
	}
}

// find gives a subscription; one that is not known may have been made through
// another Service.
func (s *Service) find(ctx context.Context, name Name) (*Subscription, error) {
	if subscription := s.lookUp(name); subscription != nil {
		return subscription, ctx.Err()
	}
	if err := name.validate(); err != nil {
		return nil, &NotFoundError{Name: name}
	}
	done, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	done()
	if subscription := s.lookUp(name); subscription != nil {
		return subscription, nil
	}
	return nil, &NotFoundError{Name: name}
}

func (s *Service) lookUp(name Name) *Subscription {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if subscription := s.byID[name.id()]; subscription != nil && subscription.name == name {
		return subscription
	}
	return nil
}

// List tells how subscriptions are doing, ordered by name: those to one source,
// or all with the source "". Errors: *NotFoundError when a source has none.
func (s *Service) List(ctx context.Context, source eventstore.Stream) ([]Statistics, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	done()
	var list []Statistics
	for _, subscription := range s.all() {
		if source != "" && subscription.name.Source != source {
			continue
		}
		statistics, err := subscription.statistics(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, statistics)
	}
	if source != "" && len(list) == 0 {
		return nil, &NotFoundError{Name: Name{Source: source}}
	}
	return list, nil
}

func (s *Service) all() []*Subscription {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*Subscription, 0, len(s.byID))
	for _, subscription := range s.byID {
		list = append(list, subscription)
	}
	slices.SortFunc(list, func(a, b *Subscription) int { return strings.Compare(a.name.id(), b.name.id()) })
	return list
}

// Restart drops all consumers and begins again from what the store holds.
func (s *Service) Restart(ctx context.Context) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	s.mu.Lock()
	old := s.byID
	s.byID, s.revision = map[string]*Subscription{}, eventstore.NoRevision
	s.mu.Unlock()
	stopAll(ctx, old, ErrDropped)
	return s.refresh(ctx)
}

// Close drops all consumers with ErrClosed and writes what a restart needs.
func (s *Service) Close() error {
	s.mu.Lock()
	old := s.byID
	closed := s.closed
	s.closed, s.byID = true, map[string]*Subscription{}
	s.mu.Unlock()
	if !closed {
		stopAll(context.Background(), old, ErrClosed)
	}
	return nil
}

func stopAll(ctx context.Context, subscriptions map[string]*Subscription, reason error) {
	var stopping errgroup.Group
	stopping.SetLimit(stopAtOnce)
	for _, subscription := range subscriptions {
		stopping.Go(func() error {
			subscription.stop(ctx, reason, true)
			return nil
		})
	}
	_ = stopping.Wait()
}
