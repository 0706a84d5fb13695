package catalog_test

import (
	"context"
	"testing"

	"guishu/domain"
	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/catalog"
	"guishu/projections/projectiontest"
)

// told is a ledger of about 200,000 events, 20,000 with -short.
func told(b *testing.B) (*projectiontest.Ledger, *projections.Runner) {
	customers := 11_000
	if testing.Short() {
		customers = 1_100
	}
	l := projectiontest.New(b)
	l.Tell(projectiontest.NewStory(50), customers)
	return l, l.Open(catalog.Models(sealing.NewHasher(), domain.ChinaZone())...)
}

// A rebuild of one read model, against reading and decoding the same events; the
// gate is 0.7.
func BenchmarkRebuild(b *testing.B) {
	_, runner := told(b)
	ctx := context.Background()
	for _, model := range []string{"units", "claims", "payments", "performance", "ownership_history", "customers", "timeline"} {
		b.Run(model, func(b *testing.B) {
			var read, built float64
			for b.Loop() {
				reading, err := runner.MeasureReading(ctx)
				if err != nil {
					b.Fatal(err)
				}
				building, err := runner.MeasureBuild(ctx, model)
				if err != nil {
					b.Fatal(err)
				}
				read, built = max(read, reading.PerSecond()), max(built, building.PerSecond())
			}
			b.ReportMetric(read, "read/s")
			b.ReportMetric(built, "built/s")
			b.ReportMetric(built/read, "ratio")
		})
	}
}

// A live read model to which every event adds a row, in batches against one
// transaction an event; the gate is 10.
func BenchmarkLive(b *testing.B) {
	_, runner := told(b)
	ctx := context.Background()
	for _, model := range []string{"timeline", "customers", "payments"} {
		b.Run(model, func(b *testing.B) {
			var one, many float64
			for b.Loop() {
				single, err := runner.MeasureLive(ctx, model, 3000, 1)
				if err != nil {
					b.Fatal(err)
				}
				batched, err := runner.MeasureLive(ctx, model, 50_000, 1000)
				if err != nil {
					b.Fatal(err)
				}
				one, many = max(one, single.PerSecond()), max(many, batched.PerSecond())
			}
			b.ReportMetric(one, "single/s")
			b.ReportMetric(many, "batched/s")
			b.ReportMetric(many/one, "ratio")
		})
	}
}
