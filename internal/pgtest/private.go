package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"guishu/internal/privatepg"
)

// private is a cluster of this process's own.
type private struct {
	*privatepg.Cluster
	will io.Closer // the executor acts when this is closed, also by the garbage collector
}

// end stops the cluster and has its folder removed.
func (p *private) end() error { return errors.Join(p.Stop(), p.will.Close()) }

// startPrivate starts a cluster in a temporary folder, which is removed after the
// end of this process.
func startPrivate(durable bool) (*private, error) {
	ctx := context.Background()
	programs, err := privatepg.FindOrInstall(ctx, os.Getenv("GUISHU_POSTGRES_BIN"), nil)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(temporary(), "guishu-pgtest-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o711); err != nil {
		return nil, err
	}
	will, err := leaveWill(folder)
	if err != nil {
		return nil, err
	}
	options := privatepg.Options{DataDir: filepath.Join(folder, "data"), BinDir: programs.Folder, Disposable: !durable}
	if !durable {
		// Copying a cluster made earlier is much faster than making one. Where that
		// does not work, Start makes one.
		copyModel(ctx, programs, options.DataDir)
	}
	started, err := privatepg.Start(ctx, options)
	if err != nil {
		return nil, errors.Join(err, will.Close())
	}
	own := &private{Cluster: started, will: will}
	if _, err := io.WriteString(will, started.Socket()); err != nil {
		return nil, errors.Join(err, own.end())
	}
	return own, nil
}

// temporary is a folder for temporary files that the account PostgreSQL runs as
// can enter.
func temporary() string {
	folder := os.TempDir()
	if info, err := os.Stat(folder); err != nil || info.Mode()&0o001 == 0 {
		return "/tmp"
	}
	return folder
}

// executor is what runs after the end of this process: standing apart from it, it
// reads from a pipe that ends when the process does, makes sure that PostgreSQL is
// gone and removes its folders.
const executor = `
trap '' INT TERM HUP
socket=$(cat)
lock=$1/data/postgres/postmaster.pid
tries=0
while pid=$(sed -n 1p "$lock" 2>/dev/null) && [ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
rm -rf "$1"
case $socket in */guishu-*) rm -rf "$socket" ;; esac
`

// leaveWill starts the executor for a folder. What is returned must stay open as
// long as this process lives.
func leaveWill(folder string) (io.WriteCloser, error) {
	command := exec.Command("/bin/sh", "-c", executor, "sh", folder)
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	will, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the program that cleans up: %w", err)
	}
	return will, nil
}

// copyModel copies a cluster made once for this user and these programs into the
// data folder.
func copyModel(ctx context.Context, programs privatepg.Programs, data string) error {
	sum := sha256.Sum256([]byte(programs.Folder + " " + programs.Version + " 1"))
	home := filepath.Join(temporary(), "guishu-pgtest-models-"+strconv.Itoa(os.Getuid()))
	if err := os.Mkdir(home, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(home)
	if err != nil {
		return err
	}
	if !info.IsDir() || int(info.Sys().(*syscall.Stat_t).Uid) != os.Getuid() || info.Mode()&0o022 != 0 {
		return fmt.Errorf("%s is not this user's own", home)
	}
	lock, err := os.OpenFile(filepath.Join(home, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	model := filepath.Join(home, hex.EncodeToString(sum[:6]))
	if err := privatepg.Prepare(ctx, privatepg.Options{DataDir: model, BinDir: programs.Folder, Disposable: true}); err != nil {
		return err
	}
	if err := os.Mkdir(data, 0o711); err != nil {
		return err
	}
	half := filepath.Join(data, "copy")
	if output, err := exec.CommandContext(ctx, "cp", "-a", filepath.Join(model, "postgres"), half).CombinedOutput(); err != nil {
		os.RemoveAll(half)
		return fmt.Errorf("copy a cluster: %w: %s", err, output)
	}
	return os.Rename(half, filepath.Join(data, "postgres"))
}
