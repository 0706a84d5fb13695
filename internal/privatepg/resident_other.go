//go:build !linux

package privatepg

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// residents is the server named in the cluster's own lock file, when such a
// process is PostgreSQL and was started on the folder.
func residents(files string) ([]int, error) {
	lock, err := folderLock(files)
	if err != nil || lock.pid == 0 || !worksIn(lock.pid, files) {
		return nil, err
	}
	return []int{lock.pid}, nil
}

// worksIn says whether a process is a PostgreSQL that was started on a folder. What
// has ended and was not buried yet has no command line and is none.
func worksIn(pid int, files string) bool {
	said, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return false
	}
	command, arguments, _ := strings.Cut(strings.TrimSpace(string(said)), " ")
	return filepath.Base(command) == "postgres" && strings.Contains(arguments+" ", "-D "+files+" ")
}

// memoryInUse leaves the question to PostgreSQL, which asks it at each start.
func memoryInUse(string) bool { return false }
