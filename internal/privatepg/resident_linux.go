package privatepg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// residents are the processes of PostgreSQL that work in a cluster's folder. They all
// have it as their working folder, which cannot be mistaken for something else, as a
// process id left in a file can. Where the kernel does not let us see that of another
// account's processes, the first one is known by its command line, which names the
// folder.
func residents(files string) ([]int, error) {
	folder, err := os.Stat(files)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no cluster was made yet
	}
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var found []int
	for _, path := range paths {
		if !isPostgres(path) || !isIn(path, folder, files) {
			continue // another's, or ended meanwhile
		}
		pid, err := strconv.Atoi(filepath.Base(path))
		if err != nil {
			return nil, err
		}
		found = append(found, pid)
	}
	return found, nil
}

// worksIn says whether a process is a PostgreSQL that works in a folder. Where the
// processes of this machine cannot be seen, it says so of each that lives.
func worksIn(pid int, files string) bool {
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		return alive(pid)
	}
	folder, err := os.Stat(files)
	if err != nil {
		return false
	}
	process := fmt.Sprintf("/proc/%d", pid)
	return isPostgres(process) && isIn(process, folder, files)
}

// isIn says whether a process works in a folder.
func isIn(process string, folder fs.FileInfo, files string) bool {
	where, err := os.Stat(filepath.Join(process, "cwd"))
	if errors.Is(err, fs.ErrPermission) {
		said, err := os.ReadFile(filepath.Join(process, "cmdline"))
		return err == nil && slices.Contains(strings.Split(string(said), "\x00"), files)
	}
	return err == nil && os.SameFile(where, folder)
}

// isPostgres keeps an administrator's shell in the folder from being taken for a server.
// What has ended and was not buried yet runs no program and is none.
func isPostgres(process string) bool {
	program, err := os.Readlink(filepath.Join(process, "exe"))
	if errors.Is(err, fs.ErrPermission) {
		said, err := os.ReadFile(filepath.Join(process, "cmdline"))
		command, _, _ := strings.Cut(string(said), "\x00")
		return err == nil && filepath.Base(command) == "postgres"
	}
	if err != nil {
		return false
	}
	// The program may have been replaced by an update while it ran.
	name := filepath.Base(program)
	return name == "postgres" || name == "postgres (deleted)"
}

// memoryInUse says whether a process has the shared memory of a lock file: its key and
// its id.
func memoryInUse(keyAndID string) bool {
	wanted := strings.Fields(keyAndID)
	if len(wanted) != 2 {
		return false
	}
	// The file has a key, which is a number with a sign, as one without.
	written, err := strconv.ParseUint(wanted[0], 10, 64)
	if err != nil {
		return false
	}
	table, err := os.ReadFile("/proc/sysvipc/shm")
	if err != nil {
		return false
	}
	for row := range strings.Lines(string(table)) {
		// key shmid perms size cpid lpid nattch …
		fields := strings.Fields(row)
		if len(fields) < 7 || fields[1] != wanted[1] {
			continue
		}
		key, err := strconv.ParseInt(fields[0], 10, 64)
		return err == nil && uint32(key) == uint32(written) && fields[6] != "0"
	}
	return false
}
