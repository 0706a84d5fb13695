package projections

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"sort"
	"sync"
	"sync/atomic"

	"guishu/domain"
	"guishu/eventstore"
)

// Decoder turns stored events into typed ones; *eventstore.Codec is one.
type Decoder interface {
	Decode(ctx context.Context, e eventstore.Event) (eventstore.Decoded, error)
	Prefetch(ctx context.Context, events []eventstore.Event) error
}

// pageSize is how many events are decoded at a time: enough to spare round trips,
// few enough to stay small in memory.
const pageSize = 1000

// reader reads and decodes the ledger.
type reader struct {
	store   eventstore.Store
	decoder Decoder
	// wants, if set, says which events are looked at; others come without a
	// body, undecoded once their type is known.
	wants func(reflect.Type) bool
	// passed counts what is passed over.
	passed *passedOver
}

// passedOver counts events that are none of the ledger's.
type passedOver struct{ system, others atomic.Int64 }

func (p *passedOver) count(e *eventstore.ForeignError) {
	if e.System {
		p.system.Add(1)
		return
	}
	p.others.Add(1)
}

// page is a run of decoded events. If it ends before an event that cannot be
// decoded, err says why.
type page struct {
	events []*Event
	err    error
}

// pages yields everything after a position, in pages, up to the end of the ledger
// or, if until is not 0, up to that position. Pages are read ahead of whoever
// consumes them. A page with an error is the last one.
func (r reader) pages(ctx context.Context, after, until eventstore.Position) iter.Seq[page] {
	return func(yield func(page) bool) {
		ctx, cancel := context.WithCancel(ctx)
		ahead := make(chan page, 4)
		var done sync.WaitGroup
		done.Go(func() {
			defer close(ahead)
			r.produce(ctx, after, until, ahead)
		})
		defer done.Wait()
		defer cancel()
		for p := range ahead {
			if !yield(p) {
				return
			}
		}
	}
}

func (r reader) produce(ctx context.Context, after, until eventstore.Position, to chan<- page) {
	unwanted := make(map[string]bool)
	stored := make([]eventstore.Event, 0, pageSize)
	give := func(p page) bool {
		select {
		case to <- p:
			return p.err == nil
		case <-ctx.Done():
			return false
		}
	}
	for e, err := range r.store.ReadAll(ctx, eventstore.AllQuery{After: after}) {
		if err != nil {
			give(page{err: err})
			return
		}
		if until > 0 && e.Position > until {
			break
		}
		if stored = append(stored, e); len(stored) == pageSize {
			if !give(r.decode(ctx, after, stored, unwanted)) {
				return
			}
			after = e.Position
			stored = stored[:0]
		}
	}
	if len(stored) > 0 {
		give(r.decode(ctx, after, stored, unwanted))
	}
}

// some reads and decodes at most limit events after a position, none beyond
// until.
func (r reader) some(ctx context.Context, after, until eventstore.Position, limit int) page {
	var stored []eventstore.Event
	for e, err := range r.store.ReadAll(ctx, eventstore.AllQuery{After: after, Limit: limit}) {
		if err != nil {
			return page{err: err}
		}
		if e.Position > until {
			break
		}
		stored = append(stored, e)
	}
	return r.decode(ctx, after, stored, nil)
}

// decode decodes events that follow after, and asserts that none is missing where
// the store promises it.
func (r reader) decode(ctx context.Context, after eventstore.Position, stored []eventstore.Event, unwanted map[string]bool) page {
	p := page{events: make([]*Event, 0, len(stored))}
	if err := r.decoder.Prefetch(ctx, stored); err != nil {
		return page{err: err}
	}
	slab := make([]Event, len(stored))
	for i, e := range stored {
		slab[i].Position = domain.Position(e.Position)
		if e.Position <= after || r.store.Contiguous() && e.Position != after+1 {
			p.err = &HoleError{After: after, Next: e.Position}
			return p
		}
		after = e.Position
		if p.events = append(p.events, &slab[i]); unwanted[e.Type] {
			slab[i].Fact.Event = e.ID
			continue
		}
		decoded, err := r.decoder.Decode(ctx, e)
		var foreign *eventstore.ForeignError
		if errors.As(err, &foreign) {
			r.passed.count(foreign)
			continue // it comes without a body
		}
		if err != nil {
			if ctx.Err() == nil && !errors.Is(err, context.Canceled) {
				err = &undecodableError{&EventError{Position: e.Position, Type: e.Type, Err: err}}
			}
			p.events, p.err = p.events[:i], err
			return p
		}
		slab[i] = eventOf(decoded)
		if r.wants != nil && !r.wants(reflect.TypeOf(decoded.Event)) {
			unwanted[e.Type] = true
		}
	}
	return p
}

