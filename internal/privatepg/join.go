package privatepg

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ErrNotRunning says that no PostgreSQL runs on the data folder.
var ErrNotRunning = errors.New("no PostgreSQL is running on the data folder")

// Join is the address of a database in the cluster that another Guishu runs on
// the data folder, so that a command can work beside a server: [Start] answers
// [ErrInUse] then. It fails with [ErrNotRunning] when nothing runs there. The
// address is good for as long as the other Guishu runs.
func Join(dataDir, database string) (string, error) {
	if dataDir == "" {
		var err error
		if dataDir, err = DefaultDataDir(); err != nil {
			return "", err
		}
	}
	// PostgreSQL writes there: process, folder, start, port, socket folder, …
	text, err := os.ReadFile(filepath.Join(dataDir, "postgres", "postmaster.pid"))
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
	query := url.Values{"host": {lines[socketLine]}, "port": {lines[portLine]}}
	return (&url.URL{Scheme: "postgres", User: url.User(Role), Path: "/" + database, RawQuery: query.Encode()}).String(), nil
}
