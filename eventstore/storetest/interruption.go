package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/internal/waiting"
)

func (s *suite) testInterruption(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"appends survive broken connections": (*bench).interruptedWriters,
	})
}

// interruptedWriters breaks the store's connections again and again while many
// writers append. An append with a result must be there, one with an unknown
// outcome may be and is repeated, and a subscription must see exactly what is
// there, in order.
func (b *bench) interruptedWriters() {
	if b.interrupt == nil {
		b.Skip("this store has no connections to break")
	}
	const writers, turns, interruptions = 12, 60, 8
	var progress atomic.Int64
	milestones := make(chan struct{}, writers*turns)
	watched := b.watch(writers * turns)
	acknowledged := make([][]uuid.UUID, writers)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			stream := eventstore.Stream(fmt.Sprintf("s-%d", writer%5))
			for range turns {
				a := eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: newEvents(1)}
				if err := b.insist(a); err != nil {
					b.Errorf("writer %d: %v", writer, err)
					return
				}
				acknowledged[writer] = append(acknowledged[writer], a.Events[0].ID)
				if progress.Add(1)%(writers*turns/(interruptions+1)) == 0 {
					milestones <- struct{}{}
				}
			}
		})
	}
	for range interruptions {
		waiting.From(b.waits, "the writers to go on", milestones)
		b.interrupt(b.T, b.bare)
	}
	group.Wait()
	b.wantWatched(watched)
	there := make(map[uuid.UUID]bool)
	for _, event := range b.all(eventstore.AllQuery{}) {
		there[event.ID] = true
	}
	for _, ids := range acknowledged {
		for _, id := range ids {
			if !there[id] {
				b.Errorf("an acknowledged event is lost")
			}
		}
	}
	if len(there) != writers*turns {
		b.Errorf("%d events, want %d", len(there), writers*turns)
	}
}

// insist repeats an append for as long as its outcome is unknown.
func (b *bench) insist(a eventstore.Append) error {
	for {
		_, err := b.store.Append(b.ctx, a)
		if unknown := (*eventstore.UnknownOutcomeError)(nil); !errors.As(err, &unknown) || b.ctx.Err() != nil {
			return err
		}
	}
}

func (s *suite) testClose(t *testing.T) {
	s.each(t, map[string]func(*bench){
		"ends subscriptions and refuses everything": func(b *bench) {
			b.must("s", eventstore.NoStream, newEvents(1)...)
			f := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			f.caughtUp()
			if err := b.store.Close(); err != nil {
				b.Fatal(err)
			}
			_, err, _ := f.next()
			b.wantClosed("subscription", err)
			_, err = b.store.Append(b.ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: newEvents(1)})
			b.wantClosed("append", err)
			_, err = b.store.LastPosition(b.ctx)
			b.wantClosed("last position", err)
			_, err = Collect(b.store.ReadAll(b.ctx, eventstore.AllQuery{}))
			b.wantClosed("read all", err)
			_, err = Collect(b.store.ReadStream(b.ctx, eventstore.StreamQuery{Stream: "s"}))
			b.wantClosed("read stream", err)
			_, err = Collect(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			b.wantClosed("subscribe to all", err)
			_, err = Collect(b.store.SubscribeStream(b.ctx, "s", eventstore.NoRevision))
			b.wantClosed("subscribe to a stream", err)
			if err := b.store.Close(); err != nil {
				b.Errorf("closing again: %v", err)
			}
		},
		"lets accepted appends finish": func(b *bench) {
			var group sync.WaitGroup
			first := make(chan struct{}, 100)
			var written atomic.Int64
			for range 16 {
				group.Go(func() {
					for {
						_, err := b.store.Append(b.ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: newEvents(1)})
						if err != nil {
							b.wantClosed("append", err)
							return
						}
						if written.Add(1) <= 100 {
							first <- struct{}{}
						}
					}
				})
			}
			for range 100 {
				waiting.From(b.waits, "an append to be accepted", first)
			}
			if err := b.store.Close(); err != nil {
				b.Error(err)
			}
			group.Wait()
		},
		"leaves nothing running": func(b *bench) {
			b.fill(6_000)
			for range b.store.ReadAll(b.ctx, eventstore.AllQuery{}) {
				break
			}
			f := b.follow(b.store.SubscribeAll(b.ctx, 0, eventstore.Filter{}))
			f.take()
			f.stop()
			if err := b.store.Close(); err != nil {
				b.Fatal(err)
			}
			if left := b.running(); left != "" {
				b.Errorf("still running after Close:\n%s", left)
			}
		},
	})
}

func (b *bench) wantClosed(what string, err error) {
	b.Helper()
	if !errors.Is(err, eventstore.ErrClosed) {
		b.Errorf("%s after Close: got %v", what, err)
	}
}

// running gives the stacks of goroutines that belong to b's store. Other tests
// run beside this one, so goroutines are told apart by the store's address,
// which is among the arguments of its methods.
func (b *bench) running() string {
	buffer := make([]byte, 16<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	address := fmt.Sprintf("%p", b.bare)
	for stack := range strings.SplitSeq(string(buffer), "\n\n") {
		if strings.Contains(stack, address) && !strings.Contains(stack, "storetest.(*bench).running") {
			return stack
		}
	}
	return ""
}
