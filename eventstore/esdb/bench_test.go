package esdb_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
)

// BenchmarkAppend is the price of the protocol: appends with an exact revision
// by 1, 16 and 64 writers, to the store itself and through gateway and client.
func BenchmarkAppend(b *testing.B) {
	inners := map[string]func(b *testing.B) eventstore.Store{
		"memory":     func(*testing.B) eventstore.Store { return memory.New() },
		"postgresql": openPostgreSQL,
	}
	for name, inner := range inners {
		for _, writers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/direct/writers=%d", name, writers), func(b *testing.B) {
				store := inner(b)
				defer store.Close()
				benchAppends(b, store, writers)
			})
			for _, connections := range []int{1, 2, 4} {
				b.Run(fmt.Sprintf("%s/esdb-connections=%d/writers=%d", name, connections, writers), func(b *testing.B) {
					store := inner(b)
					defer store.Close()
					benchAppends(b, serve(b, store).openDirectly(b, esdb.Options{Connections: connections}), writers)
				})
			}
		}
	}
}

func openPostgreSQL(b *testing.B) eventstore.Store {
	b.Helper()
	store, err := postgres.Open(b.Context(), pgtest.New(b), postgres.Options{AllowUnsafe: true})
	if err != nil {
		b.Fatal(err)
	}
	return store
}

func benchAppends(b *testing.B, store eventstore.Store, writers int) {
	b.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range writers {
		group.Go(func() {
			revision, stream := eventstore.NoRevision, eventstore.Stream("")
			for next.Add(1) <= int64(b.N) {
				if stream == "" || revision == 19 {
					stream, revision = eventstore.Stream("customer-"+uuid.NewString()), eventstore.NoRevision
				}
				a := eventstore.Append{Stream: stream, Expected: eventstore.AtRevision(revision), Events: []eventstore.NewEvent{sampleEvent()}}
				if _, err := store.Append(b.Context(), a); err != nil {
					b.Error(err)
					return
				}
				revision++
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

func sampleEvent() eventstore.NewEvent {
	return eventstore.NewEvent{
		ID: uuid.New(), Type: "ownership.claimed",
		Data: []byte(`{"Claim":"0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a","Customer":"0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a",` +
			`"Unit":"shanghai/pudong/lujiazui","Line":"wealth","Channel":"outlet","Note":"first meeting"}`),
		Metadata: []byte(`{"Actor":"0192f0c4-5b1e-7d3a-9c55-aaaaaaaaaaaa","Role":"advisor","Command":"0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a",` +
			`"Effective":"2026-03-01T09:30:00+08:00","Schema":1}`),
	}
}

// BenchmarkRead reads the whole ledger, and follows it to its end.
func BenchmarkRead(b *testing.B) {
	const events = 50_000
	inner := memory.New()
	for range events / 500 {
		a := eventstore.Append{Stream: eventstore.Stream("customer-" + uuid.NewString()), Expected: eventstore.NoStream}
		for range 500 {
			a.Events = append(a.Events, sampleEvent())
		}
		if _, err := inner.Append(b.Context(), a); err != nil {
			b.Fatal(err)
		}
	}
	store := serve(b, inner).openDirectly(b, esdb.Options{})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			count := 0
			for _, err := range store.ReadAll(b.Context(), eventstore.AllQuery{}) {
				if err != nil {
					b.Fatal(err)
				}
				count++
			}
			if count != events {
				b.Fatalf("%d events", count)
			}
		}
		b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
	})
	for name, filter := range map[string]eventstore.Filter{
		"subscribe":            {},
		"subscribe by type":    {Types: []string{"ownership.claimed"}},
		"subscribe to nothing": {Types: []string{"ownership.ended"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for delivery, err := range store.SubscribeAll(b.Context(), 0, filter) {
					if err != nil {
						b.Fatal(err)
					}
					if delivery.Kind == eventstore.CaughtUp {
						break
					}
				}
			}
			b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
