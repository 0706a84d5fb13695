package storetest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"context"

	"github.com/google/uuid"

	"guishu/eventstore"
)

func (s *suite) testAppend(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"gives consecutive revisions and rising positions": func(b *bench) {
			first := b.must("account-1", eventstore.NoStream, newEvents(2)...)
			second := b.must("account-1", eventstore.AtRevision(1), newEvents(1)...)
			other := b.must("account-2", eventstore.NoStream, newEvents(1)...)
			if first.First != 0 || first.Last != 1 || second.First != 2 || second.Last != 2 || other.Last != 0 {
				b.Errorf("revisions: %+v, %+v, %+v", first, second, other)
			}
			if first.Position >= second.Position || second.Position >= other.Position {
				b.Errorf("positions do not rise: %+v, %+v, %+v", first, second, other)
			}
			if b.store.Contiguous() && other.Position != 4 {
				b.Errorf("the fourth event stands at %d", other.Position)
			}
			b.checkOrder(b.all(eventstore.AllQuery{}))
		},
		"keeps what the expectation says": func(b *bench) {
			b.must("full", eventstore.NoStream, newEvents(3)...)
			cases := []struct {
				stream   eventstore.Stream
				expected eventstore.Expectation
				actual   eventstore.Revision // of the error; -9 for none
			}{
				{"full", eventstore.NoStream, 2},
				{"full", eventstore.AtRevision(1), 2},
				{"full", eventstore.AtRevision(3), 2},
				{"empty", eventstore.AtRevision(0), eventstore.NoRevision},
				{"empty", eventstore.StreamExists, eventstore.NoRevision},
				{"full", eventstore.AtRevision(2), -9},
				{"full", eventstore.AnyRevision, -9},
				{"full", eventstore.StreamExists, -9},
				{"new-1", eventstore.NoStream, -9},
				{"new-2", eventstore.AnyRevision, -9},
				{"new-3", eventstore.AtRevision(eventstore.NoRevision), -9},
			}
			for _, c := range cases {
				_, err := b.store.Append(b.ctx, eventstore.Append{Stream: c.stream, Expected: c.expected, Events: newEvents(1)})
				b.wantRevisionError(err, c.stream, c.expected, c.actual)
			}
			if got := len(b.all(eventstore.AllQuery{})); got != 9 {
				b.Errorf("the ledger holds %d events, want 9: a refused append has written", got)
			}
		},
		"refuses what makes no sense": func(b *bench) {
			id := uuid.New()
			twice := []eventstore.NewEvent{{ID: id, Type: "a"}, {ID: id, Type: "b"}}
			cases := map[string]eventstore.Append{
				"no stream":       {Expected: eventstore.AnyRevision, Events: newEvents(1)},
				"no events":       {Stream: "s", Expected: eventstore.AnyRevision},
				"nil id":          {Stream: "s", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{{Type: "a"}}},
				"no type":         {Stream: "s", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{{ID: id}}},
				"same id twice":   {Stream: "s", Expected: eventstore.AnyRevision, Events: twice},
				"zero byte":       {Stream: "s\x00", Expected: eventstore.AnyRevision, Events: newEvents(1)},
				"not UTF-8":       {Stream: "s\xff", Expected: eventstore.AnyRevision, Events: newEvents(1)},
				"long name":       {Stream: eventstore.Stream(strings.Repeat("s", eventstore.MaxNameBytes+1)), Expected: eventstore.AnyRevision, Events: newEvents(1)},
				"expectation":     {Stream: "s", Expected: -3, Events: newEvents(1)},
				"scope":           {Stream: "s", Expected: eventstore.AnyRevision, Scope: 7, Events: newEvents(1)},
				"too many events": {Stream: "s", Expected: eventstore.AnyRevision, Events: newEvents(eventstore.MaxAppendEvents + 1)},
			}
			for name, a := range cases {
				_, err := b.store.Append(b.ctx, a)
				if invalid := (*eventstore.InvalidAppendError)(nil); !errors.As(err, &invalid) {
					b.Errorf("%s: got %v", name, err)
				}
			}
			if got := len(b.all(eventstore.AllQuery{})); got != 0 {
				b.Errorf("the ledger holds %d events, want none", got)
			}
		},
		"takes the longest names and many events": func(b *bench) {
			name := eventstore.Stream(strings.Repeat("名", eventstore.MaxNameBytes/3))
			events := newEvents(10_000)
			events[0].Type = strings.Repeat("t", eventstore.MaxNameBytes)
			b.must(name, eventstore.NoStream, events...)
			got := b.stream(name)
			if len(got) != len(events) || got[0].Type != events[0].Type || got[0].Stream != name {
				b.Errorf("%d events came back", len(got))
			}
		},
		"tells the last position": func(b *bench) {
			b.wantLastPosition(0)
			appended := b.must("s", eventstore.NoStream, newEvents(3)...)
			b.wantLastPosition(appended.Position)
		},
		"records the time": func(b *bench) {
			// A generous window: the store's clock is not this one.
			before := time.Now().Add(-time.Hour)
			b.must("s", eventstore.NoStream, newEvents(1)...)
			at := b.stream("s")[0].RecordedAt
			if at.Before(before) || at.After(time.Now().Add(time.Hour)) || at.Location() != time.UTC {
				b.Errorf("recorded at %s", at)
			}
		},
		"does not write with an ended context": func(b *bench) {
			ctx, cancel := context.WithCancel(b.ctx)
			cancel()
			_, err := b.store.Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: newEvents(1)})
			if !errors.Is(err, context.Canceled) {
				b.Errorf("got %v", err)
			}
			b.must("s", eventstore.NoStream, newEvents(1)...)
		},
		"writes or does not write when cancelled": (*bench).cancelledAppends,
		"chains exact revisions sent together":    (*bench).chainedAppends,
	})
}

