package esdb

import (
	"context"
	"errors"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
)

// How many events the server may examine before it must say how far it got: few
// messages while catching up; each time, while following live, so that a
// checkpoint tells at once that an event was filtered out.
const (
	catchUpWindow = 1_000
	liveWindow    = 1
)

// errBeginAnew ends a call of the server because another one is to follow.
var errBeginAnew = errors.New("the subscription goes on with another call")

// SubscribeAll implements eventstore.Store. It goes on where it stood when the
// connection is lost, for as long as its context lasts. Errors: *RefusedError,
// eventstore.ErrClosed, the context's.
func (s *Store) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	err := (eventstore.AllQuery{After: after, Filter: filter}).Validate()
	return s.subscribe(ctx, err, func(f *follower) subscription {
		return &allSubscription{follower: f, filter: filter, at: placeAt(after), stands: after, window: catchUpWindow}
	})
}

// SubscribeStream implements eventstore.Store, as SubscribeAll does. A stream
// that was deleted for good never has another event.
func (s *Store) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	err := (eventstore.StreamQuery{Stream: stream, From: after}).Validate()
	return s.subscribe(ctx, err, func(f *follower) subscription {
		return &streamSubscription{follower: f, stream: stream, revision: after}
	})
}

// subscription is what differs between following all and following a stream.
type subscription interface {
	// open begins a call of the server after what was handled.
	open(ctx context.Context, client *esdb.Client) (*esdb.Subscription, error)
	// begun says what the server of an older version leaves out when a call begins.
	begun(ctx context.Context) error
	// handle takes one step; errBeginAnew ends the call.
	handle(step *esdb.SubscriptionEvent) error
	// nothingMore handles that the stream will have no more events.
	nothingMore()
	// nearby changes where the next call begins when the server knows no such place;
	// false when there is no other one that means the same.
	nearby() bool
}

// follower is one running subscription.
type follower struct {
	store *Store
	yield func(eventstore.Delivery, error) bool
	done  bool // the receiver has broken off
	moved bool // something was handled since the last call began

	// certain is a position that stood before the call began: when the server
	// says that it has caught up, everything up to there has been handled.
	certain eventstore.Position
}

func (f *follower) deliver(d eventstore.Delivery) error {
	f.moved = true
	if f.done = f.done || !f.yield(d, nil); f.done {
		return errBeginAnew
	}
	return nil
}

// subscribe makes one call of the server after the other.
func (s *Store) subscribe(ctx context.Context, invalid error, begin func(*follower) subscription) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		if invalid != nil {
			yield(eventstore.Delivery{}, invalid)
			return
		}
		bounded, release := s.bound(ctx)
		defer release()
		f := &follower{store: s, yield: yield}
		err := s.alive()
		if err == nil {
			err = s.keepFollowing(bounded, f, begin(f), forever)
		}
		if err != nil && !f.done {
			yield(eventstore.Delivery{}, s.translate(ctx, "following the ledger", err))
		}
	}
}

// forever is a patience that does not end.
const forever = time.Duration(math.MaxInt64)

// keepFollowing makes calls until the receiver breaks off. Patience bounds how
// long it goes on without getting any further.
func (s *Store) keepFollowing(ctx context.Context, f *follower, sub subscription, patience time.Duration) error {
	begun := time.Now()
	for attempt := 0; ; attempt++ {
		f.moved = false
		err := s.followOnce(ctx, f, sub)
		switch {
		case f.done:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errBeginAnew):
			attempt = -1
			continue
		case judge(err) == deleted:
			sub.nothingMore()
			if f.done {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		case judge(err) == senseless && sub.nearby():
			attempt = -1
			continue
		case judge(err) == refused || judge(err) == senseless || unreadable(err), ownError(err) && patience < forever:
			return err
		}
		if f.moved {
			attempt, begun = 0, time.Now()
		}
		if time.Since(begun) >= patience || !pause(ctx, attempt) {
			return err
		}
	}
}

