package projections_test

import (
	"context"
	"testing"

	"guishu/eventstore"
	"guishu/internal/waiting"
	"guishu/projections"
	"guishu/projections/projectiontest"
	"guishu/projections/units"
)

func TestANewVersionIsBuiltBesideTheOld(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	old, stopOld := l.Run(tallies(1))
	for range 30 {
		l.Append("policy", publish("a"))
	}
	l.Wait(old)
	stopOld()
	fresh, _ := l.Run(tallies(2))
	for range 30 {
		l.Append("policy", publish("a"))
	}
	l.Wait(fresh)
	waiting.Until(t, "the new version to serve", func() bool { return counts(t, l)["a"] == 120 })
	status, err := fresh.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if status[0].Serving != 2 {
		t.Errorf("version %d serves", status[0].Serving)
	}
	l.Agrees(fresh)
	var builds int
	if err := l.Pool.QueryRow(context.Background(), `SELECT count(*) FROM read.builds WHERE model = 'tallies'`).Scan(&builds); err != nil || builds != 2 {
		t.Errorf("%d builds stand beside each other: %v", builds, err)
	}
}

// A new version that was made, and then cut off before it could serve, serves after
// the next start.
func TestANewVersionThatWasCutOffServesInTheEnd(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	old, stopOld := l.Run(tallies(1))
	for range 30 {
		l.Append("policy", publish("a"))
	}
	l.Wait(old)
	stopOld()
	// While somebody reads, the switch waits.
	ctx := context.Background()
	long, err := l.Pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = long.Rollback(ctx) }()
	if _, err := long.Exec(ctx, `SELECT * FROM read.tallies`); err != nil {
		t.Fatal(err)
	}
	_, stop := l.Run(tallies(2))
	waiting.Until(t, "the new build to be made", func() bool {
		var made bool
		err := l.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM read.builds WHERE version = 2 AND position = 30 AND NOT serving)`).Scan(&made)
		return err == nil && made
	})
	stop()
	if err := long.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	l.Append("policy", publish("a"))
	fresh, _ := l.Run(tallies(2))
	l.Wait(fresh)
	if got := counts(t, l)["a"]; got != 62 {
		t.Errorf("counted %d, want 62 by the new version", got)
	}
	l.Agrees(fresh)
	var builds int
	if err := l.Pool.QueryRow(ctx, `SELECT count(*) FROM read.builds`).Scan(&builds); err != nil || builds != 2 {
		t.Errorf("%d builds stand beside each other: %v", builds, err)
	}
}

// The old build may go as soon as the new one serves, also before whoever carried
// it on has noticed.
func TestDroppingTheOldBuildStopsNobody(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]int{"retired": 10, "empty": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := projectiontest.New(t)
			runner, _ := l.Run(tallies(1), units.Model())
			for range before {
				l.Append("policy", publish("a"))
			}
			l.Wait(runner)
			ctx := context.Background()
			beside := l.Open(tallies(1), units.Model()) // such as guishu rebuild --retire
			if _, err := beside.Rebuild(ctx, "tallies", nil); err != nil {
				t.Fatal(err)
			}
			if _, err := beside.Retire(ctx, "tallies"); err != nil {
				t.Fatal(err)
			}
			l.Append("policy", publish("a"))
			l.Wait(runner)
			if got := counts(t, l)["a"]; got != int64(before)+1 {
				t.Errorf("counted %d, want %d", got, before+1)
			}
			l.Agrees(runner)
		})
	}
}

// An empty read model with much to catch up is built in bulk, while events come.
func TestCatchesUpInBulk(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	for range 40 {
		l.Append("policy", publish("a"), publish("b"), publish("c"))
	}
	config := l.Config(tallies(1))
	config.Bulk = 100
	runner, err := projections.New(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	projectiontest.Start(t, runner)
	for range 40 {
		l.Append("policy", publish("a"))
	}
	l.Wait(runner)
	if got := counts(t, l); got["a"] != 80 || got["c"] != 40 {
		t.Errorf("counts are %v", got)
	}
	l.Agrees(runner)
}

// holed hides one event of a store that promises no holes.
type holed struct {
	eventstore.Store
	hidden eventstore.Position
}

// A long question delays the switch to a new build, and the switch delays nobody.
func TestTheSwitchGivesWayToReaders(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	runner, _ := l.Run(tallies(1))
	for range 10 {
		l.Append("policy", publish("a"))
	}
	l.Wait(runner)
	ctx := context.Background()
	long, err := l.Pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = long.Rollback(ctx) }()
	if _, err := long.Exec(ctx, `SELECT * FROM read.tallies`); err != nil {
		t.Fatal(err)
	}
	rebuilt := make(chan error, 1)
	go func() {
		_, err := runner.Rebuild(ctx, "tallies", nil)
		rebuilt <- err
	}()
	waits := func() bool {
		var some bool
		err := l.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'read.tallies'::regclass)`).Scan(&some)
		if err != nil {
			t.Fatal(err)
		}
		return some
	}
	waiting.Until(t, "the switch to wait for a reader", waits)
	if got := counts(t, l)["a"]; got != 10 {
		t.Errorf("a reader beside the switch saw %d", got)
	}
	l.Append("policy", publish("a"))
	l.Wait(runner)
	if err := long.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-rebuilt; err != nil {
		t.Errorf("rebuild: %v", err)
	}
	if got := counts(t, l)["a"]; got != 11 {
		t.Errorf("after the switch a reader saw %d", got)
	}
}
