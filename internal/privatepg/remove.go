package privatepg

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// Remove takes the cluster out of a data folder, with its log: a PostgreSQL that
// a killed Guishu left there is stopped first. Anything that is not the cluster's
// stays. It fails with [ErrInUse] while a Guishu runs on the folder.
func Remove(ctx context.Context, dataDir string, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	folder, err := openDataFolder(dataDir)
	if err != nil {
		return err
	}
	defer folder.lock.Close()
	if err := evict(ctx, folder.files(), "", log); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder.path)
	if err != nil {
		return err
	}
	var failures []error
	for _, entry := range entries {
		if name := entry.Name(); name == "postgres" || strings.HasPrefix(name, "postgres.") {
			failures = append(failures, os.RemoveAll(filepath.Join(folder.path, name)))
		}
	}
	return errors.Join(append(failures, os.Remove(folder.lock.Name()))...)
}
