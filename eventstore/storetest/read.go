package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
)

func (s *suite) testBytes(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"data and metadata come back as they were": func(b *bench) {
			everyByte := make([]byte, 256)
			for i := range everyByte {
				everyByte[i] = byte(i)
			}
			events := []eventstore.NewEvent{
				{ID: uuid.New(), Type: "empty"},
				{ID: uuid.New(), Type: "zero", Data: []byte{0}, Metadata: []byte{0, 0}},
				{ID: uuid.New(), Type: "every", Data: everyByte, Metadata: everyByte, Binary: true},
				{ID: uuid.New(), Type: "json", Data: []byte(`{ "b":1,  "a":1.0, "a":2 }`), Metadata: []byte("\xff\xfe")},
				{ID: uuid.New(), Type: "类型", Metadata: []byte{}, Binary: true},
			}
			large := make([]byte, largestAppend-weight(events...))
			for i := range large {
				large[i] = byte(rand.Uint32())
			}
			events[len(events)-1].Data = large
			b.must("s-1", eventstore.NoStream, events...)
			b.wantSame(events, b.stream("s-1"))
			b.wantSame(events, b.all(eventstore.AllQuery{}))
		},
		"what is given belongs to the receiver": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvent("a", "first"), newEvent("a", "second"))
			events := b.stream("s")
			events[0].Data = append(events[0].Data, "overflow"...)
			events[0].Metadata = append(events[0].Metadata, "overflow"...)
			clear(events[0].Data)
			if string(events[1].Data) != "second" || string(events[1].Metadata) != `{"actor":"nobody"}` {
				b.Errorf("writing to one event changed another: %s %s", events[1].Data, events[1].Metadata)
			}
			if got := b.stream("s")[0].Data; string(got) != "first" {
				b.Errorf("writing to an event changed the store: %s", got)
			}
		},
		"what was taken may be used again": func(b *bench) {
			event := newEvent("a", "as appended")
			b.must("s", eventstore.NoStream, event)
			clear(event.Data)
			if got := b.stream("s")[0].Data; string(got) != "as appended" {
				b.Errorf("writing to an appended slice changed the store: %q", got)
			}
		},
	})
}

func (b *bench) wantSame(want []eventstore.NewEvent, got []eventstore.Event) {
	b.Helper()
	if len(got) != len(want) {
		b.Fatalf("%d events came back, want %d", len(got), len(want))
	}
	for i := range want {
		same := got[i].ID == want[i].ID && got[i].Type == want[i].Type &&
			bytes.Equal(got[i].Data, want[i].Data) && bytes.Equal(got[i].Metadata, want[i].Metadata) && got[i].Binary == want[i].Binary
		if !same {
			b.Errorf("event %d (%s) came back changed", i, want[i].Type)
		}
	}
}

// manyEvents is more than any store reads at once.
const manyEvents = 12_345

// fill appends n events over several streams, in appends of different sizes.
func (b *bench) fill(n int) {
	b.Helper()
	for written := 0; written < n; {
		count := min(n-written, 1+written%997)
		stream := eventstore.Stream(fmt.Sprintf("stream-%d", written%7))
		b.must(stream, eventstore.AnyRevision, newEvents(count)...)
		written += count
	}
}

