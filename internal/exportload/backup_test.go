package exportload_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"guishu/commands/ledger"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
	"guishu/internal/esdbtest"
	"guishu/internal/exportload"
	"guishu/internal/pgtest"
	"guishu/internal/proof"
)

// A backup brings everything back, in either store: the ledger, the keys, and how
// people sign in.
func TestABackupBringsEverythingBack(t *testing.T) {
	t.Parallel()
	f := tell(t)
	source := pgtest.URL(t)
	if _, err := f.load(t, source); err != nil {
		t.Fatal(err)
	}
	a := apptest.Open(t, apptest.Config(source, f.folder))
	_, err := a.Pool.Exec(t.Context(), `
		INSERT INTO auth.credential (staff, login, password, invitation) VALUES (gen_random_uuid(), 'invented', 'a hash', '\x0102');
		INSERT INTO auth.token (id, staff, name, hash, created_at, expires_at) VALUES (gen_random_uuid(), gen_random_uuid(), 'a program', '\x03', now(), now())`)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "backup")
	made, err := exportload.Backup(t.Context(), a, folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	if made.Events != f.count || made.SignIns != 2 || made.Persons == 0 {
		t.Errorf("%+v", made)
	}
	if _, err := exportload.Backup(t.Context(), a, folder, nil); !errors.Is(err, exportload.ErrFileExists) {
		t.Errorf("a second backup in the same place: %v", err)
	}
	for name, store := range map[string]string{"postgres": "", "eventstoredb": esdbtest.New(t)} {
		t.Run(name, func(t *testing.T) {
			c := apptest.Config(pgtest.URL(t), f.folder)
			c.EventStoreDB = store
			for range 2 { // cut off or not, it can be run again
				restored, err := exportload.Restore(t.Context(), exportload.Load{Config: c}, folder)
				if err != nil && !errors.Is(err, ledger.ErrKeysInUse) {
					t.Fatal(err)
				}
				if err == nil && (restored.Events != made.Events || restored.SignIns != 2) {
					t.Errorf("%+v", restored)
				}
			}
			b := apptest.Open(t, c)
			stop := apptest.Run(t, b)
			if err := demo.Settle(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			stop()
			report, err := proof.Of(t.Context(), b, nil)
			if err != nil || !report.Sound() || report.Differing() > 0 {
				t.Errorf("%+v, %v", report, err)
			}
			var password string
			err = b.Pool.QueryRow(t.Context(), "SELECT password FROM auth.credential WHERE login = 'invented' AND invitation = '\\x0102'").Scan(&password)
			if err != nil || password != "a hash" {
				t.Errorf("%q, %v", password, err)
			}
		})
	}
}

// A folder that is no backup, or of which a file was changed, is refused before anything
// is made.
func TestADamagedBackupIsRefused(t *testing.T) {
	t.Parallel()
	f := tell(t)
	source, url := pgtest.URL(t), pgtest.URL(t)
	if _, err := f.load(t, source); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "backup")
	if _, err := exportload.Backup(t.Context(), apptest.Open(t, apptest.Config(source, f.folder)), folder, nil); err != nil {
		t.Fatal(err)
	}
	l := exportload.Load{Config: apptest.Config(url, f.folder)}
	keys := filepath.Join(folder, exportload.KeysFile)
	text, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys, text[:len(text)-10], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := exportload.Restore(t.Context(), l, folder); !errors.Is(err, exportload.ErrBackupChanged) {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(filepath.Join(folder, exportload.ManifestFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := exportload.Restore(t.Context(), l, folder); !errors.Is(err, exportload.ErrNotABackup) {
		t.Errorf("got %v", err)
	}
	isUntouched(t, url)
}
