package catalog_test

import (
	"context"
	"testing"

	"guishu/domain"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
	"guishu/projections/projectiontest"
)

// Live, in bulk and replayed, every read model comes to the same rows.
func TestEveryWayOfApplyingAgrees(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	hasher := sealing.NewHasher()
	runner, _ := l.Run(catalog.Models(hasher, domain.ChinaZone())...)
	l.Tell(projectiontest.NewStory(20), 60)
	l.Wait(runner)
	l.Agrees(runner)
	status, err := runner.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range status {
		var rows int
		report, err := runner.Rebuild(context.Background(), s.Model, func(int64, int64) { rows++ })
		if err != nil || !report.Compared || report.Differences != 0 || report.Rows == 0 {
			t.Errorf("rebuilt %+v: %v", report, err)
		}
	}
	l.Agrees(runner)
}
