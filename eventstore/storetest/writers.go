package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"guishu/eventstore"
	"guishu/internal/waiting"
)

func (s *suite) testWriters(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"many writers on many streams": func(b *bench) {
			b.race([]eventstore.Store{b.store}, func(writer int) eventstore.Stream {
				return eventstore.Stream(fmt.Sprintf("s-%d", writer))
			})
		},
		"many writers on one stream": func(b *bench) {
			b.race([]eventstore.Store{b.store}, func(int) eventstore.Stream { return "s" })
		},
		"two processes on many streams": func(b *bench) {
			b.race([]eventstore.Store{b.store, b.needSecond()}, func(writer int) eventstore.Stream {
				return eventstore.Stream(fmt.Sprintf("s-%d", writer))
			})
		},
		"two processes on one stream": func(b *bench) {
			b.race([]eventstore.Store{b.store, b.needSecond()}, func(int) eventstore.Stream { return "s" })
		},
		"two processes and exact revisions": (*bench).duel,
	})
}

const (
	racers     = 24
	racerTurns = 25
)

// race lets many writers append to the streams they are given, spread over the
// stores, while a subscription watches: everything must be there once and in
// order, and nothing may have been seen out of order.
func (b *bench) race(stores []eventstore.Store, stream func(writer int) eventstore.Stream) {
	watched := b.watch(racers * racerTurns * 2)
	var group sync.WaitGroup
	for writer := range racers {
		group.Go(func() {
			store := stores[writer%len(stores)]
			for range racerTurns {
				a := eventstore.Append{Stream: stream(writer), Expected: eventstore.AnyRevision, Events: newEvents(2)}
				appended, err := store.Append(b.ctx, a)
				if err != nil || appended.Repeated || appended.Last != appended.First+1 {
					b.Errorf("writer %d: %+v, %v", writer, appended, err)
					return
				}
			}
		})
	}
	group.Wait()
	b.wantWatched(watched)
}

// watch follows the whole ledger from its beginning until it has seen count
// events.
func (b *bench) watch(count int) <-chan []eventstore.Event {
	watched := make(chan []eventstore.Event, 1)
	go func() {
		var seen []eventstore.Event
		defer func() { watched <- seen }()
		for delivery, err := range b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}) {
			if err != nil {
				b.Errorf("watching: %v", err)
				return
			}
			if delivery.Kind != eventstore.EventDelivered {
				continue
			}
			if seen = append(seen, delivery.Event); len(seen) == count {
				return
			}
		}
	}()
	return watched
}

// wantWatched asserts that what was watched is the ledger, and in order.
func (b *bench) wantWatched(watched <-chan []eventstore.Event) {
	b.Helper()
	seen := waiting.From(b.waits, "the watching subscription to end", watched)
	b.checkOrder(seen)
	b.wantPositions(b.all(eventstore.AllQuery{}), seen)
}

// duel lets two processes append to one stream with the revision each of them
// believes in. Every revision must be won by exactly one of them, and the loser
// must be told.
func (b *bench) duel() {
	const length = 60
	stores := []eventstore.Store{b.store, b.needSecond()}
	wins := make([][]bool, len(stores))
	var group sync.WaitGroup
	for i, store := range stores {
		wins[i] = make([]bool, length)
		group.Go(func() {
			for revision := range length {
				a := eventstore.Append{Stream: "s", Expected: eventstore.AtRevision(eventstore.Revision(revision - 1)), Events: newEvents(1)}
				_, err := store.Append(b.ctx, a)
				var wrong *eventstore.WrongRevisionError
				switch {
				case err == nil:
					wins[i][revision] = true
				case !errors.As(err, &wrong) || wrong.Actual < eventstore.Revision(revision):
					b.Errorf("revision %d: %v", revision, err)
					return
				}
			}
		})
	}
	group.Wait()
	for revision := range length {
		if wins[0][revision] == wins[1][revision] {
			b.Errorf("revision %d was won %t and %t", revision, wins[0][revision], wins[1][revision])
		}
	}
	events := b.all(eventstore.AllQuery{})
	b.checkOrder(events)
	if len(events) != length {
		b.Errorf("%d events, want %d", len(events), length)
	}
}
