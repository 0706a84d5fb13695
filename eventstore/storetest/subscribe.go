package storetest

import (
	"context"
	"errors"
	"iter"
	"math"
	"testing"

	"guishu/eventstore"
)

// feed is a subscription being read.
type feed struct {
	b    *bench
	next func() (eventstore.Delivery, error, bool)
	stop func()
}

func (b *bench) follow(sequence iter.Seq2[eventstore.Delivery, error]) *feed {
	next, stop := iter.Pull2(sequence)
	b.Cleanup(stop)
	return &feed{b: b, next: next, stop: stop}
}

func (f *feed) take() eventstore.Delivery {
	f.b.Helper()
	delivery, err, ok := f.next()
	if !ok || err != nil {
		f.b.Fatalf("the subscription ended: %v", err)
	}
	return delivery
}

// event takes the next event, passing over everything else.
func (f *feed) event() eventstore.Event {
	f.b.Helper()
	for {
		if delivery := f.take(); delivery.Kind == eventstore.EventDelivered {
			if delivery.Position != delivery.Event.Position {
				f.b.Fatalf("a delivery at %d carries the event at %d", delivery.Position, delivery.Event.Position)
			}
			return delivery.Event
		}
	}
}

// caughtUp takes events up to the signal.
func (f *feed) caughtUp() ([]eventstore.Event, eventstore.Position) {
	f.b.Helper()
	var events []eventstore.Event
	for {
		switch delivery := f.take(); delivery.Kind {
		case eventstore.EventDelivered:
			events = append(events, delivery.Event)
		case eventstore.CaughtUp:
			return events, delivery.Position
		}
	}
}