func (s *suite) testRead(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"nothing is read from nothing": func(b *bench) {
			for _, backwards := range []bool{false, true} {
				if got := b.all(eventstore.AllQuery{Backwards: backwards}); len(got) != 0 {
					b.Errorf("all: %d events", len(got))
				}
				got, err := Collect(b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: "none", From: eventstore.NoRevision, Backwards: backwards}))
				if err != nil || len(got) != 0 {
					b.Errorf("stream: %d events, %v", len(got), err)
				}
			}
		},
		"all events forwards and backwards": func(b *bench) {
			b.fill(manyEvents)
			forwards := b.all(eventstore.AllQuery{})
			b.checkOrder(forwards)
			if len(forwards) != manyEvents {
				b.Fatalf("%d events, want %d", len(forwards), manyEvents)
			}
			backwards := b.all(eventstore.AllQuery{Backwards: true})
			slices.Reverse(backwards)
			b.wantPositions(forwards, backwards)
		},
		"from a position, up to a limit": func(b *bench) {
			b.fill(manyEvents)
			events := b.all(eventstore.AllQuery{})
			short, long := []int{1, 2, 500, 501}, []int{0, 1, 2, 500, 501, 5000, 5001, manyEvents}
			for at, limits := range map[int][]int{
				0: long, 1: short, 499: short, 500: long, 5000: short, 5499: short, 5500: short, 5501: long,
				manyEvents - 2: short, manyEvents - 1: long,
			} {
				position := events[at].Position
				for _, limit := range limits {
					got := b.all(eventstore.AllQuery{After: position, Limit: limit})
					b.wantPositions(limited(events[at+1:], limit), got)
					got = b.all(eventstore.AllQuery{Before: position, Limit: limit, Backwards: true})
					slices.Reverse(got)
					b.wantPositions(limitedEnd(events[:at], limit), got)
				}
			}
			beyond := events[len(events)-1].Position + 1_000
			if got := b.all(eventstore.AllQuery{After: beyond}); len(got) != 0 {
				b.Errorf("%d events beyond the end", len(got))
			}
			if got := b.all(eventstore.AllQuery{Before: beyond, Backwards: true, Limit: 3}); len(got) != 3 {
				b.Errorf("%d events backwards from beyond the end", len(got))
			}
			for _, filter := range []eventstore.Filter{{}, {Types: []string{"thing.happened"}}} {
				if got := b.all(eventstore.AllQuery{After: math.MaxInt64, Filter: filter}); len(got) != 0 {
					b.Errorf("%d events beyond any end", len(got))
				}
			}
		},
		"a stream from a revision, up to a limit": func(b *bench) {
			const length = 6_000
			b.must("other", eventstore.NoStream, newEvents(3)...)
			b.must("s", eventstore.NoStream, newEvents(length/2)...)
			b.must("s-not", eventstore.NoStream, newEvents(3)...)
			b.must("s", eventstore.AtRevision(length/2-1), newEvents(length/2)...)
			events := b.stream("s")
			if len(events) != length {
				b.Fatalf("%d events, want %d", len(events), length)
			}
			short, long := []int{1, 500, 501}, []int{0, 1, 500, 501, length}
			for from, limits := range map[int][]int{
				0: long, 1: short, 499: short, 500: short, 2999: long, 3000: short, 5500: short, length - 1: long, length: short, length + 9: short,
			} {
				for _, limit := range limits {
					got, err := Collect(b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: "s", From: eventstore.Revision(from), Limit: limit}))
					if err != nil {
						b.Fatal(err)
					}
					b.wantPositions(limited(events[min(from, length):], limit), got)
					got, err = Collect(b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: "s", From: eventstore.Revision(from), Limit: limit, Backwards: true}))
					if err != nil {
						b.Fatal(err)
					}
					slices.Reverse(got)
					b.wantPositions(limitedEnd(events[:min(from+1, length)], limit), got)
				}
			}
			last, err := Collect(b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: "s", From: eventstore.NoRevision, Backwards: true, Limit: 1}))
			if err != nil || len(last) != 1 || last[0].Revision != length-1 {
				b.Errorf("the last event: %v, %v", last, err)
			}
		},
		"large events do not hold up": func(b *bench) {
			const count = 40
			for range count {
				event := newEvent("large", "")
				event.Data = make([]byte, largestAppend-weight(event))
				b.must("s", eventstore.AnyRevision, event)
			}
			b.must("s", eventstore.AnyRevision, newEvents(3)...)
			events := b.all(eventstore.AllQuery{})
			b.checkOrder(events)
			if len(events) != count+3 || len(b.stream("s")) != count+3 {
				b.Errorf("%d events, want %d", len(events), count+3)
			}
		},
		"breaking off leaves the store usable": func(b *bench) {
			b.fill(manyEvents)
			for _, after := range []int{1, 499, 500, 501, 5500, 5501} {
				count := 0
				for _, err := range b.store.ReadAll(b.ctx, eventstore.AllQuery{}) {
					if err != nil {
						b.Fatal(err)
					}
					if count++; count == after {
						break
					}
				}
			}
			b.must("s", eventstore.NoStream, newEvents(1)...)
			if got := len(b.all(eventstore.AllQuery{})); got != manyEvents+1 {
				b.Errorf("%d events, want %d", got, manyEvents+1)
			}
		},
		"a sequence can be read twice": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(3)...)
			sequence := b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: "s"})
			for range 2 {
				if got, err := Collect(sequence); err != nil || len(got) != 3 {
					b.Errorf("%d events, %v", len(got), err)
				}
			}
		},
		"an ended context ends a read": func(b *bench) {
			b.fill(manyEvents)
			ctx, cancel := context.WithCancel(b.ctx)
			defer cancel()
			count, failures := 0, 0
			for _, err := range b.store.ReadAll(ctx, eventstore.AllQuery{}) {
				if err != nil {
					failures++
					if !errors.Is(err, context.Canceled) {
						b.Errorf("got %v", err)
					}
					continue
				}
				if count++; count == 100 {
					cancel()
				}
			}
			if failures != 1 || count == manyEvents {
				b.Errorf("%d events, then %d errors", count, failures)
			}
		},
		"queries that make no sense": func(b *bench) {
			all := []eventstore.AllQuery{
				{After: -1}, {Limit: -1}, {Before: -1, Backwards: true},
				{Filter: eventstore.Filter{Types: []string{"a"}, StreamPrefixes: []string{"b"}}},
				{Filter: eventstore.Filter{StreamPrefixes: []string{""}}},
			}
			for _, q := range all {
				_, err := Collect(b.store.ReadAll(b.ctx, q))
				b.wantInvalid(fmt.Sprintf("%+v", q), err)
			}
			for _, q := range []eventstore.StreamQuery{{}, {Stream: "s", From: -2}, {Stream: "s", Limit: -1}} {
				_, err := Collect(b.store.ReadStream(b.ctx, q))
				b.wantInvalid(fmt.Sprintf("%+v", q), err)
			}
			_, err := Collect(b.store.SubscribeAll(b.ctx, -1, eventstore.Filter{}))
			b.wantInvalid("subscription to all", err)
			_, err = Collect(b.store.SubscribeStream(b.ctx, "", eventstore.NoRevision))
			b.wantInvalid("subscription to a stream", err)
		},
	})
}

