package storetest

import (
	"context"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/internal/waiting"
)

// slow is a store that needs nearly all of a test's patience for each answer.
type slow struct{ eventstore.Store }

func (s slow) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	time.Sleep(waiting.Patience - time.Second)
	return s.Store.Append(ctx, a)
}

func (s slow) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range s.Store.ReadAll(ctx, q) {
			time.Sleep(waiting.Patience - time.Second)
			if !yield(event, err) {
				return
			}
		}
	}
}

// The contract bounds how long a store does not answer, and not how much a test asks
// of it.
func TestASlowStoreIsGivenTheTimeItNeeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &suite{open: func(*testing.T) eventstore.Store { return slow{memory.New()} }}
		b := s.setup(t)
		for range 20 {
			b.must("s", eventstore.AnyRevision, newEvents(2)...)
		}
		if got := len(b.all(eventstore.AllQuery{})); got != 40 {
			t.Errorf("%d events, want 40", got)
		}
	})
}
