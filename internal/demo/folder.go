package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"guishu/internal/privatepg"
)

// ErrForeign says that a folder or database holds something that is not a demo.
var ErrForeign = errors.New("这里不是演示账本,演示不会碰它 / this is not a demo ledger, and the demo leaves it alone")

// markFile is the file by which a demo knows a folder that it made.
const markFile = "guishu-demo"

const markText = "本目录是 guishu demo 的演示数据,可用 guishu demo --fresh 清空重来。\n" +
	"This folder holds the data of guishu demo; guishu demo --fresh deletes it and starts anew.\n"

// ClaimFolder makes the demo's data folder and marks it, or finds the mark in it.
// ErrForeign when it holds anything else.
func ClaimFolder(path string) error {
	marked, err := isMarked(path)
	if err != nil || marked {
		return err
	}
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		mode := os.FileMode(0o700)
		if os.Geteuid() == 0 {
			mode = 0o711 // PostgreSQL, which runs as another account, must get through
		}
		if err := os.MkdirAll(path, mode); err != nil {
			return fmt.Errorf("make the demo's folder: %w", err)
		}
	case err != nil:
		return fmt.Errorf("read the demo's folder: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("%s: %w", path, ErrForeign)
	}
	if err := os.WriteFile(filepath.Join(path, markFile), []byte(markText), 0o644); err != nil {
		return fmt.Errorf("mark the demo's folder: %w", err)
	}
	return nil
}

func isMarked(path string) (bool, error) {
	_, err := os.Lstat(filepath.Join(path, markFile))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// EmptyFolder deletes what a demo made in its folder: the database and its key.
// It deletes nothing in a folder without the mark, and nothing else in one with
// it. A folder that is not there is empty.
func EmptyFolder(ctx context.Context, path string, log *slog.Logger) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := ClaimFolder(path); err != nil {
		return err
	}
	if err := privatepg.Remove(ctx, path, log); err != nil {
		return err
	}
	err := os.Remove(filepath.Join(path, "kek"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
