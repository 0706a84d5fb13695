package http

import (
	"strings"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/projections"
)

// F-12, L-05: lists are answered for what the ledger held when the process began, and
// read models go on; what is appended meanwhile does not make a process unready.
func TestReadyMeansThatListsAnswerForWhatTheLedgerHolds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var p progress
	for _, look := range []struct {
		after          time.Duration
		position, head eventstore.Position
		building       bool
		failure, want  string
	}{
		{0, 0, 900, false, "", "catching up, 900 events"},
		{time.Second, 300, 900, false, "", "catching up, 600 events"},
		{time.Second, 899, 1_000, false, "", "catching up, 101 events"},
		{time.Second, 900, 1_500, false, "", ""},
		{time.Minute, 1_500, 1_500, false, "", ""},
		{time.Hour, 1_500, 1_700, false, "", ""}, // nobody has asked meanwhile
		{standsStill - time.Second, 1_500, 1_900, false, "", ""},
		{time.Second, 1_500, 1_900, false, "", "stands still since 2026-03-02T10:01:03Z"},
		{time.Second, 1_501, 1_900, false, "", ""},
		{time.Second, 1_501, 1_900, false, "broken", "stopped"},
		{time.Second, 1_900, 1_900, false, "", ""},
	} {
		now = now.Add(look.after)
		s := projections.Status{
			Model: "units", Version: 1, Serving: 1, Position: look.position, Head: look.head, Lag: int64(look.head - look.position),
			Building: look.building, Failure: look.failure,
		}
		got := p.judge([]projections.Status{s}, now, time.UTC)["units"]
		if (got == "") != (look.want == "") || !strings.Contains(got, look.want) {
			t.Errorf("at %d of %d after %v: %q, want %q", look.position, look.head, look.after, got, look.want)
		}
	}
}
