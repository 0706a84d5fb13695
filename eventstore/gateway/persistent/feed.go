package persistent

import (
	"context"
	"errors"
	"time"

	"guishu/eventstore"
)

// How long to wait after the store has failed.
const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// backoff waits longer after every failure in a row.
type backoff struct{ last time.Duration }

func (b *backoff) reset() { b.last = 0 }

// wait gives false when the context has ended.
func (b *backoff) wait(ctx context.Context) bool {
	b.last = min(max(2*b.last, firstWait), longestWait)
	timer := time.NewTimer(b.last)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// read starts reading the source and what is to be replayed, if there is
// anybody to read for. Callers hold mu.
func (s *Subscription) read() {
	if s.closed || len(s.sessions) == 0 {
		return
	}
	if s.reading == nil {
		ctx, cancel := context.WithCancel(s.ending)
		s.reading = cancel
		s.readingContext = ctx
		s.work.Go(func() { s.feed(ctx) })
	}
	if !s.replaying && s.group.ReplayFrom() < s.replayTo {
		s.replaying = true
		ctx := s.readingContext
		s.work.Go(func() { s.replayParked(ctx) })
	}
}

// feed follows the source until the context ends.
func (s *Subscription) feed(ctx context.Context) {
	var pause backoff
	for {
		err := s.follow(ctx, &pause)
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("the source of a persistent subscription could not be read and will be tried again", "error", err)
		if !pause.wait(ctx) {
			return
		}
	}
}

func (s *Subscription) follow(ctx context.Context, pause *backoff) error {
	s.mu.Lock()
	after := s.group.Examined()
	s.mu.Unlock()
	deliveries := s.config.Store.SubscribeAll(ctx, eventstore.Position(max(after, 0)), eventstore.Filter{})
	if s.name.Source != All {
		first, err := s.config.firstVisible(ctx, s.name.Source)
		if err != nil {
			return err
		}
		after = max(after, Place(first)-1)
		deliveries = s.config.Store.SubscribeStream(ctx, s.name.Source, eventstore.Revision(after))
	}
	for delivery, err := range deliveries {
		if err != nil {
			return err
		}
		pause.reset()
		if err := s.deliver(ctx, &delivery); err != nil {
			return err
		}
	}
	return errors.New("the source ended")
}

// deliver gives one step of the source to the group, when it has room.
func (s *Subscription) deliver(ctx context.Context, delivery *eventstore.Delivery) error {
	if delivery.Kind != eventstore.EventDelivered {
		return s.locked(ctx, func() { s.live = s.live || delivery.Kind == eventstore.CaughtUp })
	}
	place := Place(delivery.Event.Revision)
	if s.name.Source == All {
		place = Place(delivery.Event.Position)
	}
	wanted, err := s.wants(&delivery.Event)
	if err != nil {
		return err
	}
	if !wanted {
		counts := !bookkeeping(delivery.Event.Stream)
		return s.locked(ctx, func() { s.group.Pass(place, counts) })
	}
	entry := Entry{Place: place, Original: delivery.Event}
	if s.settings.ResolveLinks && isLink(entry.Original.Type) {
		if err := s.resolve(ctx, &entry); err != nil {
			return err
		}
	}
	return s.withRoom(ctx, s.feedWake, func() bool { return s.group.Room() }, func() {
		s.group.Offer(entry)
		s.lastKnown = max(s.lastKnown, place)
	})
}

// wants says whether an event of the source is for the consumers.
func (s *Subscription) wants(event *eventstore.Event) (bool, error) {
	if s.name.Source != All {
		return true, nil // the tombstone too (G-07)
	}
	if bookkeeping(event.Stream) || event.Type == epochType {
		return false, nil
	}
	return s.settings.Filter.keeps(event)
}

// resolve finds the target of a link. An event whose data is no link stands for
// itself (G-10).
func (s *Subscription) resolve(ctx context.Context, entry *Entry) error {
	stream, revision, isLink, ok := linked(&entry.Original)
	entry.IsLink = isLink
	if !ok {
		return nil
	}
	target, found, err := s.config.find(ctx, stream, revision)
	if found {
		entry.Target = &target
	}
	return err
}

// locked does something under mu, unless the context has ended, and goes on
// from there.
func (s *Subscription) locked(ctx context.Context, do func()) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	do()
	s.step()
	return nil
}

// withRoom waits until there is room, which wake tells, and does something
// under mu.
func (s *Subscription) withRoom(ctx context.Context, wake <-chan struct{}, room func() bool, do func()) error {
	for {
		done := false
		err := s.locked(ctx, func() {
			if room() {
				do()
				done = true
			}
		})
		if done || err != nil {
			return err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// replayRun is how many parked events are read at once.
const replayRun = 500

// replayParked hands out again what has been parked, up to what was asked for.
func (s *Subscription) replayParked(ctx context.Context) {
	var pause backoff
	for {
		s.mu.Lock()
		from, to := s.group.ReplayFrom(), s.replayTo
		if ctx.Err() != nil {
			s.mu.Unlock()
			return
		}
		if from >= to {
			s.replaying = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		err := s.replayRun(ctx, from, min(to, from+replayRun))
		if err == nil {
			pause.reset()
			continue
		}
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("parked events could not be read and will be tried again", "error", err)
		if !pause.wait(ctx) {
			return
		}
	}
}

// replayRun hands out the parked events of the revisions from (inclusive) to
// (exclusive).
func (s *Subscription) replayRun(ctx context.Context, from, to Place) error {
	query := eventstore.StreamQuery{Stream: s.name.parkedStream(), From: eventstore.Revision(from), Limit: int(to - from)}
	for event, err := range s.config.Store.ReadStream(ctx, query) {
		if err != nil {
			return err
		}
		if Place(event.Revision) >= to {
			break
		}
		entry := Entry{Place: Place(event.Revision), Original: event}
		if isLink(event.Type) {
			if err := s.resolve(ctx, &entry); err != nil {
				return err
			}
		}
		if entry.target() == nil {
			// What was parked has been deleted since: nothing is left to process.
			if err := s.locked(ctx, func() { s.group.PassParked(entry.Place + 1) }); err != nil {
				return err
			}
			continue
		}
		err := s.withRoom(ctx, s.replayWake, func() bool { return s.group.ReplayRoom() }, func() {
			s.group.OfferParked(entry)
		})
		if err != nil {
			return err
		}
	}
	return s.locked(ctx, func() { s.group.PassParked(to) })
}
