package privatepg_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"guishu/internal/privatepg"
	"guishu/internal/waiting"
)

// L-03: killed together, program and PostgreSQL leave their lock files; each next start
// is enough by itself.
func TestOneStartIsEnoughAfterProgramAndPostgresDiedTogether(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	c := start(t, options)
	write(t, c.URL("postgres"))
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		program := exec.Command(os.Args[0])
		program.Env = append(os.Environ(), "GUISHU_CLUSTER_TEST_ROLE=start-wait", "GUISHU_CLUSTER_TEST_ARGUMENT="+options.DataDir)
		program.Stderr = os.Stderr
		stdout, err := program.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		var postgres int
		if _, err := fmt.Fscan(stdout, &postgres); err != nil {
			t.Fatalf("the start after %d deaths failed: %v", round, err)
		}
		// Stopped, the program cannot start another PostgreSQL before it is killed too.
		for _, kill := range []struct {
			pid    int
			signal syscall.Signal
		}{{program.Process.Pid, syscall.SIGSTOP}, {postgres, syscall.SIGKILL}, {program.Process.Pid, syscall.SIGKILL}} {
			if err := syscall.Kill(kill.pid, kill.signal); err != nil {
				t.Fatal(err)
			}
		}
		program.Wait() // killed, as intended
	}
	read(t, start(t, options).URL("postgres"))
}

// left is a data folder as it is after a kill, with lock files of a test's making.
type left struct {
	options       privatepg.Options
	files, socket string
	owner         *syscall.Stat_t
}

func newLeft(t *testing.T) left {
	t.Helper()
	l := left{options: privatepg.Options{DataDir: dataFolder(t), Disposable: true}}
	c := start(t, l.options)
	l.files, l.socket = filepath.Join(l.options.DataDir, "postgres"), c.Socket()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(l.files)
	if err != nil {
		t.Fatal(err)
	}
	l.owner = info.Sys().(*syscall.Stat_t)
	if err := os.Mkdir(l.socket, 0o700); err != nil {
		t.Fatal(err)
	}
	l.own(t, l.socket)
	return l
}

func (l left) own(t *testing.T, path string) {
	t.Helper()
	if err := os.Chown(path, int(l.owner.Uid), int(l.owner.Gid)); err != nil {
		t.Fatal(err)
	}
}

// locks writes both lock files.
func (l left) locks(t *testing.T, inFolder, besideSocket string) {
	t.Helper()
	for path, text := range map[string]string{filepath.Join(l.files, "postmaster.pid"): inFolder, l.socketLock(): besideSocket} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l.own(t, path)
	}
}

func (l left) socketLock() string { return filepath.Join(l.socket, ".s.PGSQL.5432.lock") }

// command is a program that runs as PostgreSQL does.
func (l left) command(t *testing.T, folder string, line ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(line[0], line[1:]...)
	command.Dir = folder
	if os.Getuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: l.owner.Uid, Gid: l.owner.Gid}}
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	return command
}

// L-03: whatever lock files say of processes that are no server of this folder, one
// start is enough, and those processes go on.
func TestLockFilesThatNameNoServerOfTheFolderAreStale(t *testing.T) {
	t.Parallel()
	named := func(pid int, folder string) string {
		return fmt.Sprintf("%d\n%s\n1700000000\n5432\n/tmp\n\n  5432001         0\nready   \n", pid, folder)
	}
	for name, locks := range map[string]func(*testing.T, left) (inFolder, besideSocket string, after func()){
		"another program has the id": func(t *testing.T, l left) (string, string, func()) {
			pid := l.command(t, "/", "sleep", "600").Process.Pid
			return named(pid, l.files), named(pid, l.files), nil
		},
		"another program in the folder has the id": func(t *testing.T, l left) (string, string, func()) {
			pid := l.command(t, l.files, "sleep", "600").Process.Pid
			return named(pid, l.files), named(pid, l.files), nil
		},
		"nobody buried the server": func(t *testing.T, l left) (string, string, func()) {
			pid := l.command(t, "/", "true").Process.Pid
			waiting.Until(t, "the process to end", func() bool {
				text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
				return err == nil && strings.Contains(string(text), ") Z ")
			})
			return named(pid, l.files), named(pid, l.files), nil
		},
		"a server of another folder has the id": func(t *testing.T, l left) (string, string, func()) {
			other := start(t, privatepg.Options{DataDir: dataFolder(t), Disposable: true})
			return named(other.Process(), l.files), named(other.Process(), l.files), func() { write(t, other.URL("postgres")) }
		},
		"a copy from under a running server": func(t *testing.T, l left) (string, string, func()) {
			options := privatepg.Options{DataDir: dataFolder(t), Disposable: true}
			other := start(t, options)
			text, err := os.ReadFile(filepath.Join(options.DataDir, "postgres", "postmaster.pid"))
			if err != nil {
				t.Fatal(err)
			}
			return string(text), "", func() { write(t, other.URL("postgres")) }
		},
		"empty":  func(*testing.T, left) (string, string, func()) { return "", "", nil },
		"spoilt": func(*testing.T, left) (string, string, func()) { return "\x00\x00\x00\x00", "\x00\x00\x00\x00", nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLeft(t)
			inFolder, besideSocket, after := locks(t, l)
			l.locks(t, inFolder, besideSocket)
			write(t, start(t, l.options).URL("postgres"))
			if after != nil {
				after() // the other server goes on
			}
		})
	}
}

// A second start leaves the lock files of the one that lives as they are.
func TestARefusedStartTouchesNoLockFile(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t), Disposable: true}
	c := start(t, options)
	paths := []string{filepath.Join(options.DataDir, "postgres", "postmaster.pid"), filepath.Join(c.Socket(), ".s.PGSQL.5432.lock")}
	look := func() (texts []string) {
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		return texts
	}
	before := look()
	if _, err := privatepg.Start(t.Context(), options); err == nil {
		t.Fatal("a second start succeeded")
	}
	if after := look(); strings.Join(after, "") != strings.Join(before, "") {
		t.Errorf("the lock files were %q and are %q", before, after)
	}
	write(t, c.URL("postgres"))
}

// A server that lives and has its socket where this one is to have it keeps it.
func TestTheSocketOfAServerThatLivesIsLeftAlone(t *testing.T) {
	t.Parallel()
	l := newLeft(t)
	options := privatepg.Options{DataDir: dataFolder(t), Disposable: true}
	other := start(t, options)
	lock := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n", other.Process(), filepath.Join(options.DataDir, "postgres"), l.socket)
	if err := os.WriteFile(l.socketLock(), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	l.own(t, l.socketLock())
	_, err := privatepg.Start(t.Context(), l.options)
	if err == nil || !strings.Contains(err.Error(), "lock file") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(l.socketLock()); err != nil || string(text) != lock {
		t.Errorf("its lock file is %q, %v", text, err)
	}
	write(t, other.URL("postgres"))
	if err := os.RemoveAll(l.socket); err != nil {
		t.Fatal(err)
	}
}
