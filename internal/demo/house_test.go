package demo_test

import (
	"context"
	"log/slog"
	"testing"

	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/cluster"
	"guishu/internal/demo"
)

// open assembles the product on a database and runs it until the test ends.
func open(t *testing.T, url string) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), config(url))
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

var kek = sealing.FixedKEK(sealing.NewKEK())

func config(url string) app.Config {
	return app.Config{
		Database: cluster.Settings{DatabaseURL: url}, KEK: kek, LedgerID: demo.LedgerID,
		Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
	}
}