// followOnce follows over one connection, until that fails.
func (s *Store) followOnce(ctx context.Context, f *follower, sub subscription) error {
	l, err := s.links.get(ctx)
	if err != nil {
		return err
	}
	if err := f.lookAtTheEnd(ctx, l); err != nil {
		return err
	}
	ctx, cancel := l.during(s.addressed(ctx))
	defer cancel()
	var steps *esdb.Subscription
	release, err := l.call(ctx, func(ctx context.Context, client *esdb.Client) (err error) {
		steps, err = sub.open(ctx, client)
		return err
	})
	defer release()
	if err != nil {
		return err
	}
	defer func() { _ = steps.Close() }()
	if err := sub.begun(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		step, err := receiveStep(steps)
		if err != nil {
			return err
		}
		if err := sub.handle(step); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func receiveStep(steps *esdb.Subscription) (step *esdb.SubscriptionEvent, err error) {
	err = guarded(func() error {
		step = steps.Recv()
		if step.SubscriptionDropped != nil {
			return step.SubscriptionDropped.Error
		}
		return nil
	})
	return step, err
}

// lookAtTheEnd finds the ledger's end as the server sees it that is about to be
// followed: another one of the cluster may be ahead of it.
func (f *follower) lookAtTheEnd(ctx context.Context, l *link) error {
	last, err := f.store.lastPositionOver(ctx, l)
	f.certain = max(f.certain, last)
	return err
}

// allSubscription follows all streams.
type allSubscription struct {
	*follower
	filter eventstore.Filter
	at     place               // examined so far
	stands eventstore.Position // of the last event known to be behind, which is before at or there
	told   bool                // the server has named this place itself
	window int
	quiet  bool // that the call has caught up is no news
}

func (a *allSubscription) open(ctx context.Context, client *esdb.Client) (*esdb.Subscription, error) {
	options := esdb.SubscribeToAllOptions{
		From: esdb.Start{}, Filter: serverFilter(a.filter), MaxSearchWindow: a.window, CheckpointInterval: 1,
	}
	if a.at != (place{}) {
		options.From = a.at.onServer()
	}
	return client.SubscribeToAll(ctx, options)
}

func (a *allSubscription) begun(context.Context) error { return nil }

func (a *allSubscription) handle(step *esdb.SubscriptionEvent) error {
	switch {
	case step.EventAppeared != nil:
		return a.event(step.EventAppeared.OriginalEvent())
	case step.CheckPointReached != nil:
		return a.examined(placeOf(*step.CheckPointReached))
	case step.CaughtUp != nil:
		return a.caughtUp()
	case step.FellBehind != nil:
		a.quiet = false
	}
	return nil
}

func (a *allSubscription) event(recorded *esdb.RecordedEvent) error {
	if recorded == nil {
		return nil
	}
	here := placeOf(recorded.Position)
	if !a.at.isBefore(here) {
		return nil // delivered before
	}
	a.at, a.told, a.moved = here, true, true
	a.stands = positionOf(recorded.Position.Commit)
	a.store.sawEvent(recorded)
	if why, skip := passOver(recorded, a.filter); skip {
		a.store.options.Skipped(why)
		return nil
	}
	if !a.filter.Keeps(eventstore.Stream(recorded.StreamID), recorded.EventType) {
		return nil
	}
	event := eventOf(recorded)
	return a.deliver(eventstore.Delivery{Position: event.Position, Event: event})
}

func (a *allSubscription) examined(upTo place) error {
	if !a.at.isBefore(upTo) {
		return nil
	}
	a.at, a.told, a.moved = upTo, true, true
	if upTo.prepare < upTo.commit {
		return nil // at no event, and it does not say where the last one before it stands
	}
	before, position := a.stands, upTo.position()
	a.stands = max(before, position)
	a.store.saw(position)
	if a.filter.IsZero() || position <= before {
		return nil
	}
	return a.deliver(eventstore.Delivery{Kind: eventstore.Checkpoint, Position: position})
}

// nearby is for a position that came from examined once: the place that the server
// named was behind it.
func (a *allSubscription) nearby() bool {
	if a.told || a.at == (place{}) {
		return false
	}
	a.at, a.told = place{commit: a.at.commit + 1}, true
	return true
}

// caughtUp tells that the tail begins. A filtered subscription then goes on
// with a call by which the server tells of everything it examines.
func (a *allSubscription) caughtUp() error {
	a.at, a.told, a.moved = a.at.orLater(placeAt(a.certain)), true, true
	a.stands = max(a.stands, a.certain)
	if a.quiet {
		a.quiet = false
		return nil
	}
	if err := a.deliver(eventstore.Delivery{Kind: eventstore.CaughtUp, Position: a.stands}); err != nil {
		return err
	}
	if a.filter.IsZero() || a.window == liveWindow {
		return nil
	}
	a.window, a.quiet = liveWindow, true
	return errBeginAnew
}

func (a *allSubscription) nothingMore() {}

// streamSubscription follows one stream.
type streamSubscription struct {
	*follower
	stream   eventstore.Stream
	revision eventstore.Revision // handled last
	position eventstore.Position
	quiet    bool // that the call has caught up is no news
}

func (b *streamSubscription) open(ctx context.Context, client *esdb.Client) (*esdb.Subscription, error) {
	options := esdb.SubscribeToStreamOptions{From: esdb.Start{}}
	if b.revision >= 0 {
		options.From = esdb.Revision(uint64(b.revision))
	}
	return client.SubscribeToStream(ctx, string(b.stream), options)
}

// begun tells that a stream which does not exist yet has been followed to its end:
// 23.10 says so only once there is an event (E-10).
func (b *streamSubscription) begun(ctx context.Context) error {
	if b.quiet {
		return nil
	}
	last, err := b.store.lastOf(ctx, b.stream)
	if err != nil || last >= 0 {
		return err
	}
	b.quiet = true
	return b.tail()
}

func (b *streamSubscription) handle(step *esdb.SubscriptionEvent) error {
	switch {
	case step.EventAppeared != nil:
		return b.event(step.EventAppeared.OriginalEvent())
	case step.CaughtUp != nil:
		return b.caughtUp()
	}
	return nil
}

func (b *streamSubscription) event(recorded *esdb.RecordedEvent) error {
	if recorded == nil || eventstore.Revision(recorded.EventNumber) <= b.revision {
		return nil
	}
	b.revision, b.moved, b.quiet = eventstore.Revision(recorded.EventNumber), true, false
	if recorded.EventType == linkType && !strings.HasPrefix(recorded.StreamID, systemPrefix) {
		b.store.options.Skipped(SkippedLink)
		return nil
	}
	event := eventOf(recorded)
	b.position = max(b.position, event.Position)
	b.store.saw(event.Position)
	return b.deliver(eventstore.Delivery{Position: event.Position, Event: event})
}

func (b *streamSubscription) caughtUp() error {
	if b.quiet {
		b.quiet = false
		return nil
	}
	return b.tail()
}

// tail tells that the live tail begins.
func (b *streamSubscription) tail() error {
	b.position = max(b.position, b.certain)
	return b.deliver(eventstore.Delivery{Kind: eventstore.CaughtUp, Position: b.position})
}

func (b *streamSubscription) nothingMore() { _ = b.tail() }

func (b *streamSubscription) nearby() bool { return false }
