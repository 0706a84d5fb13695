package exportload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"guishu/eventstore/transfer"
	"guishu/internal/app"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// The files of a backup. The keys are written last: whoever is named in the ledger has
// a key by then. They are of no use without the KEK, which is in none of the files.
const (
	ManifestFile = "backup.json"
	LedgerFile   = "ledger.ndjson.gz"
	AccessFile   = "access.ndjson"
	KeysFile     = "keys.ndjson"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format  string            `json:"format"`
	Version int               `json:"version"`
	Ledger  uuid.UUID         `json:"ledger"`
	MadeAt  time.Time         `json:"made_at"`
	Events  int64             `json:"events"`
	SignIns int64             `json:"sign_ins"`
	Persons int64             `json:"persons"` // with a key
	Files   map[string]string `json:"sha256"`  // of each file, by its name
}

const (
	backupFormat  = "guishu-backup"
	backupVersion = 1
)

var (
	// ErrNotABackup says that a folder holds no backup, or not a whole one.
	ErrNotABackup = errors.New("backup/incomplete: 该目录不是完整的备份 / the folder does not hold a whole backup")
	// ErrBackupChanged says that a file of a backup is not what was written.
	ErrBackupChanged = errors.New("backup/changed: 备份文件已损坏或被改动 / a file of the backup is damaged or was changed")
)

// Backup writes the ledger, how people sign in, and the keys of personal data into a
// folder that is made for it, the manifest last: a folder without one is no backup.
func Backup(ctx context.Context, a *app.App, folder string, progress transfer.Progress) (Manifest, error) {
	if err := Free(folder); err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Manifest{}, err
	}
	m := Manifest{Format: backupFormat, Version: backupVersion, Ledger: a.Ring.Ledger(), MadeAt: time.Now().UTC().Truncate(time.Second), Files: map[string]string{}}
	ledger, err := Export(ctx, a, filepath.Join(folder, LedgerFile), progress)
	if err != nil {
		return m, err
	}
	m.Events = ledger.Events
	err = WriteFile(filepath.Join(folder, AccessFile), func(w io.Writer) (err error) {
		m.SignIns, err = a.Auth.Export(ctx, w)
		return err
	})
	if err != nil {
		return m, err
	}
	keys, err := ExportKeys(ctx, a, filepath.Join(folder, KeysFile))
	if err != nil {
		return m, err
	}
	m.Persons = keys.Subjects
	for _, name := range []string{LedgerFile, AccessFile, KeysFile} {
		if m.Files[name], err = sumOf(filepath.Join(folder, name)); err != nil {
			return m, err
		}
	}
	return m, WriteFile(filepath.Join(folder, ManifestFile), func(w io.Writer) error {
		return json.MarshalWrite(w, m, jsontext.WithIndent("  "), json.Deterministic(true))
	})
}

// ReadManifest reads what a backup holds, and makes sure of every file.
func ReadManifest(folder string) (Manifest, error) {
	text, err := os.ReadFile(filepath.Join(folder, ManifestFile))
	if errors.Is(err, os.ErrNotExist) {
		return Manifest{}, fmt.Errorf("%w: %s", ErrNotABackup, folder)
	}
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil || m.Format != backupFormat || m.Version != backupVersion {
		return Manifest{}, fmt.Errorf("%w: %s", ErrNotABackup, folder)
	}
	for _, name := range []string{LedgerFile, AccessFile, KeysFile} {
		sum, err := sumOf(filepath.Join(folder, name))
		if err != nil {
			return m, err
		}
		if sum != m.Files[name] {
			return m, fmt.Errorf("%w: %s", ErrBackupChanged, name)
		}
	}
	return m, nil
}

func sumOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Restored is what a restore has come to.
type Restored struct {
	Report
	MadeAt  time.Time `json:"made_at"`  // the backup
	SignIns int64     `json:"sign_ins"` // brought back
}

// Restore brings a backup into an empty store and an empty database: the ledger with
// its keys, and then how people sign in. Cut off, it goes on when it is run again.
func Restore(ctx context.Context, l Load, folder string) (_ Restored, err error) {
	m, err := ReadManifest(folder)
	if err != nil {
		return Restored{}, err
	}
	config := l.Config
	l.File, l.Keys = filepath.Join(folder, LedgerFile), filepath.Join(folder, KeysFile)
	restored := Restored{MadeAt: m.MadeAt}
	if restored.Report, err = l.Run(ctx); err != nil {
		return restored, err
	}
	a, err := app.Open(ctx, config)
	if err != nil {
		return restored, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	file, err := os.Open(filepath.Join(folder, AccessFile))
	if err != nil {
		return restored, err
	}
	defer file.Close()
	restored.SignIns, err = a.Auth.Import(ctx, file)
	return restored, err
}