// undecodableError says that an event cannot be decoded: no read model can pass
// it.
type undecodableError struct{ *EventError }

func (e *undecodableError) Unwrap() error { return e.EventError }

func eventOf(d eventstore.Decoded) Event {
	m := &d.Metadata
	effective := m.EffectiveAt
	if effective.IsZero() {
		effective = d.RecordedAt
	}
	return Event{
		Fact: domain.Fact{
			Position:    domain.Position(d.Position),
			Event:       d.ID,
			RecordedAt:  d.RecordedAt,
			EffectiveAt: effective,
			Asserted:    m.Asserted,
			Batch:       domain.BatchID(m.MigrationBatch),
			Actor:       domain.StaffID(m.Actor),
			Unit:        domain.UnitID(m.Unit),
		},
		Stream:   d.Stream,
		Revision: d.Revision,
		Type:     d.Type,
		Body:     d.Event,
	}
}

// feed keeps the newest decoded events, so that each is decoded once however many
// read models there are, and says when there are more.
type feed struct {
	reader
	mu     sync.Mutex
	recent []*Event // follow each other; the last one is the newest known
	after  eventstore.Position
	err    error // what stands after recent
	more   chan struct{}
}

// feedWindow is how many events are kept for read models that are a little
// behind; those further behind read the store themselves.
const feedWindow = 8192

func newFeed(r reader) *feed { return &feed{reader: r, more: make(chan struct{})} }

// follow subscribes to the ledger after a position until ctx ends, the store
// fails or an event cannot be had. It gives why.
func (f *feed) follow(ctx context.Context, after eventstore.Position, assure func(context.Context) error) error {
	f.reset(after)
	batch := make([]eventstore.Event, 0, 64)
	for delivery, err := range eventstore.Steady(ctx, f.store, after, eventstore.Filter{}, assure) {
		if err != nil {
			return err
		}
		if delivery.Kind != eventstore.EventDelivered {
			continue
		}
		batch = append(batch[:0], delivery.Event)
		p := f.decode(ctx, after, batch, nil)
		f.add(p)
		if p.err != nil {
			return p.err
		}
		after = delivery.Position
	}
	return ctx.Err()
}

func (f *feed) reset(after eventstore.Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.recent, f.after, f.err = nil, after, nil
	f.wake()
}

// add appends a page. An erasure empties the window first, so that nothing of the
// erased person stays in memory (design §6).
func (f *feed) add(p page) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range p.events {
		if e.Type == erasedType && len(f.recent) > 0 {
			f.after = eventstore.Position(f.recent[len(f.recent)-1].Position)
			f.recent = nil
		}
		f.recent = append(f.recent, e)
	}
	if surplus := len(f.recent) - feedWindow; surplus > feedWindow/4 {
		f.after = eventstore.Position(f.recent[surplus-1].Position)
		f.recent = append([]*Event(nil), f.recent[surplus:]...)
	}
	f.err = p.err
	f.wake()
}

// erasedType is the type of the event that says that a person was erased.
const erasedType = "customer.erased"

func (f *feed) wake() {
	close(f.more)
	f.more = make(chan struct{})
}

// behind is how many events of the window follow a position: all there are, or
// some of them when the position has left the window.
func (f *feed) behind(position eventstore.Position) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.recent) - f.following(position)
}

// following is the index in the window of the first event after a position.
func (f *feed) following(position eventstore.Position) int {
	return sort.Search(len(f.recent), func(i int) bool { return eventstore.Position(f.recent[i].Position) > position })
}

// next gives what follows a position: at most limit events. Without any it gives
// a channel that closes when there may be some. behind says that the position
// has left the window.
func (f *feed) next(after eventstore.Position, limit int) (events []*Event, more <-chan struct{}, behind bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if after < f.after {
		return nil, f.more, true, nil
	}
	if events = f.recent[f.following(after):]; len(events) > limit {
		events = events[:limit]
	}
	if len(events) == 0 {
		return nil, f.more, false, f.err
	}
	return events, nil, false, nil
}
