package privatepg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"syscall"
	"time"
)

// evict clears the way for a start: a PostgreSQL that a killed Guishu left behind
// is shut down, processes that outlived a killed PostgreSQL are ended, and lock
// files that name nobody's process any more are removed, also the one beside the
// socket, in the folder socket unless that is empty. The caller holds the data
// folder's lock, so whatever runs there is nobody's.
func evict(ctx context.Context, files, socket string, log *slog.Logger) error {
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
			return clearLocks(ctx, files, socket)
		}
		// The first process tells the others. Without it they would only cancel
		// their statement on SIGINT and go on: those get the next signal at once.
		lock, err := folderLock(files)
		if err != nil {
			return err
		}
		first := lock.pid
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
		if err := awaitEnd(ctx, step.patient, func() (bool, error) {
			found, err := residents(files)
			return len(found) == 0, err
		}); err != nil {
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
	return clearLocks(ctx, files, socket)
}

// awaitEnd waits until nobody is left, or the time is over.
func awaitEnd(ctx context.Context, patient time.Duration, empty func() (bool, error)) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	over := time.After(patient)
	for {
		if gone, err := empty(); err != nil || gone {
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

// orphans is how long processes of a killed PostgreSQL that cannot be seen are given to
// notice that they are alone, which takes them seconds.
const orphans = 30 * time.Second

// clearLocks removes what a killed PostgreSQL has left, where nobody can be seen to
// work in the folder any more.
func clearLocks(ctx context.Context, files, socket string) error {
	var lock lockFile
	err := awaitEnd(ctx, orphans, func() (_ bool, err error) {
		lock, err = folderLock(files)
		return !lock.held(), err
	})
	if err != nil {
		return err
	}
	if err := lock.clear(); err != nil || socket == "" {
		return err
	}
	beside, err := socketLock(socket)
	return errors.Join(err, beside.clear())
}
