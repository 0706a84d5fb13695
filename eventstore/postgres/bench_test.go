package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/storebench"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
)

// durable opens a store on a server that syncs every commit.
func durable(b *testing.B) (*postgres.Store, *pgx.ConnConfig) {
	b.Helper()
	config, err := pgx.ParseConfig(pgtest.Durable(b))
	if err != nil {
		b.Fatal(err)
	}
	return openDurable(b, config), config
}

func openDurable(b *testing.B, config *pgx.ConnConfig) *postgres.Store {
	b.Helper()
	store, err := postgres.OpenConfig(b.Context(), config, postgres.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	return store
}

// turn is how long each side is measured at a time; the sides take turns so
// that both meet the same machine.
const (
	turn  = 700 * time.Millisecond
	turns = 4
)

// sum adds the turns of one side.
func sum(total, turn storebench.Result) storebench.Result {
	turn.Events += total.Events
	turn.Elapsed += total.Elapsed
	turn.P50, turn.P99 = max(turn.P50, total.P50), max(turn.P99, total.P99)
	return turn
}

// BenchmarkAppend appends single events of about 350 bytes with their expected
// revision beside the same number of plain inserts. The gates of the ratio:
// 0.85 at 1 client, 2 at 16, 3 at 64, 4 at 256.
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			store, config := durable(b)
			if err := storebench.PreparePlain(b.Context(), config); err != nil {
				b.Fatal(err)
			}
			plainClients := min(clients, 90) // the server allows 100 connections
			for b.Loop() {
				var appended, inserted storebench.Result
				for range turns {
					inserts, err := storebench.MeasureInsert(b.Context(), config, plainClients, turn)
					if err != nil {
						b.Fatal(err)
					}
					appends, err := storebench.MeasureAppend(b.Context(), clients, turn, store)
					if err != nil {
						b.Fatal(err)
					}
					inserted, appended = sum(inserted, inserts), sum(appended, appends)
				}
				b.Logf("store %s; plain %s", appended, inserted)
				b.ReportMetric(appended.PerSecond(), "events/s")
				b.ReportMetric(inserted.PerSecond(), "inserts/s")
				b.ReportMetric(appended.PerSecond()/inserted.PerSecond(), "ratio")
				b.ReportMetric(float64(appended.P99)/float64(appended.P50), "p99/p50")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// BenchmarkAppendTwoProcesses has two stores on one ledger, as two processes
// would. The gate of the ratio to one store is 0.3.
func BenchmarkAppendTwoProcesses(b *testing.B) {
	for _, clients := range []int{2, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			store, config := durable(b)
			second := openDurable(b, config)
			for b.Loop() {
				var alone, together storebench.Result
				for range turns {
					one, err := storebench.MeasureAppend(b.Context(), clients, turn, store)
					if err != nil {
						b.Fatal(err)
					}
					both, err := storebench.MeasureAppend(b.Context(), clients, turn, store, second)
					if err != nil {
						b.Fatal(err)
					}
					alone, together = sum(alone, one), sum(together, both)
				}
				b.Logf("one %s; two %s", alone, together)
				b.ReportMetric(together.PerSecond(), "events/s")
				b.ReportMetric(together.PerSecond()/alone.PerSecond(), "ratio")
				b.ReportMetric(0, "ns/op")
			}
			events, err := storetest.Collect(store.ReadAll(b.Context(), eventstore.AllQuery{}))
			if err != nil {
				b.Fatal(err)
			}
			if err := storetest.CheckOrder(events, true); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkReadAll reads 200,000 events beside COPY of the same rows, dropped.
// The gate of the ratio to COPY is 0.65.
func BenchmarkReadAll(b *testing.B) {
	store, config := durable(b)
	fill(b, store, 200_000)
	for b.Loop() {
		var read, text, binary storebench.Result
		for range turns {
			r, err := storebench.MeasureReadAll(b.Context(), store)
			if err != nil {
				b.Fatal(err)
			}
			t, err := storebench.MeasureCopy(b.Context(), config, storebench.CopyText)
			if err != nil {
				b.Fatal(err)
			}
			n, err := storebench.MeasureCopy(b.Context(), config, storebench.CopyBinary)
			if err != nil {
				b.Fatal(err)
			}
			read, text, binary = sum(read, r), sum(text, t), sum(binary, n)
		}
		b.ReportMetric(read.PerSecond(), "events/s")
		b.ReportMetric(text.PerSecond(), "copied/s")
		b.ReportMetric(read.PerSecond()/text.PerSecond(), "ratio")
		b.ReportMetric(read.PerSecond()/binary.PerSecond(), "ratio-to-binary-copy")
		b.ReportMetric(0, "ns/op")
	}
}

func fill(b *testing.B, store eventstore.Store, count int) {
	b.Helper()
	for {
		last, err := store.LastPosition(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if last >= eventstore.Position(count) {
			return
		}
		if _, err := storebench.MeasureAppend(b.Context(), 256, turn, store); err != nil {
			b.Fatal(err)
		}
	}
}
