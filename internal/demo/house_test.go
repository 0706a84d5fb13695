package demo_test

import (
	"testing"

	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
)

// open runs the product on a database, with its key in a folder, until the test ends.
func open(t *testing.T, url, kek string) *app.App {
	t.Helper()
	a := apptest.Open(t, config(url, kek))
	apptest.Run(t, a)
	return a
}

func config(url, kek string) app.Config {
	c := apptest.Config(url, kek)
	c.LedgerID = demo.LedgerID
	return c
}

// agrees fails unless the read models are what the log says and no reaction has
// given up.
func agrees(t *testing.T, a *app.App) {
	t.Helper()
	reports, err := a.Models.Replay(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(reports) == 0 {
		t.Error("no read model was replayed")
	}
	for _, r := range reports {
		if r.Differing > 0 {
			t.Errorf("%s: %d rows differ: %v", r.Model, r.Differing, r.Differences)
		}
	}
	var parked int
	if err := a.Pool.QueryRow(t.Context(), "SELECT count(*) FROM reaction.parked").Scan(&parked); err != nil {
		t.Fatal(err)
	}
	if parked > 0 {
		t.Errorf("%d events were parked", parked)
	}
}
