package esdb_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/esdbtest"
	"guishu/internal/waiting"
)

// E-06: when a leader is frozen or killed, or gives its place away, the next one is
// used within two seconds of its election, by appends, reads and subscriptions that
// wait for an answer as well as by new ones, and nothing is lost or there twice.
func TestANewLeaderIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	const inTime = 2 * time.Second
	for name, fall := range map[string]struct {
		begin    func(c *esdbtest.Cluster)
		election time.Duration
		end      func(c *esdbtest.Cluster)
	}{
		"frozen": {func(c *esdbtest.Cluster) { c.Freeze(0) }, 3 * time.Second, func(c *esdbtest.Cluster) { c.Thaw(0) }},
		"killed": {func(c *esdbtest.Cluster) { c.Kill(0) }, 3 * time.Second, func(c *esdbtest.Cluster) { c.Start(0) }},
		"moved":  {func(*esdbtest.Cluster) {}, 0, func(*esdbtest.Cluster) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eitherWay(t, func(t *testing.T, options esdb.Options) {
				inner := memory.New()
				defer inner.Close()
				cluster := esdbtest.NewCluster(t, inner, 3)
				store := openCluster(t, cluster.Address(), options)
				watch := waiting.Over(t)
				progress := make(chan eventstore.Position, 1_000)
				j := journal{acknowledged: make(map[uuid.UUID]eventstore.Appended)}
				stop := make(chan struct{})
				var writers sync.WaitGroup
				for range 4 {
					writers.Go(func() { j.writeUntil(watch, t, store, stop) })
				}
				following := make(chan struct{})
				go func() {
					defer close(following)
					for delivery, err := range store.SubscribeAll(watch.Context(), 0, eventstore.Filter{}) {
						if err != nil {
							return
						}
						if delivery.Kind == eventstore.EventDelivered {
							progress <- delivery.Position
						}
					}
				}()
				waiting.From(watch, "the first event", progress)
				fall.begin(cluster)
				election := time.After(fall.election)
				drain(progress, election)
				cluster.Lead(1)
				begun := time.Now()
				last, err := inner.LastPosition(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for waiting.From(watch, "an event after the election", progress) <= last {
				}
				took := time.Since(begun)
				t.Logf("back %v after the election", took)
				if took > inTime {
					t.Errorf("back only %v after the election", took)
				}
				fall.end(cluster)
				for range 20 {
					waiting.From(watch, "events after the fall", progress)
				}
				close(stop)
				go drain(progress, following)
				writers.Wait()
				ledger, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{}))
				if err == nil {
					err = j.check(ledger, ledger)
				}
				if err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// drain takes what comes until something is over.
func drain[T, O any](from <-chan T, over <-chan O) {
	for {
		select {
		case <-from:
		case <-over:
			return
		}
	}
}

// writeUntil appends to new streams until it is told to stop.
func (j *journal) writeUntil(watch *waiting.Watch, t *testing.T, store *esdb.Store, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		a := eventstore.Append{Stream: eventstore.Stream("s-" + uuid.NewString()), Expected: eventstore.NoStream, Events: made(1)}
		came := watch.Await("the answer to an append")
		appended, err := store.Append(watch.Context(), a)
		came()
		if err != nil {
			t.Error(err)
			return
		}
		j.note(a, appended)
	}
}
