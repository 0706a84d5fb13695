package privatepg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// evict clears the way for a start: a PostgreSQL that a killed Guishu left behind
// is shut down, processes that outlived a killed PostgreSQL are ended, and a lock
// file that names nobody's process any more is removed. The caller holds the data
// folder's lock, so whatever runs there is nobody's.
func evict(ctx context.Context, files string, log *slog.Logger) error {
	steps := []struct {
		signal  syscall.Signal
		patient time.Duration
	}{{syscall.SIGINT, 90 * time.Second}, {syscall.SIGQUIT, 15 * time.Second}, {syscall.SIGKILL, 15 * time.Second}}
	for _, step := range steps {
		found, err := residents(files)
		if err != nil {
			return fmt.Errorf("look for a PostgreSQL left behind: %w", err)
		}
		if len(found) == 0 {
			return removeStaleLock(files)
		}
		// The first process tells the others. Without it they would only cancel
		// their statement on SIGINT and go on: those get the next signal at once.
		first := lockFileProcess(files)
		if slices.Contains(found, first) {
			found = []int{first}
		} else if step.signal == syscall.SIGINT {
			continue
		}
		log.Warn("a PostgreSQL was left behind and is stopped", "processes", found, "signal", step.signal.String())
		for _, pid := range found {
			if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("stop the PostgreSQL left behind (process %d): %w", pid, err)
			}
		}
		if err := awaitEmpty(ctx, files, step.patient); err != nil {
			return err
		}
	}
	found, err := residents(files)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("the PostgreSQL left behind in %s (processes %v) does not end", files, found)
	}
	return removeStaleLock(files)
}

// awaitEmpty waits until nobody works in the folder, or the time is over.
func awaitEmpty(ctx context.Context, files string, patient time.Duration) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	over := time.After(patient)
	for {
		found, err := residents(files)
		if err != nil || len(found) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the PostgreSQL left behind to end: %w", ctx.Err())
		case <-over:
			return nil
		case <-ticker.C:
		}
	}
}

// removeStaleLock removes PostgreSQL's lock file, which it leaves when it is
// killed. PostgreSQL would do so itself, unless the process id in it has been
// given to another process of the same user since: then it would refuse to start
// for ever. Nobody works in the folder: the caller made sure.
func removeStaleLock(files string) error {
	err := os.Remove(filepath.Join(files, "postmaster.pid"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove PostgreSQL's stale lock file: %w", err)
	}
	return nil
}

// lockFileProcess is the process id in PostgreSQL's lock file, 0 when there is none.
func lockFileProcess(files string) int {
	text, err := os.ReadFile(filepath.Join(files, "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0
	}
	return pid
}
