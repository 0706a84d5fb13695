// Package apptest opens the product for tests.
package apptest

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/privatepg"
)

// Config is the product on a database, with its key in a folder.
func Config(url, kek string) app.Config {
	return app.Config{
		Database: privatepg.Settings{DatabaseURL: url}, KEK: sealing.KEKSource{Folder: kek},
		Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
	}
}

// Open assembles the product until the test ends.
func Open(t testing.TB, c app.Config) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// Run runs the product until stop is called or the test ends.
func Run(t testing.TB, a *app.App) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}
