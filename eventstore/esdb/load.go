package esdb

import (
	"context"
	"iter"
	"strings"

	"guishu/eventstore"
)

// loadedBytes is how much of one stream is sent at once while loading, counted as the
// versions do that count most: data, metadata and twice the type's name. Servers take
// 1 MiB by default (E-12).
const loadedBytes = 512 << 10

var _ eventstore.Loader = (*Store)(nil)

// Load implements eventstore.Loader. The recorded time of an event goes into
// its metadata, from where reading takes it off again (recorded.go). Ids are
// known in their streams whatever their scope. What was written before an error
// stays; the next Load goes on behind it.
//
// Streams whose names begin with $ are left out: they are the bookkeeping of the
// store that the events come from, such as its persistent subscriptions, and a
// server has its own. A system event on another stream is an *InvalidLoadError:
// this server would not give it back.
func (s *Store) Load(ctx context.Context, events iter.Seq2[eventstore.Loaded, error]) (int64, error) {
	if err := s.accept(); err != nil {
		return 0, err
	}
	defer s.accepted.Done()
	l := loading{store: s, ctx: ctx}
	held := s.ReadAll(ctx, eventstore.AllQuery{})
	for event, err := range eventstore.NotHeld(held, withoutSystem(eventstore.NewSequence().Check(events))) {
		if err == nil {
			err = l.take(event.Event)
		}
		if err != nil {
			return l.written, err
		}
	}
	return l.written, l.flush()
}

// Unloadable says why Load does not take an event, nothing if it does.
func Unloadable(e eventstore.Event) string {
	if strings.HasPrefix(string(e.Stream), systemPrefix) {
		return "" // left out
	}
	if strings.HasPrefix(e.Type, systemPrefix) {
		return "system events such as links cannot be loaded into EventStoreDB"
	}
	if _, carries := addRecordedAt(nil, e.RecordedAt); !carries {
		return "the time it was recorded at cannot be written down"
	}
	return ""
}

// withoutSystem leaves out what reading everything does not give.
func withoutSystem(events iter.Seq2[eventstore.Loaded, error]) iter.Seq2[eventstore.Loaded, error] {
	return func(yield func(eventstore.Loaded, error) bool) {
		number := int64(0)
		for event, err := range events {
			number++
			if err == nil && strings.HasPrefix(string(event.Stream), systemPrefix) {
				continue
			}
			if reason := Unloadable(event.Event); err == nil && reason != "" {
				err = &eventstore.InvalidLoadError{Number: number, Reason: reason}
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
	}
}

// loading gathers neighbouring events of one stream into appends.
type loading struct {
	store   *Store
	ctx     context.Context
	next    eventstore.Append
	bytes   int
	written int64
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

// flush appends what was gathered.
func (l *loading) flush() error {
	if len(l.next.Events) == 0 {
		return nil
	}
	if err := l.ctx.Err(); err != nil {
		return err
	}
	w := &writing{store: l.store, Append: l.next, caller: l.ctx, expected: l.next.Expected, asIs: true}
	if _, err := w.run(); err != nil {
		return err
	}
	l.written += int64(len(l.next.Events))
	l.next, l.bytes = eventstore.Append{}, 0
	return nil
}
