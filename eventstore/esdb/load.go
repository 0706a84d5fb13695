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
// stays; the next Load goes on behind it. Many appends are on their way at a time,
// over one call: a server writes them in the order in which they come (E-13).
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
	life, release := s.outlive(ctx)
	defer release()
	l := loading{store: s, ctx: ctx, life: life}
	held := s.ReadAll(ctx, eventstore.AllQuery{})
	for event, err := range eventstore.NotHeld(held, withoutSystem(eventstore.NewSequence().Check(events))) {
		if err == nil {
			err = l.take(event.Event)
		}
		if err != nil {
			_ = l.land() // to count what was written; err came first
			return l.written, err
		}
	}
	err := l.flush()
	if err == nil {
		err = l.land()
	}
	return l.written, err
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
