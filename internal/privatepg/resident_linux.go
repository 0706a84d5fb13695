package privatepg

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
)

// residents are the processes that work in a cluster's folder. PostgreSQL's
// processes all have it as their working folder, which cannot be mistaken for
// something else, as a process id left in a file can.
func residents(files string) ([]int, error) {
	folder, err := os.Stat(files)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // no cluster was made yet
	}
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return nil, err
	}
	var found []int
	for _, path := range paths {
		where, err := os.Stat(path)
		if err != nil || !os.SameFile(where, folder) || !isPostgres(filepath.Dir(path)) {
			continue // another's, or ended meanwhile
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			return nil, err
		}
		found = append(found, pid)
	}
	return found, nil
}

// isPostgres keeps an administrator's shell in the folder from being taken for a server.
func isPostgres(process string) bool {
	program, err := os.Readlink(filepath.Join(process, "exe"))
	if err != nil {
		return false
	}
	// The program may have been replaced by an update while it ran.
	name := filepath.Base(program)
	return name == "postgres" || name == "postgres (deleted)"
}
