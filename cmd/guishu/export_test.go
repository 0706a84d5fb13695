package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guishu/internal/exportload"
)

// The keys' place is looked at before the ledger is written: nothing is opened yet.
func TestAnExportIsRefusedBeforeItBeginsWhereTheKeysCannotGo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	there := filepath.Join(folder, "keys.ndjson")
	if err := os.WriteFile(there, []byte("the only copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	events := filepath.Join(folder, "ledger.ndjson")
	for _, keys := range []string{there, "-", events, filepath.Join(folder, "nowhere", "keys.ndjson")} {
		c := exportCommand{ledgerFlags: ledgerFlags{Data: filepath.Join(folder, "data")}, File: events, Keys: keys}
		if err := c.Run(t.Context()); err == nil || keys == there && !errors.Is(err, exportload.ErrFileExists) {
			t.Errorf("--keys %s: %v", keys, err)
		}
	}
	if _, err := os.Lstat(events); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the ledger was written all the same: %v", err)
	}
}
