package postgres_test

import (
	"context"
	"fmt"
	"slices"
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
	turn  = 300 * time.Millisecond
	turns = 9
)

// side is one side of a comparison, or the ratio of two: a value a turn.
type side []float64

// median is robust against turns in which the machine did something else.
func (s side) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

func (s side) spread() string { return fmt.Sprintf("%.2f…%.2f", slices.Min(s), slices.Max(s)) }

// BenchmarkAppend appends single events of about 350 bytes with their expected
// revision beside plain inserts by as many clients. The gates of the ratio: 0.85
// at 1 client, 2 at 16, 3 at 64, 4 at 256; p99/p50 at 64 at most 3.
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			store, config := durable(b)
			plain, err := storebench.OpenPlain(b.Context(), config, min(clients, 180)) // the server allows 200 connections
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = plain.Close(context.WithoutCancel(b.Context())) })
			for b.Loop() {
				var appended, inserted, ratio, tail side
				for range turns {
					inserts, err := plain.Measure(b.Context(), turn)
					if err != nil {
						b.Fatal(err)
					}
					appends, err := storebench.MeasureAppend(b.Context(), clients, turn, store)
					if err != nil {
						b.Fatal(err)
					}
					appended, inserted = append(appended, appends.PerSecond()), append(inserted, inserts.PerSecond())
					ratio = append(ratio, appends.PerSecond()/inserts.PerSecond())
					tail = append(tail, float64(appends.P99)/float64(appends.P50))
					b.Logf("store %s; plain %s", appends, inserts)
				}
				b.Logf("ratios %s", ratio.spread())
				b.ReportMetric(appended.median(), "events/s")
				b.ReportMetric(inserted.median(), "inserts/s")
				b.ReportMetric(ratio.median(), "ratio")
				b.ReportMetric(tail.median(), "p99/p50")
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
				var together, ratio side
				for range turns {
					one, err := storebench.MeasureAppend(b.Context(), clients, turn, store)
					if err != nil {
						b.Fatal(err)
					}
					both, err := storebench.MeasureAppend(b.Context(), clients, turn, store, second)
					if err != nil {
						b.Fatal(err)
					}
					together = append(together, both.PerSecond())
					ratio = append(ratio, both.PerSecond()/one.PerSecond())
				}
				b.Logf("ratios %s", ratio.spread())
				b.ReportMetric(together.median(), "events/s")
				b.ReportMetric(ratio.median(), "ratio")
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
		var events, text, binary side
		for range turns {
			read, err := storebench.MeasureReadAll(b.Context(), store)
			if err != nil {
				b.Fatal(err)
			}
			asText, err := storebench.MeasureCopy(b.Context(), config, storebench.CopyText)
			if err != nil {
				b.Fatal(err)
			}
			asBinary, err := storebench.MeasureCopy(b.Context(), config, storebench.CopyBinary)
			if err != nil {
				b.Fatal(err)
			}
			events = append(events, read.PerSecond())
			text = append(text, read.PerSecond()/asText.PerSecond())
			binary = append(binary, read.PerSecond()/asBinary.PerSecond())
		}
		b.ReportMetric(events.median(), "events/s")
		b.ReportMetric(text.median(), "ratio")
		b.ReportMetric(binary.median(), "ratio-to-binary-copy")
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
