package privatepg

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// machine is an invented one, with the package managers named.
func machine(t *testing.T, managers ...string) *installer {
	t.Helper()
	return &installer{
		root: true,
		find: func() error { return ErrNoPrograms },
		look: func(program string) (string, error) {
			if slices.Contains(managers, program) {
				return "/usr/bin/" + program, nil
			}
			return "", exec.ErrNotFound
		},
		run:  func(context.Context, string, ...string) error { t.Error("something was run"); return nil },
		etc:  t.TempDir(),
		lock: filepath.Join(t.TempDir(), "lock"),
		log:  slog.New(slog.DiscardHandler),
	}
}

func TestWhoMayNotInstallIsToldHowInOneLine(t *testing.T) {
	t.Parallel()
	for manager, want := range map[string]string{
		"apt-get": "sudo apt-get install postgresql", "dnf": "sudo dnf install postgresql-server",
		"apk": "sudo apk add postgresql", "pacman": "sudo pacman -S postgresql", "brew": "`brew install", "none": "server programs",
	} {
		m := machine(t, manager)
		m.root = false
		err := m.install(t.Context())
		var missing *MissingError
		if !errors.As(err, &missing) || !errors.Is(err, ErrNoPrograms) {
			t.Fatalf("%s: got %v, want a MissingError", manager, err)
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %q", manager, err)
		}
	}
}

// Whoever has a version that is too old is told so: the package of that name is
// there already.
func TestWhoHasAVersionTooOldIsToldWhichOne(t *testing.T) {
	t.Parallel()
	m := machine(t, "apt-get")
	m.root = false
	folder := installation(t, "12.3")
	_, found := FindPrograms(folder)
	err := missingBeside(m.install(t.Context()), found)
	if !errors.Is(err, ErrNoPrograms) || !strings.Contains(err.Error(), folder+" is PostgreSQL 12.3") || !strings.Contains(err.Error(), "version 13 or newer") {
		t.Errorf("the error is %v", err)
	}
	if err := missingBeside(m.install(t.Context()), ErrNoPrograms); strings.Contains(err.Error(), "that does") {
		t.Errorf("with nothing found the error is %v", err)
	}
}

func TestRootInstallsWithFreshListsWhenTheOldOnesDoNotDo(t *testing.T) {
	t.Parallel()
	m := machine(t, "apt-get")
	here := ErrNoPrograms
	m.find = func() error { return here }
	var ran []string
	quiet := filepath.Join(m.etc, "postgresql-common", "createcluster.d", "guishu-install.conf")
	m.run = func(_ context.Context, program string, arguments ...string) error {
		if text, err := os.ReadFile(quiet); err != nil || string(text) != "create_main_cluster = false\n" {
			t.Errorf("Debian would make a cluster of its own: %q, %v", text, err)
		}
		ran = append(ran, program+" "+strings.Join(arguments, " "))
		switch len(ran) {
		case 1:
			return errors.New("unable to locate package")
		case 3:
			here = nil
		}
		return nil
	}
	if err := m.install(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends postgresql",
		"apt-get -o DPkg::Lock::Timeout=300 update",
		"apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends postgresql",
	}
	if !slices.Equal(ran, want) {
		t.Errorf("ran %q, want %q", ran, want)
	}
	if _, err := os.Stat(quiet); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the setting for the installation was left behind: %v", err)
	}
}

func TestAnInstallationThatFailsSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	m := machine(t, "dnf")
	broken := errors.New("no route to the mirror")
	m.run = func(context.Context, string, ...string) error { return broken }
	err := m.install(t.Context())
	if !errors.Is(err, broken) || !errors.Is(err, ErrNoPrograms) || !strings.Contains(err.Error(), "dnf install postgresql-server") {
		t.Fatalf("got %v", err)
	}
}

func TestAnInstallationByAnotherProcessIsEnough(t *testing.T) {
	t.Parallel()
	m := machine(t, "apt-get")
	m.find = func() error { return nil } // found, once the lock is ours
	if err := m.install(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWaitingForAnotherInstallationEndsWithTheContext(t *testing.T) {
	t.Parallel()
	m := machine(t, "apt-get")
	unlock, err := m.alone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.install(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}
