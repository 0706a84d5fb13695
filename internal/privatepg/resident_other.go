//go:build !linux

package privatepg

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// residents is the server named in the cluster's own lock file, when such a
// process is PostgreSQL.
func residents(files string) ([]int, error) {
	pid := lockFileProcess(files)
	if pid == 0 {
		return nil, nil
	}
	name, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || filepath.Base(strings.TrimSpace(string(name))) != "postgres" {
		return nil, nil
	}
	return []int{pid}, nil
}
