package privatepg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// MissingError says that PostgreSQL is not on this machine and what installs it
// here. It is an [ErrNoPrograms].
type MissingError struct {
	Hint  string // a command, or what to do
	Err   error  // why Guishu did not install it itself; nil when it may not
	Unfit error  // what was found and does not do, such as a version too old; nil for nothing
}

// Error is one line, for the one who starts Guishu.
func (e *MissingError) Error() string {
	line := "no PostgreSQL found: " + e.Hint + ", or set DATABASE_URL"
	if e.Unfit != nil {
		line = "no PostgreSQL found that does (" + e.Unfit.Error() + "): " + e.Hint + ", or set DATABASE_URL"
	}
	if e.Err != nil {
		line += " (installing it failed: " + e.Err.Error() + ")"
	}
	return line
}

// Is makes a MissingError an [ErrNoPrograms].
func (e *MissingError) Is(target error) bool { return target == ErrNoPrograms }

// Unwrap is why installing failed.
func (e *MissingError) Unwrap() error { return e.Err }

// packageManager is how one family of systems installs PostgreSQL.
type packageManager struct {
	program string
	install []string // arguments that install it without asking
	refresh []string // arguments that bring the lists of packages up to date; may be empty
	hint    string
}

// aptWait lets apt-get wait for another one instead of failing.
const aptWait = "DPkg::Lock::Timeout=300"

var packageManagers = []packageManager{
	{"apt-get", []string{"-o", aptWait, "install", "-y", "--no-install-recommends", "postgresql"}, []string{"-o", aptWait, "update"}, "apt-get install postgresql"},
	{"dnf", []string{"install", "-y", "postgresql-server"}, nil, "dnf install postgresql-server"},
	{"yum", []string{"install", "-y", "postgresql-server"}, nil, "yum install postgresql-server"},
	{"apk", []string{"add", "--no-cache", "postgresql"}, nil, "apk add postgresql"},
	{"pacman", []string{"-S", "--noconfirm", "--needed", "postgresql"}, []string{"-Sy", "--noconfirm"}, "pacman -S postgresql"},
	{"zypper", []string{"--non-interactive", "install", "postgresql-server"}, []string{"--non-interactive", "refresh"}, "zypper install postgresql-server"},
	{"brew", nil, nil, "brew install postgresql@17"},
}

// Install puts PostgreSQL's programs on the machine through its package manager,
// when the caller is root and there is one; several processes may call it at once.
// No system-wide cluster is made. When it cannot, it fails with a [MissingError]
// that says what the user can do.
func Install(ctx context.Context, log *slog.Logger) error {
	return installer{
		root: os.Geteuid() == 0,
		find: func() error { _, err := FindPrograms(""); return err },
		look: exec.LookPath,
		run:  runQuietly,
		etc:  "/etc",
		lock: filepath.Join(lockFolder(), "guishu-install.lock"),
		log:  log,
	}.install(ctx)
}

// FindOrInstall looks for PostgreSQL's programs as [FindPrograms] does, and
// installs them when none are found and no folder was named.
func FindOrInstall(ctx context.Context, folder string, log *slog.Logger) (Programs, error) {
	programs, err := FindPrograms(folder)
	if err == nil || folder != "" {
		return programs, err
	}
	if failure := Install(ctx, log); failure != nil {
		return Programs{}, missingBeside(failure, err)
	}
	return FindPrograms("")
}

// missingBeside is why PostgreSQL is not there, with what was found instead.
func missingBeside(failure, found error) error {
	var missing *MissingError
	var old *unfitError
	if errors.As(failure, &missing) && missing.Err == nil && errors.As(found, &old) {
		missing.Hint, missing.Unfit = "install version "+strconv.Itoa(oldestMajor)+" or newer", old
	}
	return failure
}

// findOrHint looks for PostgreSQL's programs and says how to get them.
func findOrHint(ctx context.Context, folder string, _ *slog.Logger) (Programs, error) {
	programs, err := FindPrograms(folder)
	if err == nil || folder != "" {
		return programs, err
	}
	return Programs{}, missingBeside(installer{look: exec.LookPath}.install(ctx), err)
}

// installer is what Install needs of the machine.
type installer struct {
	root bool
	find func() error                         // nil when the programs are there
	look func(program string) (string, error) // where a program is
	run  func(ctx context.Context, program string, arguments ...string) error
	etc  string
	lock string
	log  *slog.Logger
}

func (i installer) install(ctx context.Context) error {
	manager, found := i.manager()
	if !found {
		return &MissingError{Hint: "install its server programs (version 13 or newer) and put them on the PATH"}
	}
	if !i.root || manager.install == nil {
		hint := manager.hint
		if manager.install != nil {
			hint = "sudo " + hint
		}
		return &MissingError{Hint: "install it with `" + hint + "`"}
	}
	unlock, err := i.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if i.find() == nil {
		return nil // another process was faster
	}
	if i.log != nil {
		i.log.Info("installing PostgreSQL's programs", "with", manager.program)
	}
	if err := i.with(ctx, manager); err != nil {
		return &MissingError{Hint: "install it with `" + manager.hint + "`", Err: err}
	}
	if err := i.find(); err != nil {
		return &MissingError{Hint: "install its server programs (version 13 or newer)", Err: err}
	}
	return nil
}

func (i installer) manager() (packageManager, bool) {
	for _, manager := range packageManagers {
		if _, err := i.look(manager.program); err == nil {
			return manager, true
		}
	}
	return packageManager{}, false
}

// with installs; a first failure may be for want of fresh lists of packages.
func (i installer) with(ctx context.Context, manager packageManager) error {
	if manager.program == "apt-get" {
		restore, err := i.withoutSystemCluster()
		if err != nil {
			return err
		}
		defer restore()
	}
	err := i.run(ctx, manager.program, manager.install...)
	if err == nil || manager.refresh == nil {
		return err
	}
	if err := i.run(ctx, manager.program, manager.refresh...); err != nil {
		return err
	}
	return i.run(ctx, manager.program, manager.install...)
}

// withoutSystemCluster keeps Debian's packages from making and starting a cluster
// of their own while ours are installed. An administrator who installs another
// version later gets what Debian does by default.
func (i installer) withoutSystemCluster() (restore func(), err error) {
	folder := filepath.Join(i.etc, "postgresql-common", "createcluster.d")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "guishu-install.conf")
	if err := os.WriteFile(file, []byte("create_main_cluster = false\n"), 0o644); err != nil {
		return nil, err
	}
	return func() { os.Remove(file) }, nil
}

// lockFolder is one that only root can write to, where the system has it.
func lockFolder() string {
	for _, folder := range []string{"/run", "/var/run"} {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			return folder
		}
	}
	return os.TempDir()
}

// alone waits until no other process installs.
func (i installer) alone(ctx context.Context) (unlock func(), err error) {
	// In a folder anybody can write to, a link laid there must not be followed.
	lock, err := os.OpenFile(i.lock, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the installation of PostgreSQL: %w", err)
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { lock.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			lock.Close()
			return nil, fmt.Errorf("lock the installation of PostgreSQL: %w", err)
		}
		select {
		case <-ctx.Done():
			lock.Close()
			return nil, fmt.Errorf("wait for another installation of PostgreSQL: %w", ctx.Err())
		case <-ticker.C:
		}
	}
}

// runQuietly runs a program without input; what it said is in the error.
func runQuietly(ctx context.Context, program string, arguments ...string) error {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, strings.Join(arguments, " "), err, lastLines(string(output), 3))
	}
	return nil
}
