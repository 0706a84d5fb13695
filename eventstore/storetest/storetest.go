// Package storetest is the contract of eventstore.Store as tests. Every store
// runs all of it; what a store cannot do it says with an Option, and the tests
// of it say why they are not run.
package storetest

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/internal/waiting"
)

// Open gives a test an empty store of its own and closes it with the test.
type Open func(t *testing.T) eventstore.Store

// Option tells what a store can do beyond the port, or cannot do.
type Option func(*suite)

// Second tells how to open another handle on the ledger of a store, as another
// process would have.
func Second(open func(t *testing.T, first eventstore.Store) eventstore.Store) Option {
	return func(s *suite) { s.second = open }
}

// Interrupt tells how to break the connections of a store, in the middle of
// whatever they are doing. The store is expected to make new ones.
func Interrupt(interrupt func(t *testing.T, store eventstore.Store)) Option {
	return func(s *suite) { s.interrupt = interrupt }
}

// WithoutInStore is for stores that cannot look for an id in all streams.
func WithoutInStore() Option {
	return func(s *suite) { s.withoutInStore = true }
}

type suite struct {
	open           Open
	second         func(t *testing.T, first eventstore.Store) eventstore.Store
	interrupt      func(t *testing.T, store eventstore.Store)
	withoutInStore bool
	damage         map[Harm]func(t *testing.T, store eventstore.Store, stream eventstore.Stream)
}

// Run runs the contract against stores made by open.
func Run(t *testing.T, open Open, options ...Option) {
	t.Helper()
	s := &suite{open: open}
	for _, option := range options {
		option(s)
	}
	groups := []struct {
		name string
		run  func(*suite, *testing.T)
	}{
		{"append", (*suite).testAppend},
		{"idempotency", (*suite).testIdempotency},
		{"bytes", (*suite).testBytes},
		{"read", (*suite).testRead},
		{"damaged", (*suite).testDamaged},
		{"filter", (*suite).testFilter},
		{"subscribe", (*suite).testSubscribe},
		{"writers", (*suite).testWriters},
		{"interruption", (*suite).testInterruption},
		{"load", (*suite).testLoad},
		{"close", (*suite).testClose},
		{"model", (*suite).testModel},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			group.run(s, t)
		})
	}
}

// each runs the cases of a group, every one on a store of its own.
func (s *suite) each(t *testing.T, cases map[string]func(b *bench)) {
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(s.setup(t))
		})
	}
}

// bench is what a test works with.
type bench struct {
	*testing.T
	*suite
	waits *waiting.Watch
	store eventstore.Store // bare, with a watch over its answers
	bare  eventstore.Store // as it was opened
	ctx   context.Context  // ends when the store does not answer for long
}

func (s *suite) setup(t *testing.T) *bench {
	bare := s.open(t)
	watch := waiting.Over(t)
	return &bench{T: t, suite: s, waits: watch, store: watched{bare, watch}, bare: bare, ctx: watch.Context()}
}

// largestAppend is how many bytes an append has at most that every store must take:
// what every version of EventStoreDB takes by default (E-12).
const largestAppend = 1 << 20

// weight is how many bytes of an append's limit events take: data, metadata and twice
// their types' names, as the versions count that count most.
func weight(events ...eventstore.NewEvent) (sum int) {
	for _, event := range events {
		sum += len(event.Data) + len(event.Metadata) + 2*len(event.Type)
	}
	return sum
}

// newEvent is an event whose data names what it is.
func newEvent(eventType, data string) eventstore.NewEvent {
	return eventstore.NewEvent{
		ID: uuid.New(), Type: eventType, Data: []byte(data), Metadata: []byte(`{"actor":"nobody"}`),
	}
}

// newEvents are n events of one type.
func newEvents(n int) []eventstore.NewEvent {
	events := make([]eventstore.NewEvent, n)
	for i := range events {
		events[i] = newEvent("thing.happened", `{"what":"something"}`)
	}
	return events
}

// must appends or ends the test.
func (b *bench) must(stream eventstore.Stream, expected eventstore.Expectation, events ...eventstore.NewEvent) eventstore.Appended {
	b.Helper()
	appended, err := b.store.Append(b.ctx, eventstore.Append{Stream: stream, Expected: expected, Events: events})
	if err != nil {
		b.Fatalf("appending to %s: %v", stream, err)
	}
	return appended
}

// stream reads a whole stream or ends the test.
func (b *bench) stream(stream eventstore.Stream) []eventstore.Event {
	b.Helper()
	events, err := Collect(b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: stream}))
	if err != nil {
		b.Fatalf("reading %s: %v", stream, err)
	}
	return events
}

// all reads everything or ends the test.
func (b *bench) all(q eventstore.AllQuery) []eventstore.Event {
	b.Helper()
	events, err := Collect(b.store.ReadAll(b.ctx, q))
	if err != nil {
		b.Fatalf("reading all: %v", err)
	}
	return events
}

// checkOrder asserts what always holds of the whole ledger: positions rise, by
// one where they are contiguous; every stream's revisions are 0, 1, 2 …; no id
// occurs twice.
func (b *bench) checkOrder(events []eventstore.Event) {
	b.Helper()
	if err := CheckOrder(events, b.store.Contiguous()); err != nil {
		b.Fatal(err)
	}
}
