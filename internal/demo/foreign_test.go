package demo_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"guishu/internal/demo"
	"guishu/internal/pgtest"

	"github.com/jackc/pgx/v5"
)

func TestADatabaseThatIsNotADemosIsLeftAlone(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE SCHEMA ledger; CREATE TABLE ledger.events (position bigint)"); err != nil {
		t.Fatal(err)
	}
	if err := demo.ClaimDatabase(t.Context(), url); !errors.Is(err, demo.ErrForeign) {
		t.Fatalf("got %v", err)
	}
	var marked bool
	if err := conn.QueryRow(t.Context(), "SELECT to_regclass('demo.record') IS NOT NULL").Scan(&marked); err != nil {
		t.Fatal(err)
	}
	if marked {
		t.Error("the database was marked all the same")
	}
}

func TestAnEmptyDatabaseBecomesADemosOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for range 2 {
		if err := demo.ClaimDatabase(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFolderThatIsNotADemosIsLeftAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	precious := filepath.Join(folder, "postgres")
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := demo.ClaimFolder(folder); !errors.Is(err, demo.ErrForeign) {
		t.Errorf("claim: %v", err)
	}
	if err := demo.EmptyFolder(t.Context(), folder, nil); !errors.Is(err, demo.ErrForeign) {
		t.Errorf("empty: %v", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("it was touched: %v", err)
	}
}

func TestStartingAnewDeletesWhatTheDemoMadeAndNothingElse(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "demo")
	if err := demo.ClaimFolder(folder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kek", "postgres.log", "postgres/PG_VERSION", "notes.txt"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("15"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := demo.EmptyFolder(t.Context(), folder, nil); err != nil {
		t.Fatal(err)
	}
	for name, kept := range map[string]bool{"kek": false, "postgres.log": false, "postgres": false, "notes.txt": true, "guishu-demo": true} {
		_, err := os.Stat(filepath.Join(folder, name))
		if there := !errors.Is(err, fs.ErrNotExist); there != kept {
			t.Errorf("%s is there: %v, want %v", name, there, kept)
		}
	}
	for name, path := range map[string]string{"nothing": filepath.Join(folder, "nowhere"), "a folder emptied before": folder, "an empty folder": t.TempDir()} {
		if err := demo.EmptyFolder(t.Context(), path, nil); err != nil {
			t.Errorf("%s is not empty enough: %v", name, err)
		}
	}
}
