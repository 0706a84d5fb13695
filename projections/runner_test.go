package projections_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/policy"
	"guishu/internal/waiting"
	"guishu/projections"
	"guishu/projections/projectiontest"
	"guishu/projections/units"
)

// tally counts policies' notes, in a table, and keeps each event in a log.
type tally struct {
	Note  string
	Count int64
	Last  domain.Position
}

type heard struct {
	Position domain.Position
	Type     string
}

func tallies(version int) projections.Model {
	table := projections.NewTable("tallies", func(r *tally) *string { return &r.Note }, 1,
		projections.Text("note", func(r *tally) *string { return &r.Note }),
		projections.Int("count", func(r *tally) *int64 { return &r.Count }),
		projections.Int("last", func(r *tally) *domain.Position { return &r.Last }),
	)
	log := projections.NewLog("heard", 1,
		projections.Int("position", func(r *heard) *domain.Position { return &r.Position }),
		projections.Text("type", func(r *heard) *string { return &r.Type }),
	).Indexed("(type)")
	return projections.Model{
		Name: "tallies", Version: version,
		Tables: []projections.TableDefinition{table, log},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e policy.Published, at *projections.Event) error {
				if e.Note == "poison" {
					table.Ensure(tx, "half done").Count++
					return errors.New("cannot be swallowed")
				}
				if e.Note == "panic" {
					panic("out of the blue")
				}
				if e.Note == "unstorable" {
					table.Ensure(tx, "\xff")
				}
				row := table.Ensure(tx, e.Note)
				row.Count += int64(version)
				row.Last = at.Position
				return nil
			}),
		},
		Every: func(tx *projections.Tx, at *projections.Event) error {
			log.Append(tx, heard{at.Position, at.Type})
			return nil
		},
	}
}

func publish(note string) policy.Published { return policy.Published{Version: 1, Note: note} }

