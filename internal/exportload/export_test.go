package exportload_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"guishu/internal/exportload"
)

// A file has its name when it is whole, or not at all.
func TestNoHalfFileHasAName(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"plain", "zipped.gz"} {
		path := filepath.Join(folder, name)
		broken := errors.New("the ledger cannot be read")
		err := exportload.WriteFile(path, func(w io.Writer) error {
			if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s has its name while it is written: %v", name, err)
			}
			if _, err := w.Write(make([]byte, 100_000)); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != 0 {
			t.Errorf("%s: %d files were left, %v", name, len(left), err)
		}
	}
}

func TestAnExportReplacesNoFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("the only copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := exportload.WriteFile(path, func(w io.Writer) error { _, err := w.Write([]byte("another")); return err })
	if !errors.Is(err, exportload.ErrFileExists) {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "the only copy" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	late := filepath.Join(filepath.Dir(path), "late")
	err = exportload.WriteFile(late, func(io.Writer) error { return os.WriteFile(late, []byte("somebody else's"), 0o600) })
	if !errors.Is(err, exportload.ErrFileExists) {
		t.Errorf("of one that came while it was written: %v", err)
	}
	if text, err := os.ReadFile(late); err != nil || string(text) != "somebody else's" {
		t.Errorf("the file that came meanwhile holds %q, %v", text, err)
	}
	fresh := filepath.Join(filepath.Dir(path), "fresh")
	if err := exportload.WriteFile(fresh, func(w io.Writer) error { _, err := w.Write([]byte("text")); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(fresh); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 3 {
		t.Errorf("%d files are there, want 3, %v", len(left), err)
	}
}