func (s *suite) testSubscribe(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"all: catch up, then live": func(b *bench) {
			b.fill(manyEvents)
			f := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			old, at := f.caughtUp()
			if len(old) != manyEvents || at < old[len(old)-1].Position {
				b.Fatalf("%d events, caught up at %d", len(old), at)
			}
			for range 50 {
				appended := b.must("live", eventstore.AnyRevision, newEvents(2)...)
				old = append(old, f.event(), f.event())
				if got := old[len(old)-1].Position; got != appended.Position {
					b.Fatalf("position %d came, want %d", got, appended.Position)
				}
			}
			b.checkOrder(old)
		},
		"all: after a position": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(5)...)
			events := b.all(eventstore.AllQuery{})
			got, _ := b.follow(b.store.SubscribeAll(b.ctx, events[2].Position, eventstore.Filter{})).caughtUp()
			b.wantPositions(events[3:], got)
			got, at := b.follow(b.store.SubscribeAll(b.ctx, events[4].Position, eventstore.Filter{})).caughtUp()
			if len(got) != 0 || at != events[4].Position {
				b.Errorf("%d events, caught up at %d", len(got), at)
			}
		},
		"all: on an empty ledger": func(b *bench) {
			f := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			if events, at := f.caughtUp(); len(events) != 0 || at != 0 {
				b.Errorf("%d events, caught up at %d", len(events), at)
			}
			appended := b.must("s", eventstore.NoStream, newEvents(1)...)
			if got := f.event(); got.Position != appended.Position {
				b.Errorf("got %+v", got)
			}
		},
		"after what no event reaches": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(5)...)
			for name, sequence := range map[string]iter.Seq2[eventstore.Delivery, error]{
				"all":      b.store.SubscribeAll(b.ctx, math.MaxInt64, eventstore.Filter{}),
				"filtered": b.store.SubscribeAll(b.ctx, math.MaxInt64, eventstore.Filter{StreamPrefixes: []string{"s"}}),
				"stream":   b.store.SubscribeStream(b.ctx, "s", math.MaxInt64),
			} {
				if got, _ := b.follow(sequence).caughtUp(); len(got) != 0 {
					b.Errorf("%s: %d events", name, len(got))
				}
			}
		},
		"stream: catch up, then live": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(700)...)
			b.must("other", eventstore.NoStream, newEvents(3)...)
			f := b.follow(b.store.SubscribeStream(b.ctx, "s", eventstore.NoRevision))
			if old, _ := f.caughtUp(); len(old) != 700 {
				b.Fatalf("%d events", len(old))
			}
			for i := range 30 {
				b.must("other", eventstore.AnyRevision, newEvents(3)...)
				b.must("s", eventstore.AnyRevision, newEvents(1)...)
				if got := f.event(); got.Stream != "s" || got.Revision != eventstore.Revision(700+i) {
					b.Fatalf("got %s at revision %d", got.Stream, got.Revision)
				}
			}
		},
		"stream: after a revision, and one that does not exist yet": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(5)...)
			if got, _ := b.follow(b.store.SubscribeStream(b.ctx, "s", 2)).caughtUp(); len(got) != 2 || got[0].Revision != 3 {
				b.Errorf("got %+v", got)
			}
			f := b.follow(b.store.SubscribeStream(b.ctx, "later", eventstore.NoRevision))
			f.caughtUp()
			b.must("later", eventstore.NoStream, newEvents(1)...)
			if got := f.event(); got.Stream != "later" || got.Revision != 0 {
				b.Errorf("got %+v", got)
			}
		},
		"filtered: events and checkpoints": func(b *bench) {
			b.fillVaried()
			filter := eventstore.Filter{StreamPrefixes: []string{"b-"}}
			f := b.follow(b.store.SubscribeAll(b.ctx, 0, filter))
			old, at := f.caughtUp()
			b.wantPositions(kept(b.all(eventstore.AllQuery{}), filter), old)
			if last, _ := b.store.LastPosition(b.ctx); at != last {
				b.Errorf("caught up at %d of %d", at, last)
			}
			passed := b.must("a-1", eventstore.AnyRevision, newEvents(1)...)
			if got := f.take(); got.Kind != eventstore.Checkpoint || got.Position != passed.Position {
				b.Errorf("a filtered event gave %+v, want a checkpoint at %d", got, passed.Position)
			}
			wanted := b.must("b-1", eventstore.AnyRevision, newEvents(1)...)
			if got := f.take(); got.Kind != eventstore.EventDelivered || got.Position != wanted.Position {
				b.Errorf("got %+v", got)
			}
			typed := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{Types: []string{"type.3"}}))
			old, _ = typed.caughtUp()
			b.wantPositions(kept(b.all(eventstore.AllQuery{}), eventstore.Filter{Types: []string{"type.3"}}), old)
		},
		"a slow subscriber loses and repeats nothing": (*bench).slowSubscriber,
		"what is given belongs to the receiver": func(b *bench) {
			one := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			two := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			one.caughtUp()
			two.caughtUp()
			b.must("s", eventstore.NoStream, newEvent("a", "as appended"))
			clear(one.event().Data)
			if got := two.event(); string(got.Data) != "as appended" {
				b.Errorf("another subscriber's event was changed: %q", got.Data)
			}
		},
		"an ended context ends it, once": func(b *bench) {
			ctx, cancel := context.WithCancel(b.ctx)
			defer cancel()
			f := b.follow(b.store.SubscribeAll(ctx, 0, eventstore.Filter{}))
			f.caughtUp()
			cancel()
			_, err, ok := f.next()
			if !ok || !errors.Is(err, context.Canceled) {
				b.Errorf("got %v", err)
			}
			if _, _, more := f.next(); more {
				b.Errorf("something followed the error")
			}
		},
		"another process's events come too": func(b *bench) {
			second := b.needSecond()
			f := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			f.caughtUp()
			for i := range 20 {
				appended, err := second.Append(b.ctx, eventstore.Append{Stream: "s", Expected: eventstore.AtRevision(eventstore.Revision(i - 1)), Events: newEvents(1)})
				if err != nil {
					b.Fatal(err)
				}
				if got := f.event(); got.Position != appended.Position {
					b.Fatalf("position %d came, want %d", got.Position, appended.Position)
				}
			}
		},
	})
}

// slowSubscriber leaves a live subscription alone while far more is written
// than any store keeps for it.
func (b *bench) slowSubscriber() {
	quick := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
	slow := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
	stream := b.follow(b.store.SubscribeStream(b.ctx, "stream-3", eventstore.NoRevision))
	quick.caughtUp()
	slow.caughtUp()
	stream.caughtUp()
	b.fill(1)
	seen := []eventstore.Event{slow.event()}
	b.fill(2 * manyEvents)
	for range 2*manyEvents + 1 {
		quick.event() // so that the store has moved on
	}
	for len(seen) < 2*manyEvents+1 { // whatever the store says meanwhile of having fallen behind and caught up
		seen = append(seen, slow.event())
	}
	b.must("stream-3", eventstore.AnyRevision, newEvents(1)...)
	seen = append(seen, slow.event())
	b.checkOrder(seen)
	if len(seen) != 2*manyEvents+2 {
		b.Errorf("%d events, want %d", len(seen), 2*manyEvents+2)
	}
	for i := range b.stream("stream-3") {
		if got := stream.event(); got.Revision != eventstore.Revision(i) {
			b.Fatalf("revision %d came, want %d", got.Revision, i)
		}
	}
}

func (b *bench) needSecond() eventstore.Store {
	b.Helper()
	if b.second == nil {
		b.Skip("this store cannot be opened twice")
	}
	return watched{b.second(b.T, b.bare), b.waits}
}
