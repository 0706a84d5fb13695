package bench

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestAGateIsMetOrMissed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gate  Gate
		ratio float64
		met   bool
	}{
		{AtLeast(0.2), 0.2, true}, {AtLeast(0.2), 0.19, false},
		{AtMost(3), 3, true}, {AtMost(3), 3.1, false},
		{Gate{}, 0, true},
	} {
		if got := c.gate.MetBy(c.ratio); got != c.met {
			t.Errorf("%s with %g: met %t, want %t", c.gate, c.ratio, got, c.met)
		}
	}
}

func TestTheReportCountsAndNamesWhatMissedItsGate(t *testing.T) {
	t.Parallel()
	report := Report{Rows: []Row{
		{Name: "good", Work: "好 good", Ratio: 1, Gate: AtLeast(0.5)},
		{Name: "bad", Work: "坏 bad", Ratio: 0.1, Gate: AtLeast(0.5), Note: "why"},
		{Name: "shown", Work: "只看 shown"},
	}}
	if report.Missed() != 1 {
		t.Errorf("missed %d, want 1", report.Missed())
	}
	var text strings.Builder
	report.Markdown(&text)
	for _, wanted := range []string{"是 yes", "否 NO", "- bad: why", "≥ 0.5"} {
		if !strings.Contains(text.String(), wanted) {
			t.Errorf("the report lacks %q:\n%s", wanted, &text)
		}
	}
	lines := strings.Split(text.String(), "\n")
	if columns(lines[len(lines)-6]) != columns(lines[len(lines)-7]) {
		t.Errorf("the table's lines are not equally wide:\n%s", &text)
	}
}

func TestMedianAndRatioOfTurns(t *testing.T) {
	t.Parallel()
	var s sides
	for _, pair := range [][2]float64{{10, 100}, {40, 100}, {20, 50}} {
		s.add(pair[0], pair[1])
	}
	if s.ratio.median() != 0.4 || s.ours.median() != 20 || s.ratio.spread() != "0.10…0.40" {
		t.Errorf("ratio %g, ours %g, spread %s", s.ratio.median(), s.ours.median(), s.ratio.spread())
	}
	if (samples{1, 2, 4, 100}).median() != 3 {
		t.Errorf("the median of four is %g, want 3", samples{1, 2, 4, 100}.median())
	}
}

func TestAStatementIsWrittenOutForPgbench(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a")
	got, err := inlined("SELECT a\n FROM t WHERE b = $1 AND c = $2::text AND d < $10 AND e = $3",
		[]any{id, "O'Hara", true, 4, 5, 6, 7, 8, 9, int64(10)})
	want := `SELECT a FROM t WHERE b = '0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a'::uuid AND c = 'O''Hara'::text AND d < 10 AND e = true`
	if err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	for name, bad := range map[string][]any{"too few": {}, "unknown": {struct{}{}}} {
		if _, err := inlined("SELECT $1", bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRowsAreChosenByTheBeginningOfTheirNames(t *testing.T) {
	t.Parallel()
	r := run{Options: Options{Only: []string{"append-64", "list"}}}
	for name, wanted := range map[string]bool{"append-64": true, "append-64-tail": true, "append-1": false, "list": true, "claim": false} {
		if r.wants(name) != wanted {
			t.Errorf("%s: wanted %t", name, !wanted)
		}
	}
	r.Only = []string{"list", "nothing"}
	if _, err := r.chosen(); err == nil || !strings.Contains(err.Error(), "append-1") {
		t.Errorf("an unknown name: %v", err)
	}
}
