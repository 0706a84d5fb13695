// Package exportload takes a ledger out of one installation and into another: the
// events, and what lives beside them (docs/leaving.md).
package exportload

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/eventstore/transfer"
	"guishu/internal/app"
)

// ErrFileExists says that a file is there already: an export replaces none.
var ErrFileExists = errors.New("transfer/file-exists: 文件已存在,不会覆盖 / the file exists already and is not replaced")

// Export writes the ledger's events into a file, compressed if its name ends with
// .gz, or to standard output for "-".
func Export(ctx context.Context, a *app.App, path string, progress transfer.Progress) (summary transfer.Summary, err error) {
	header := transfer.Header{Ledger: a.Ring.Ledger(), ExportedAt: time.Now(), Store: kindOf(a)}
	err = WriteFile(path, func(w io.Writer) error {
		summary, err = transfer.Export(ctx, w, a.Store, header, progress)
		return err
	})
	return summary, err
}

// ExportKeys writes the keys of the ledger's personal data into a file.
func ExportKeys(ctx context.Context, a *app.App, path string) (summary sealing.KeysSummary, err error) {
	err = WriteFile(path, func(w io.Writer) error {
		summary, err = a.Ring.Export(ctx, w)
		return err
	})
	return summary, err
}

func kindOf(a *app.App) string {
	if _, ok := a.Store.(*postgres.Store); ok {
		return "postgresql"
	}
	return "eventstoredb"
}

// WriteFile makes a file that only its owner can read and that has its name when it
// is whole and durable, not before. It replaces none: ErrFileExists. The path "-"
// is standard output.
func WriteFile(path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(os.Stdout)
	}
	if err := Free(path); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".part-*") // mode 0600
	if err != nil {
		return err
	}
	err = writeAs(draft, path, write)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = name(draft.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(draft.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// Free says that a path is nobody's yet: else ErrFileExists.
func Free(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%w: %s", ErrFileExists, path)
	}
	return nil
}

// name gives a finished file its name, unless somebody has taken it meanwhile.
func name(draft, path string) error {
	err := os.Link(draft, path)
	if err == nil {
		return os.Remove(draft)
	}
	if err := Free(path); err != nil {
		return err
	}
	return os.Rename(draft, path) // not every file system has links
}

// writeAs compresses what the file's name says is compressed.
func writeAs(file io.Writer, path string, write func(io.Writer) error) error {
	if !strings.HasSuffix(path, ".gz") {
		return write(file)
	}
	zipped, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if err := write(zipped); err != nil {
		return err
	}
	return zipped.Close()
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
