package storetest

import (
	"context"
	"errors"
	"testing"

	"guishu/eventstore"
)

// Harm is a way to damage a stream past the store.
type Harm string

// The ways that a store may know.
const (
	DeleteFirst  Harm = "the first event is deleted"
	DeleteMiddle Harm = "an event in the middle is deleted"
	HideFirst    Harm = "metadata hide the first event"
	HideAll      Harm = "metadata hide all events"
	Expire       Harm = "metadata let all events expire"
	Delete       Harm = "the stream is deleted"
	Tombstone    Harm = "the stream is deleted for good"
	Overwritten  Harm = "the stream is deleted and begun anew"
)

// Damage tells how to damage a stream of five events past the store: each of the ways
// that there are.
func Damage(ways map[Harm]func(t *testing.T, store eventstore.Store, stream eventstore.Stream)) Option {
	return func(s *suite) { s.damage = ways }
}

// testDamaged holds a store to this: what is read for a decision is whole, or an error
// (C-09).
func (s *suite) testDamaged(t *testing.T) {
	cases := map[string]func(*bench){
		"a whole stream is read whole": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(5)...)
			for _, q := range wholeQueries {
				if _, err := b.whole(q); err != nil {
					b.Errorf("%+v: %v", q, err)
				}
			}
		},
		"a stream that never was is none": func(b *bench) {
			b.must("another", eventstore.NoStream, newEvents(5)...)
			for _, q := range wholeQueries {
				if got, err := b.whole(q); err != nil || got != 0 {
					b.Errorf("%+v: %d events, %v", q, got, err)
				}
			}
		},
	}
	for harm, do := range s.damage {
		cases[string(harm)] = func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(5)...)
			b.must("another", eventstore.NoStream, newEvents(5)...)
			do(b.T, b.bare, "s")
			for _, q := range wholeQueries[:2] {
				var damaged *eventstore.DamagedError
				if got, err := b.whole(q); !errors.As(err, &damaged) || damaged.Stream != "s" {
					b.Errorf("%+v: %d events, %v", q, got, err)
				}
			}
			if got, err := b.whole(eventstore.StreamQuery{Stream: "another"}); err != nil || got != 5 {
				b.Errorf("another stream: %d events, %v", got, err)
			}
		}
	}
	s.each(t, cases)
}

// wholeQueries are the reads of a stream; the first two look at all of it.
var wholeQueries = []eventstore.StreamQuery{
	{Stream: "s"},
	{Stream: "s", From: eventstore.NoRevision, Backwards: true},
	{Stream: "s", From: 2},
	{Stream: "s", From: 2, Limit: 2},
	{Stream: "s", From: 4, Backwards: true, Limit: 1},
	{Stream: "s", From: 17},
	{Stream: "s", From: 17, Backwards: true},
}

func (b *bench) whole(q eventstore.StreamQuery) (int, error) {
	events, err := Collect(eventstore.ReadWhole(b.ctx, seen{b.store, b.bare}, q))
	return len(events), err
}

// seen is a store whose answers are watched, with what it offers beside.
type seen struct {
	eventstore.Store
	bare eventstore.Store
}

// Vanished is the bare store's, where it is a Witness.
func (s seen) Vanished(ctx context.Context, stream eventstore.Stream) (string, error) {
	if witness, ok := s.bare.(eventstore.Witness); ok {
		return witness.Vanished(ctx, stream)
	}
	return "", nil
}
