package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Settings are what a user can say about the database; nothing needs to be said.
type Settings struct {
	// DatabaseURL is a PostgreSQL to use; everything below is then not needed.
	DatabaseURL string

	// Options are for the private cluster. An empty DataDir means [DefaultDataDir].
	Options

	// Database is the database's name in the private cluster; empty means "guishu".
	Database string

	// KeepOut keeps Guishu from installing PostgreSQL where it is missing.
	KeepOut bool
}

// Open decides where the ledger's PostgreSQL is, in this order: the database
// named by its URL; else a private cluster run by the programs on this machine;
// else the same after installing them, where the caller may; else a
// [MissingError], which says in one line what to install.
//
// It returns the database's URL, in a private cluster that of a role which can only add
// to the ledger (S-15), and what stops the private cluster (nothing, for
// a database that was named). ctx bounds the start only.
func Open(ctx context.Context, settings Settings) (database string, stop func() error, err error) {
	if settings.DatabaseURL != "" {
		return settings.DatabaseURL, func() error { return nil }, nil
	}
	if settings.DataDir == "" {
		if settings.DataDir, err = DefaultDataDir(); err != nil {
			return "", nil, err
		}
	}
	if settings.Database == "" {
		settings.Database = "guishu"
	}
	cluster, err := startInstalling(ctx, settings)
	if err != nil {
		return "", nil, err
	}
	if err := cluster.EnsureDatabase(ctx, settings.Database); err != nil {
		return "", nil, errors.Join(err, cluster.Stop())
	}
	if err := cluster.Restrict(ctx, settings.Database); err != nil {
		return "", nil, errors.Join(err, cluster.Stop())
	}
	return cluster.ServerURL(settings.Database), cluster.Stop, nil
}

func startInstalling(ctx context.Context, settings Settings) (*Cluster, error) {
	find := FindOrInstall
	if settings.KeepOut {
		find = findOrHint
	}
	if _, err := find(ctx, settings.BinDir, settings.Log); err != nil {
		return nil, err
	}
	return Start(ctx, settings.Options)
}

// DefaultDataDir is where the ledger lives when nobody says otherwise:
// GUISHU_DATA; for root /var/lib/guishu; else guishu in XDG_DATA_HOME or
// ~/.local/share.
func DefaultDataDir() (string, error) {
	if folder := os.Getenv("GUISHU_DATA"); folder != "" {
		return folder, nil
	}
	if os.Geteuid() == 0 {
		return "/var/lib/guishu", nil
	}
	if folder := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "guishu"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no data folder was named and the user has no home: %w", err)
	}
	return filepath.Join(home, ".local", "share", "guishu"), nil
}
