package privatepg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"guishu/eventstore/postgres/schema"
)

// ErrNotRunning says that no PostgreSQL runs on the data folder.
var ErrNotRunning = errors.New("no PostgreSQL is running on the data folder")

// Join is the address of a database in the cluster that another Guishu runs on
// the data folder, so that a command can work beside a server and as the same role:
// [Start] answers [ErrInUse] then. It fails with [ErrNotRunning] when nothing runs there. The
// address is good for as long as the other Guishu runs.
func Join(dataDir, database string) (string, error) {
	return join(dataDir, database, func(files string) (string, error) {
		access, err := os.ReadFile(filepath.Join(files, "pg_hba.conf"))
		if err != nil {
			return "", fmt.Errorf("find out whom the running PostgreSQL lets in: %w", err)
		}
		if !strings.Contains(string(access), schema.Server) {
			return Role, nil // an older Guishu runs there, and works as the owner
		}
		return schema.Server, nil
	})
}

// JoinAsOwner is [Join] for the owner of the ledger's tables.
func JoinAsOwner(dataDir, database string) (string, error) {
	return join(dataDir, database, func(string) (string, error) { return Role, nil })
}

func join(dataDir, database string, as func(files string) (role string, err error)) (string, error) {
	if dataDir == "" {
		var err error
		if dataDir, err = DefaultDataDir(); err != nil {
			return "", err
		}
	}
	// PostgreSQL writes there: process, folder, start, port, socket folder, …
	files := filepath.Join(dataDir, "postgres")
	text, err := os.ReadFile(filepath.Join(files, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return "", ErrNotRunning
	}
	if err != nil {
		return "", fmt.Errorf("find the running PostgreSQL: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	const portLine, socketLine = 3, 4
	if len(lines) <= socketLine || lines[socketLine] == "" {
		return "", ErrNotRunning
	}
	role, err := as(files)
	if err != nil {
		return "", err
	}
	return address(lines[socketLine], lines[portLine], role, database), nil
}
