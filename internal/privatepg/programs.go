package privatepg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the oldest PostgreSQL that Guishu runs on.
const oldestMajor = 13

// Programs is an installation of PostgreSQL's server programs.
type Programs struct {
	Folder  string // holds initdb and postgres
	Version string // such as "15.18"
	Major   int    // such as 15
}

// usualFolders are where systems put PostgreSQL's programs when they are not on
// the PATH, as Debian and the project's own packages for Red Hat do.
var usualFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/lib/postgresql*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/usr/local/pgsql/bin",
	"/opt/postgresql/*/bin",
}

// FindPrograms looks for PostgreSQL's programs: in the given folder only when one
// is named, else on the PATH and then in the usual install folders, newest first.
// It fails with [ErrNoPrograms].
func FindPrograms(folder string) (Programs, error) {
	found, err := allPrograms(folder)
	if err != nil {
		return Programs{}, err
	}
	return found[0], nil
}

// programsFor finds the programs for the files in a folder: those of the version
// that made them, or the first ones found where nothing was made yet.
func programsFor(folder, files string) (Programs, error) {
	found, err := allPrograms(folder)
	if err != nil {
		return Programs{}, err
	}
	major, err := versionOfFiles(files)
	if errors.Is(err, os.ErrNotExist) {
		return found[0], nil
	}
	if err != nil {
		return Programs{}, err
	}
	for _, programs := range found {
		if programs.Major == major {
			return programs, nil
		}
	}
	return Programs{}, VersionError{Files: major, Found: found[0].Major, Folder: files, Program: found[0].Folder}
}

// versionOfFiles reads which major version of PostgreSQL made a cluster.
func versionOfFiles(files string) (int, error) {
	text, err := os.ReadFile(filepath.Join(files, "PG_VERSION"))
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s holds no PostgreSQL version that Guishu knows: %q", filepath.Join(files, "PG_VERSION"), strings.TrimSpace(string(text)))
	}
	return major, nil
}

func allPrograms(folder string) ([]Programs, error) {
	if folder != "" {
		programs, err := programsIn(folder)
		if err != nil {
			return nil, fmt.Errorf("%w in the folder that was named: %w", ErrNoPrograms, err)
		}
		return []Programs{programs}, nil
	}
	var found []Programs
	var tooOld error
	seen := map[string]bool{}
	add := func(folder string) []Programs {
		folder, err := filepath.EvalSymlinks(folder)
		if err != nil || seen[folder] {
			return nil
		}
		seen[folder] = true
		programs, err := programsIn(folder)
		if err != nil {
			if !errors.Is(err, os.ErrNotExist) {
				tooOld = err
			}
			return nil
		}
		return []Programs{programs}
	}
	if postgres, err := exec.LookPath("postgres"); err == nil {
		// Links on the PATH lead to the folder where initdb is, too.
		if real, err := filepath.EvalSymlinks(postgres); err == nil {
			found = append(found, add(filepath.Dir(real))...)
		}
	}
	var usual []Programs
	for _, pattern := range usualFolders {
		folders, _ := filepath.Glob(pattern) // the patterns are constant and well formed
		for _, folder := range folders {
			usual = append(usual, add(folder)...)
		}
	}
	slices.SortStableFunc(usual, func(a, b Programs) int { return b.Major - a.Major })
	found = append(found, usual...)
	if len(found) == 0 && tooOld != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPrograms, tooOld)
	}
	if len(found) == 0 {
		return nil, ErrNoPrograms
	}
	return found, nil
}

// versionPattern finds the version in what `postgres --version` prints, also for
// a beta ("19beta1").
var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^\s]*)`)

// programsIn checks that a folder holds what a cluster needs, in a version that
// Guishu runs on.
func programsIn(folder string) (Programs, error) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return Programs{}, err
		}
	}
	output, err := exec.Command(filepath.Join(folder, "postgres"), "--version").Output()
	if err != nil {
		return Programs{}, fmt.Errorf("%s does not tell its version: %w", filepath.Join(folder, "postgres"), err)
	}
	match := versionPattern.FindStringSubmatch(string(output))
	if match == nil {
		return Programs{}, fmt.Errorf("%s does not tell its version: %q", filepath.Join(folder, "postgres"), output)
	}
	major, err := strconv.Atoi(match[2])
	if err != nil {
		return Programs{}, err
	}
	if major < oldestMajor {
		return Programs{}, &unfitError{folder: folder, version: match[1]}
	}
	return Programs{Folder: folder, Version: match[1], Major: major}, nil
}

// unfitError says that the programs in a folder are too old.
type unfitError struct{ folder, version string }

func (e *unfitError) Error() string {
	return fmt.Sprintf("%s is PostgreSQL %s, and Guishu needs %d or newer", e.folder, e.version, oldestMajor)
}

func (p Programs) path(name string) string { return filepath.Join(p.Folder, name) }
