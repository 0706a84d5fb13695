package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guishu/internal/demo"
)

// Not in parallel: they say in the environment where ledgers lie.

func TestTheDemoHasAFolderBesideTheLedgers(t *testing.T) {
	ledgers := filepath.Join(t.TempDir(), "ledger")
	t.Setenv("GUISHU_DATA", ledgers)
	for named, want := range map[string]string{"": ledgers + "-demo", ledgers: ledgers + "-demo", "/elsewhere": "/elsewhere"} {
		c := demoCommand{ledgerFlags: ledgerFlags{Data: named}}
		if err := c.ownFolder(); err != nil {
			t.Fatal(err)
		}
		if c.Data != want {
			t.Errorf("--data %q gives %s, want %s", named, c.Data, want)
		}
	}
}

func TestTheDemoRefusesALedgersFolder(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, fresh := range []bool{false, true} {
		c := demoCommand{ledgerFlags: ledgerFlags{Data: folder, LogLevel: "error"}, Fresh: fresh}
		if err := c.Run(t.Context()); !errors.Is(err, demo.ErrForeign) {
			t.Errorf("fresh %v: %v", fresh, err)
		}
	}
	c := demoCommand{ledgerFlags: ledgerFlags{Data: folder, DatabaseURL: "postgres://nowhere", LogLevel: "error"}, Fresh: true}
	if err := c.Run(t.Context()); err == nil {
		t.Error("--fresh was taken for a database that is not the demo's own")
	}
}
