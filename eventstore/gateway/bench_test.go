package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/storebench"
	"guishu/internal/pgtest"
)

// through appends by the official client.
type through struct {
	eventstore.Store
	client *esdb.Client
}

// Append implements eventstore.Store as far as a benchmark needs it.
func (s through) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	var expected esdb.ExpectedRevision = esdb.Any{}
	switch {
	case a.Expected == eventstore.NoStream:
		expected = esdb.NoStream{}
	case a.Expected >= 0:
		expected = esdb.Revision(uint64(a.Expected))
	}
	events := make([]esdb.EventData, len(a.Events))
	for i, event := range a.Events {
		events[i] = esdb.EventData{EventID: event.ID, EventType: event.Type, ContentType: esdb.ContentTypeJson, Data: event.Data, Metadata: event.Metadata}
	}
	result, err := s.client.AppendToStream(ctx, string(a.Stream), esdb.AppendToStreamOptions{ExpectedRevision: expected}, events...)
	if err != nil {
		return eventstore.Appended{}, err
	}
	last := eventstore.Revision(result.NextExpectedVersion)
	return eventstore.Appended{First: last - eventstore.Revision(len(events)-1), Last: last, Position: eventstore.Position(result.CommitPosition)}, nil
}

// The sides of a comparison take turns, so that both meet the same machine.
const (
	turn  = 500 * time.Millisecond
	turns = 7
)

// BenchmarkAppend compares single appends by the official client, through the
// gateway, with the PostgreSQL store's own. The aim at 64 writers: half.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			config, err := pgx.ParseConfig(pgtest.Durable(b))
			if err != nil {
				b.Fatal(err)
			}
			store, err := postgres.OpenConfig(b.Context(), config, postgres.Options{})
			if err != nil {
				b.Fatal(err)
			}
			served := serve(b, open, on(store))
			client := through{client: served.client(b)}
			for b.Loop() {
				var directly, gateway, ratio []float64
				for range turns {
					direct, err := storebench.MeasureAppend(b.Context(), writers, turn, store)
					if err != nil {
						b.Fatal(err)
					}
					over, err := storebench.MeasureAppend(b.Context(), writers, turn, client)
					if err != nil {
						b.Fatal(err)
					}
					directly, gateway = append(directly, direct.PerSecond()), append(gateway, over.PerSecond())
					ratio = append(ratio, over.PerSecond()/direct.PerSecond())
				}
				b.ReportMetric(median(directly), "direct/s")
				b.ReportMetric(median(gateway), "gateway/s")
				b.ReportMetric(median(ratio), "ratio")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// median is robust against turns in which the machine did something else.
func median(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

// BenchmarkAppendToMemory is the protocol's price alone, for client and server
// together: nothing is made durable.
func BenchmarkAppendToMemory(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			client := through{client: serve(b, open).client(b)}
			for b.Loop() {
				before := processorTime(b)
				result, err := storebench.MeasureAppend(b.Context(), writers, 2*time.Second, client)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(result.PerSecond(), "gateway/s")
				b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(result.Events), "cpu-µs/append")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// processorTime is what this process has used of the machine's processors. It
// tells more than a clock where others use them too.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