func (b *bench) wantRevisionError(err error, stream eventstore.Stream, expected eventstore.Expectation, actual eventstore.Revision) {
	b.Helper()
	if actual == -9 {
		if err != nil {
			b.Errorf("appending to %s expecting %d: %v", stream, expected, err)
		}
		return
	}
	var wrong *eventstore.WrongRevisionError
	if !errors.As(err, &wrong) {
		b.Errorf("appending to %s expecting %d: got %v", stream, expected, err)
		return
	}
	if *wrong != (eventstore.WrongRevisionError{Stream: stream, Expected: expected, Actual: actual}) {
		b.Errorf("appending to %s expecting %d: got %+v", stream, expected, *wrong)
	}
}

func (b *bench) wantLastPosition(want eventstore.Position) {
	b.Helper()
	got, err := b.store.LastPosition(b.ctx)
	if err != nil || got != want {
		b.Errorf("the last position is %d, %v, want %d", got, err, want)
	}
}

// cancelledAppends cancels many appends at odd moments: each one must have
// been written exactly when its error is not the context's.
func (b *bench) cancelledAppends() {
	const writers = 16
	type outcome struct {
		id  uuid.UUID
		err error
	}
	outcomes := make([][]outcome, writers)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range 40 {
				// The shorter ones end while queued, the longer ones while sent.
				ctx, cancel := context.WithTimeout(b.ctx, time.Duration(i*w*10)*time.Microsecond)
				event := newEvent("cancelled.perhaps", "")
				_, err := b.store.Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{event}})
				cancel()
				outcomes[w] = append(outcomes[w], outcome{event.ID, err})
			}
		})
	}
	group.Wait()
	b.must("s", eventstore.AnyRevision, newEvents(1)...)
	written := make(map[uuid.UUID]bool)
	events := b.stream("s")
	for _, event := range events {
		written[event.ID] = true
	}
	b.checkOrder(b.all(eventstore.AllQuery{}))
	for _, list := range outcomes {
		for _, o := range list {
			withdrawn := errors.Is(o.err, context.DeadlineExceeded)
			if o.err != nil && !withdrawn {
				b.Errorf("a cancelled append: %v", o.err)
			}
			if written[o.id] == withdrawn {
				b.Errorf("written: %t, although the append returned %v", written[o.id], o.err)
			}
		}
	}
}

// chainedAppends sends appends that each expect the one before, without waiting
// in between. Which ones succeed depends on their order of arrival; those that
// do must form the chain.
func (b *bench) chainedAppends() {
	const length = 50
	errs := make([]error, length)
	var group sync.WaitGroup
	for i := range length {
		group.Go(func() {
			expected := eventstore.AtRevision(eventstore.Revision(i - 1))
			for {
				_, errs[i] = b.store.Append(b.ctx, eventstore.Append{Stream: "chain", Expected: expected, Events: newEvents(1)})
				var wrong *eventstore.WrongRevisionError
				if !errors.As(errs[i], &wrong) || wrong.Actual >= eventstore.Revision(i) {
					return
				}
			}
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			b.Fatalf("link %d of the chain: %v", i, err)
		}
	}
	if got := len(b.stream("chain")); got != length {
		b.Errorf("the chain has %d links, want %d", got, length)
	}
}