func (s *suite) testFilter(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"by type and by stream prefix": func(b *bench) {
			b.fillVaried()
			events := b.all(eventstore.AllQuery{})
			filters := []eventstore.Filter{
				{Types: []string{"type.1"}},
				{Types: []string{"type.1", "type.3", "type.none"}},
				{Types: []string{"type"}},
				{StreamPrefixes: []string{"a-1"}},
				{StreamPrefixes: []string{"a-", "b-2"}},
				{StreamPrefixes: []string{"%", "a_", "A-"}},
				{StreamPrefixes: []string{"甲"}},
			}
			for _, filter := range filters {
				want := kept(events, filter)
				b.wantPositions(want, b.all(eventstore.AllQuery{Filter: filter}))
				backwards := b.all(eventstore.AllQuery{Filter: filter, Backwards: true})
				slices.Reverse(backwards)
				b.wantPositions(want, backwards)
				b.wantPositions(limited(want, 7), b.all(eventstore.AllQuery{Filter: filter, Limit: 7}))
				after := events[len(events)/2].Position
				b.wantPositions(kept(events[len(events)/2+1:], filter), b.all(eventstore.AllQuery{Filter: filter, After: after}))
			}
		},
	})
}

// fillVaried appends events of several types to streams whose names share
// beginnings.
func (b *bench) fillVaried() {
	b.Helper()
	for _, category := range []string{"a-", "b-", "甲-"} {
		for i := range 12 {
			stream := eventstore.Stream(fmt.Sprintf("%s%d", category, i))
			events := make([]eventstore.NewEvent, 30)
			for n := range events {
				events[n] = newEvent(fmt.Sprintf("type.%d", (n+i)%5), "")
			}
			b.must(stream, eventstore.NoStream, events...)
		}
	}
}

func kept(events []eventstore.Event, filter eventstore.Filter) []eventstore.Event {
	var wanted []eventstore.Event
	for _, event := range events {
		if filter.Keeps(event.Stream, event.Type) {
			wanted = append(wanted, event)
		}
	}
	return wanted
}

func limited(events []eventstore.Event, limit int) []eventstore.Event {
	if limit == 0 {
		return events
	}
	return events[:min(limit, len(events))]
}

func limitedEnd(events []eventstore.Event, limit int) []eventstore.Event {
	if limit == 0 {
		return events
	}
	return events[len(events)-min(limit, len(events)):]
}

func (b *bench) wantPositions(want, got []eventstore.Event) {
	b.Helper()
	if len(got) != len(want) {
		b.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Position != want[i].Position {
			b.Fatalf("event %d stands at position %d, want %d", i, got[i].Position, want[i].Position)
		}
	}
}

func (b *bench) wantInvalid(what string, err error) {
	b.Helper()
	if invalid := (*eventstore.InvalidAppendError)(nil); !errors.As(err, &invalid) {
		b.Errorf("%s: got %v", what, err)
	}
}
