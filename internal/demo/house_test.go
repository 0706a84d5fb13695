package demo_test

import (
	"context"
	"log/slog"
	"testing"

	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/demo"
	"guishu/internal/privatepg"
)

// open assembles the product on a database, with its key in a folder, and runs it
// until the test ends.
func open(t *testing.T, url, kek string) *app.App {
	t.Helper()
	c := config(url)
	c.KEK.Folder = kek
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func config(url string) app.Config {
	return app.Config{
		Database: privatepg.Settings{DatabaseURL: url}, KEK: sealing.KEKSource{}, LedgerID: demo.LedgerID,
		Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
	}
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