func counts(t *testing.T, l *projectiontest.Ledger) map[string]int64 {
	t.Helper()
	rows, err := l.Pool.Query(context.Background(), `SELECT note, count FROM read.tallies`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := make(map[string]int64)
	for rows.Next() {
		var note string
		var count int64
		if err := rows.Scan(&note, &count); err != nil {
			t.Fatal(err)
		}
		got[note] = count
	}
	return got
}

func logged(t *testing.T, l *projectiontest.Ledger) (count int) {
	t.Helper()
	if err := l.Pool.QueryRow(context.Background(), `SELECT count(*) FROM read.heard`).Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

func TestLiveThenRebuiltThenReplayed(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	for range 10 {
		l.Append("policy", publish("before"))
	}
	runner, _ := l.Run(tallies(1), units.Model())
	root := projectiontest.ID[domain.UnitID]()
	l.Append(organisation.Stream, organisation.UnitEstablished{Unit: root, Code: "1", Name: "HQ", Kind: domain.HeadOffice})
	for i := range 50 {
		l.Append("policy", publish(fmt.Sprint("live ", i%5)))
	}
	l.Wait(runner)
	if got := counts(t, l); got["before"] != 10 || got["live 3"] != 10 || len(got) != 6 {
		t.Errorf("counts are %v", got)
	}
	if got := logged(t, l); got != 61 {
		t.Errorf("%d events in the log, want 61", got)
	}
	l.Agrees(runner)

	var steps int
	report, err := runner.Rebuild(context.Background(), "tallies", func(done, total int64) { steps++ })
	if err != nil {
		t.Fatalf("rebuild: %v", err)
	}
	if !report.Compared || report.Differences != 0 || report.Events != 61 || report.Rows != 67 || steps == 0 {
		t.Errorf("rebuilt: %+v after %d steps", report, steps)
	}
	l.Append("policy", publish("after the switch"))
	l.Wait(runner)
	if got := counts(t, l); got["after the switch"] != 1 || got["before"] != 10 {
		t.Errorf("counts after the switch are %v", got)
	}
	l.Agrees(runner)
	if dropped, err := runner.Retire(context.Background(), "tallies"); err != nil || dropped != 1 {
		t.Errorf("retired %d builds: %v", dropped, err)
	}
	l.Append("policy", publish("after the old one went"))
	l.Wait(runner)
	l.Agrees(runner)
}

func TestReplayFindsAForcedRow(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	runner, _ := l.Run(tallies(1))
	for i := range 20 {
		l.Append("policy", publish(fmt.Sprint(i)))
	}
	l.Wait(runner)
	force := func(sql string) {
		t.Helper()
		if _, err := l.Pool.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	force(`UPDATE read.tallies SET count = 7 WHERE note = '3'`)
	force(`INSERT INTO read.tallies VALUES ('invented', 1, 1)`)
	force(`DELETE FROM read.tallies WHERE note = '5'`)
	force(`UPDATE read.heard SET type = 'forged' WHERE position = 4`)
	force(`DELETE FROM read.heard WHERE position = 9`)
	force(`INSERT INTO read.heard VALUES (1000, 'later')`)
	reports, err := runner.Replay(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, d := range reports[0].Differences {
		told = append(told, d.String())
	}
	all := strings.Join(told, "\n")
	for _, want := range []string{
		`tallies: tallies note="3": count is stored as 7, computed as 1`,
		`tallies: tallies note="invented": stored a row, computed no row`,
		`tallies: tallies note="5": stored no row, computed a row`,
		`tallies: heard position=4: type is stored as "forged", computed as "policy.published"`,
		`tallies: heard position=9: stored no row, computed a row`,
		`tallies: heard position=1000: stored a row, computed no row`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("missing %q in:\n%s", want, all)
		}
	}
	if reports[0].Differing != 6 {
		t.Errorf("%d rows differ, want 6:\n%s", reports[0].Differing, all)
	}
}

func TestAFailingEventStopsOnlyItsReadModel(t *testing.T) {
	t.Parallel()
	for _, note := range []string{"poison", "panic", "unstorable"} {
		t.Run(note, func(t *testing.T) {
			t.Parallel()
			l := projectiontest.New(t)
			l.Append("policy", publish("good"), publish(note), publish("never seen"))
			runner, _ := l.Run(tallies(1), units.Model())
			ctx := waiting.Context(t, "the read models")
			var stopped *projections.StoppedError
			if err := runner.WaitFor(ctx, "tallies", 3); !errors.As(err, &stopped) || stopped.Position != 1 {
				t.Fatalf("waiting for a stopped read model gave %v", err)
			}
			if err := runner.WaitFor(ctx, "units", 3); err != nil {
				t.Fatalf("the other read model: %v", err)
			}
			if got := counts(t, l); got["good"] != 1 || len(got) != 1 {
				t.Errorf("counts are %v, want only what came before", got)
			}
			status, err := runner.Status(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if s := status[0]; s.Position != 1 || s.Lag != 2 || !strings.Contains(s.Failure, "position 2 (policy.published)") {
				t.Errorf("status is %+v", s)
			}
			if s := status[1]; s.Failure != "" || s.Lag != 0 {
				t.Errorf("status of the other is %+v", s)
			}
			_, err = runner.Rebuild(ctx, "tallies", nil)
			var at *projections.EventError
			if err == nil || note != "unstorable" && (!errors.As(err, &at) || at.Position != 2) {
				t.Errorf("a rebuild over the event gave %v", err)
			}
		})
	}
}

func TestAHoleStopsEverything(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	for range 5 {
		l.Append("policy", publish("x"))
	}
	config := l.Config(tallies(1), units.Model())
	config.Store = holed{l.Store, 3}
	runner, err := projections.New(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	projectiontest.Start(t, runner)
	ctx := waiting.Context(t, "the read models")
	for _, model := range []string{"tallies", "units"} {
		err := runner.WaitFor(ctx, model, 5)
		if err == nil || !strings.Contains(err.Error(), "hole") {
			t.Errorf("%s: waiting across a hole gave %v", model, err)
		}
	}
	_, err = runner.Rebuild(ctx, "tallies", nil)
	var hole *projections.HoleError
	if !errors.As(err, &hole) || hole.After != 2 || hole.Next != 4 {
		t.Errorf("a rebuild across a hole gave %v", err)
	}
}

func TestAProcessTakesOver(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	first, stopFirst := l.Run(tallies(1))
	l.Append("policy", publish("a"))
	l.Wait(first)
	second, _ := l.Run(tallies(1))
	for range 20 {
		l.Append("policy", publish("a"))
	}
	l.Wait(second) // hears of what the first one does
	if here(t, first) == here(t, second) {
		t.Error("both or none of the processes bring the read model on")
	}
	stopFirst()
	for range 20 {
		l.Append("policy", publish("a"))
	}
	l.Wait(second)
	if !here(t, second) {
		t.Error("the second process did not take over")
	}
	if got := counts(t, l)["a"]; got != 41 {
		t.Errorf("counted %d, want 41", got)
	}
	l.Agrees(second)
}

func here(t *testing.T, r *projections.Runner) bool {
	t.Helper()
	status, err := r.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return status[0].Here
}

// Every connection of the runner is killed again and again while it works: each
// event still takes effect exactly once.
func TestExactlyOnceOverKilledConnections(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	runner, _ := l.Run(tallies(1), units.Model())
	other, _ := l.Run(tallies(1), units.Model())
	for i := range 300 {
		l.Append("policy", publish(fmt.Sprint(i%7)))
		if i%10 == 9 {
			if _, err := l.Pool.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_locks
				WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.Wait(runner)
	l.Wait(other)
	if got := logged(t, l); got != 300 {
		t.Errorf("%d events in the log, want 300", got)
	}
	l.Agrees(runner)
}
