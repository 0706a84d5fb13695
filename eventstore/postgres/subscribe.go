package postgres

import (
	"context"
	"iter"
	"math"

	"guishu/eventstore"
)

// What a subscription takes from the tail at once: few events as long as they come
// one by one, for a subscription that waits shall cost little.
const (
	firstTailRun = 8
	maxTailRun   = 256
	tailRunBytes = 256 << 10
)

// SubscribeAll implements eventstore.Store. With a filter, Checkpoint follows a
// run of events that were all filtered out. Errors: *eventstore.GapError when a
// position is missing, eventstore.ErrClosed when the store closes.
func (s *Store) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	if err := (eventstore.AllQuery{After: after, Filter: filter}).Validate(); err != nil {
		return failed[eventstore.Delivery](err)
	}
	return s.subscribe(ctx, &allSubscription{store: s, position: after, filter: filter})
}

// SubscribeStream implements eventstore.Store.
func (s *Store) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	if err := (eventstore.StreamQuery{Stream: stream, From: after}).Validate(); err != nil {
		return failed[eventstore.Delivery](err)
	}
	return s.subscribe(ctx, &streamSubscription{store: s, stream: stream, revision: after})
}

// subscription is what differs between following all and following a stream.
type subscription interface {
	// catchUp begins to read what is in the ledger after what was delivered.
	catchUp() pager
	// examinedBy is how far a page got, in positions.
	examinedBy(p *page) eventstore.Position
	// wants says whether an event is to be delivered, given that it comes in
	// order and may have been delivered before.
	wants(event *eventstore.Event) bool
	// checkpoints says whether positions passed over are to be told.
	checkpoints() bool
}

// subscribe reads pages until it has reached the end, then follows the tail; it
// goes back to pages whenever it has fallen behind what the tail holds.
func (s *Store) subscribe(ctx context.Context, sub subscription) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		ctx, release := s.bound(ctx)
		defer release()
		f := &follower{store: s, subscription: sub, yield: yield}
		err := s.alive()
		if err == nil {
			err = s.tail.start(ctx)
		}
		for err == nil && !f.done {
			err = f.catchUp(ctx)
			if err == nil && !f.done {
				err = f.follow(ctx)
			}
		}
		if err != nil && !f.done {
			yield(eventstore.Delivery{}, s.readError("following the ledger", cause(ctx, err)))
		}
	}
}

// follower is one running subscription.
type follower struct {
	store *Store
	subscription
	yield    func(eventstore.Delivery, error) bool
	position eventstore.Position // examined so far
	done     bool                // the receiver has broken off
}

func (f *follower) deliver(d eventstore.Delivery) {
	f.done = f.done || !f.yield(d, nil)
}

func (f *follower) catchUp(ctx context.Context) error {
	// Whatever the tail has shown by now is in the pages read from here on.
	from := f.store.tail.position()
	for page, err := range f.store.pages(ctx, f.subscription.catchUp()) {
		if err != nil {
			return err
		}
		passed := true
		for i := range page.events {
			if !f.wants(&page.events[i]) {
				continue
			}
			passed = i < len(page.events)-1
			f.deliver(eventstore.Delivery{Position: page.events[i].Position, Event: page.events[i]})
			if f.done {
				return nil
			}
		}
		f.position = f.examinedBy(page)
		if passed && f.checkpoints() {
			f.deliver(eventstore.Delivery{Kind: eventstore.Checkpoint, Position: f.position})
		}
		if f.done {
			return nil
		}
	}
	f.position = max(f.position, from)
	f.deliver(eventstore.Delivery{Kind: eventstore.CaughtUp, Position: f.position})
	return nil
}

// follow is nil when the tail has gone too far ahead.
func (f *follower) follow(ctx context.Context) error {
	list := make([]eventstore.Event, 0, firstTailRun)
	for !f.done && ctx.Err() == nil {
		events, changed, err := f.store.tail.after(f.position, list)
		if err == errBehind {
			return nil
		}
		if err != nil {
			return err
		}
		if len(events) > 0 {
			f.pass(events)
			if list = events; len(list) == cap(list) && cap(list) < maxTailRun {
				list = make([]eventstore.Event, 0, 2*cap(list))
			}
			clear(list) // what was delivered is not held on to
			continue
		}
		if cap(list) > firstTailRun {
			list = make([]eventstore.Event, 0, firstTailRun)
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// pass delivers what is wanted of a run of events, as copies: the run is shared
// with other subscriptions.
func (f *follower) pass(events []eventstore.Event) {
	delivered := f.position
	for i := range events {
		f.position = events[i].Position
		if !f.wants(&events[i]) {
			continue
		}
		delivered = f.position
		f.deliver(eventstore.Delivery{Position: f.position, Event: ownCopy(events[i])})
		if f.done {
			return
		}
	}
	if delivered < f.position && f.checkpoints() {
		f.deliver(eventstore.Delivery{Kind: eventstore.Checkpoint, Position: f.position})
	}
}

func ownCopy(event eventstore.Event) eventstore.Event {
	both := make([]byte, 0, len(event.Data)+len(event.Metadata))
	both = append(append(both, event.Data...), event.Metadata...)
	event.Data, event.Metadata = both[:len(event.Data):len(event.Data)], both[len(event.Data):]
	return event
}

// allSubscription follows all streams.
type allSubscription struct {
	store    *Store
	position eventstore.Position
	filter   eventstore.Filter
}

func (a *allSubscription) catchUp() pager {
	return a.store.allPager(eventstore.AllQuery{After: a.position, Filter: a.filter})
}

func (a *allSubscription) examinedBy(p *page) eventstore.Position {
	a.position = max(a.position, p.examined)
	return a.position
}

func (a *allSubscription) wants(event *eventstore.Event) bool {
	if event.Position <= a.position {
		return false
	}
	a.position = event.Position
	return a.filter.Keeps(event.Stream, event.Type)
}

func (a *allSubscription) checkpoints() bool { return !a.filter.IsZero() }

// streamSubscription follows one stream.
type streamSubscription struct {
	store    *Store
	stream   eventstore.Stream
	revision eventstore.Revision // delivered last
	position eventstore.Position
}

func (a *streamSubscription) catchUp() pager {
	from := min(a.revision, math.MaxInt64-1) + 1
	return &streamPager{store: a.store, query: eventstore.StreamQuery{Stream: a.stream, From: from}}
}

func (a *streamSubscription) examinedBy(p *page) eventstore.Position {
	if len(p.events) > 0 {
		a.position = max(a.position, p.events[len(p.events)-1].Position)
	}
	return a.position
}

func (a *streamSubscription) wants(event *eventstore.Event) bool {
	if event.Stream != a.stream || event.Revision <= a.revision {
		return false
	}
	a.revision = event.Revision
	return true
}

func (a *streamSubscription) checkpoints() bool { return false }
