package esdb

import (
	"context"
	"errors"

	"guishu/eventstore"
)

// How much of a load is on its way at once.
const (
	mostInFlight      = 256     // appends
	mostBytesInFlight = 4 << 20 // as they go over the wire, about
)

// errOutOfOrder ends a load: what follows would stand in the wrong order.
var errOutOfOrder = errors.New("event store: EventStoreDB has written what was loaded in another order than it was sent; load again, into a server that is empty")

// loading gathers neighbouring events of one stream into appends, and sends these
// without waiting for each other's answers. They go over one call and one connection,
// so that what arrives of them is a beginning, and each expects an exact revision, so
// that none takes effect twice.
type loading struct {
	store *Store
	ctx   context.Context
	life  context.Context // of what was sent

	next  eventstore.Append
	bytes int // of it

	link   *link
	call   *batchCall
	flight []flying // sent, in their order
	weight int      // of them, in bytes

	last    eventstore.Position // of what has landed
	written int64
	failed  error // nothing is sent any more
}

// flying is an append that was sent and not answered yet.
type flying struct {
	*writing
	own *batched
}

func (l *loading) take(event eventstore.Event) error {
	metadata, _ := addRecordedAt(event.Metadata, event.RecordedAt) // it can be: see Unloadable
	size := len(event.Data) + len(metadata) + 2*len(event.Type)
	full := l.bytes+size > loadedBytes || len(l.next.Events) == eventstore.MaxAppendEvents
	if event.Stream != l.next.Stream || full {
		if err := l.flush(); err != nil {
			return err
		}
		l.next = eventstore.Append{Stream: event.Stream, Expected: eventstore.AtRevision(event.Revision - 1)}
	}
	l.next.Events = append(l.next.Events, eventstore.NewEvent{
		ID: event.ID, Type: event.Type, Data: event.Data, Metadata: metadata, Binary: event.Binary,
	})
	l.bytes += size
	return nil
}

// flush sends what was gathered.
func (l *loading) flush() error {
	if len(l.next.Events) == 0 {
		return nil
	}
	if err := l.ctx.Err(); err != nil {
		return err
	}
	w := &writing{store: l.store, Append: l.next, caller: l.ctx, expected: l.next.Expected, asIs: true}
	l.next, l.bytes = eventstore.Append{}, 0
	for len(l.flight) > 0 && (len(l.flight) == mostInFlight || l.weight+w.bytes() > mostBytesInFlight) {
		if err := l.landFirst(); err != nil {
			return err
		}
	}
	if sent, err := l.send(w); sent || err != nil {
		return err
	}
	if err := l.land(); err != nil {
		return err
	}
	return l.alone(w)
}

// send sends an append behind those that are on their way; it does not where there is
// no call that they share, or it is another one by now.
func (l *loading) send(w *writing) (bool, error) {
	if l.link == nil {
		link, err := w.firstLink()
		if err != nil {
			return false, w.notSent(err)
		}
		l.link = link
	}
	if l.link.batch == nil || w.bytes() > largestBatched {
		return false, nil
	}
	call, own, err := l.link.batch.enter(w.message(), l.call)
	if err != nil {
		return false, nil
	}
	l.call = call
	l.flight = append(l.flight, flying{w, own})
	l.weight += w.bytes()
	return true, nil
}

// land waits for everything that is on its way, whatever becomes of it.
func (l *loading) land() error {
	for len(l.flight) > 0 {
		_ = l.landFirst() // the first error stays
	}
	l.link, l.call = nil, nil
	return l.failed
}

// landFirst waits for the answer to what was sent first.
func (l *loading) landFirst() error {
	first := l.flight[0]
	result, err := l.answer(l.life, first)
	switch {
	case err != nil && l.failed == nil:
		l.failed = l.recover()
		return l.failed
	case err == nil && l.failed == nil:
		l.failed = l.landed(first.writing, result)
	case err == nil:
		l.written += int64(len(first.Events))
	}
	l.flight, l.weight = l.flight[1:], l.weight-first.bytes()
	return l.failed
}

func (l *loading) answer(ctx context.Context, f flying) (eventstore.Appended, error) {
	answer, err := l.link.batch.await(ctx, l.call, f.own)
	if err != nil {
		return eventstore.Appended{}, err
	}
	last, position, err := answer.place(len(f.Events))
	if err == nil && position == 0 {
		err = errors.New("the server did not say where the events stand")
	}
	return f.places(last, position), err
}

// recover goes on after an append, the first one on its way, that was refused or has no
// answer: once all others have theirs, each that has no place is sent again by itself,
// in its turn. Where it had one after all, the server finds its ids.
func (l *loading) recover() error {
	type outcome struct {
		eventstore.Appended
		err error
	}
	outcomes := make([]outcome, len(l.flight))
	outcomes[0].err = errRetired
	ctx, cancel := context.WithTimeout(l.life, l.link.batch.deadline) // for all of them together
	defer cancel()
	for i := 1; i < len(l.flight); i++ {
		outcomes[i].Appended, outcomes[i].err = l.answer(ctx, l.flight[i])
	}
	flight := l.flight
	l.flight, l.weight, l.link, l.call = nil, 0, nil, nil
	for i, sent := range flight {
		err := outcomes[i].err
		if err != nil {
			err = l.alone(sent.writing)
		} else {
			err = l.landed(sent.writing, outcomes[i].Appended)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// alone appends and waits for the outcome.
func (l *loading) alone(w *writing) error {
	result, err := w.run()
	if err != nil {
		return err
	}
	return l.landed(w, result)
}

// landed notes where an append stands.
func (l *loading) landed(w *writing, result eventstore.Appended) error {
	if result.Position <= l.last {
		return errOutOfOrder
	}
	l.last = result.Position
	l.written += int64(len(w.Events))
	l.store.saw(result.Position)
	l.store.ids.learn(w.Stream, result.First, result.First == 0, idsOf(w.Events)...)
	return nil
}
