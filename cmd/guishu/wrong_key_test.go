package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/demo"
	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
)

// A ledger that is opened with another data folder than its own says where its key
// is to be looked for; a demo's, that it is one.
func TestAnotherFoldersKeyIsExplained(t *testing.T) {
	t.Parallel()
	for name, isDemo := range map[string]bool{"a ledger": false, "a demo": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			with := func(folder string) error {
				a, err := openApp(t.Context(), app.Config{
					Database: privatepg.Settings{DatabaseURL: url}, KEK: sealing.KEKSource{Folder: folder},
					Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
				})
				if err != nil {
					return err
				}
				return a.Close()
			}
			if isDemo {
				if err := demo.ClaimDatabase(t.Context(), url); err != nil {
					t.Fatal(err)
				}
			}
			own, other := t.TempDir(), t.TempDir()
			if err := with(own); err != nil {
				t.Fatal(err)
			}
			err := with(other)
			if !errors.Is(err, sealing.ErrWrongKEK) {
				t.Fatalf("opened with another folder's key: %v", err)
			}
			for text, want := range map[string]bool{other: true, "--data": true, "GUISHU_KEK_FILE": true, "guishu demo": isDemo} {
				if strings.Contains(err.Error(), text) != want {
					t.Errorf("it says %q: %t, want %t: %v", text, !want, want, err)
				}
			}
			if err := with(own); err != nil {
				t.Errorf("with its own folder: %v", err)
			}
		})
	}
}
