package privatepg

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// installation makes a folder with programs that say they are of a version.
func installation(t *testing.T, version string) string {
	t.Helper()
	folder := t.TempDir()
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestTheVersionOfProgramsIsRead(t *testing.T) {
	t.Parallel()
	for version, major := range map[string]int{"15.18 (Debian 15.18-0+deb12u1)": 15, "13.0": 13, "19beta1": 19} {
		programs, err := FindPrograms(installation(t, version))
		if err != nil || programs.Major != major {
			t.Errorf("%s: got %+v, %v", version, programs, err)
		}
	}
}

func TestProgramsThatAreTooOldOrIncompleteAreRefused(t *testing.T) {
	t.Parallel()
	incomplete := installation(t, "16.1")
	if err := os.Remove(filepath.Join(incomplete, "initdb")); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{installation(t, "12.3"): "needs 13 or newer", incomplete: "initdb", installation(t, "?"): "does not tell its version"} {
		_, err := FindPrograms(folder)
		if !errors.Is(err, ErrNoPrograms) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// The PATH comes first, and a link on it leads to the folder that has initdb.
func TestALinkOnThePathLeadsToThePrograms(t *testing.T) {
	real, links := installation(t, "14.9"), t.TempDir()
	if err := os.Symlink(filepath.Join(real, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", links+":"+os.Getenv("PATH"))
	programs, err := FindPrograms("")
	if err != nil || programs.Folder != real {
		t.Fatalf("got %+v, %v", programs, err)
	}
}
