package privatepg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockFile is one of the two files by which PostgreSQL keeps a second server away: one
// in its folder, and one beside its socket. Both outlive a server that is killed.
//
// PostgreSQL takes such a file away by itself where no process has the id in it, and
// refuses to start where any process has: also one that has ended and that nobody has
// buried yet, and any other to which the kernel gave the id since. It refuses for ever
// where the file is empty or spoilt, as a crash of the machine can leave it (L-03).
type lockFile struct {
	path   string
	there  bool
	pid    int    // of the server that wrote it, 0 where that cannot be read
	folder string // that the server works in
	memory string // key and id of what its processes share in memory, if known
}

// folderLock is the lock file in a cluster's folder. In a folder that was copied from
// under a running server it tells of that one, which is not this folder's.
func folderLock(files string) (lockFile, error) {
	lock, err := readLock(filepath.Join(files, "postmaster.pid"))
	if lock.folder != files && !sameFolder(lock.folder, files) {
		lock.memory = ""
	}
	lock.folder = files
	return lock, err
}

// socketLock is the lock file beside a cluster's socket.
func socketLock(socket string) (lockFile, error) {
	return readLock(filepath.Join(socket, ".s.PGSQL."+port+".lock"))
}

func readLock(path string) (lockFile, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return lockFile{path: path}, nil
	}
	if err != nil {
		return lockFile{}, fmt.Errorf("read PostgreSQL's lock file: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	line := func(number int) string {
		if number >= len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[number])
	}
	// Process, folder, start, port, socket's folder, addresses, memory, state. A server
	// for one user alone writes its id as a negative number.
	pid, err := strconv.Atoi(line(0))
	if err != nil {
		pid = 0
	}
	return lockFile{path: path, there: true, pid: max(pid, -pid), folder: line(1), memory: line(6)}, nil
}

// held says whether the file belongs to a server that lives: the process of that id
// is a PostgreSQL that works in the folder, or others go on with what it shared with
// them in memory.
func (l lockFile) held() bool {
	return l.pid > 0 && worksIn(l.pid, l.folder) || memoryInUse(l.memory)
}

// clear removes a lock file that belongs to no living server. One that does stays, and
// PostgreSQL says so when it is started.
func (l lockFile) clear() error {
	if !l.there || l.held() {
		return nil
	}
	if err := os.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove PostgreSQL's stale lock file: %w", err)
	}
	return nil
}

func sameFolder(one, other string) bool {
	a, err := os.Stat(one)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) // it was moved
	}
	b, err := os.Stat(other)
	return err == nil && os.SameFile(a, b)
}

// alive says whether there is a process of that id, as PostgreSQL asks.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
