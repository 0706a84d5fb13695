package privatepg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// longestPath is what PostgreSQL can take for its data folder (MAXPGPATH, less
// room for a random number and the files in it).
const longestPath = 1024 - 96

// dataFolder is Guishu's data folder, locked for this process.
//
//	guishu.lock            held while a Guishu runs on the folder
//	postgres/              PostgreSQL's files; there only when complete
//	postgres.incomplete-…/ being made, or left by a crash while being made
//	postgres.log           what PostgreSQL had to say; postgres.log.1 before that
type dataFolder struct {
	path string
	lock *os.File
}

func (f dataFolder) files() string { return filepath.Join(f.path, "postgres") }

// incomplete begins the name of a folder in which a cluster is made. Each attempt
// has a folder of its own, so that one that a killed Guishu left running cannot
// write into the next.
func (f dataFolder) incomplete() string { return filepath.Join(f.path, "postgres.incomplete-") }

// openDataFolder makes the folder when it is missing and takes its lock.
func openDataFolder(path string) (dataFolder, error) {
	if path == "" {
		return dataFolder{}, errors.New("no data folder was named")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return dataFolder{}, err
	}
	if strings.ContainsAny(path, "\n\r") {
		return dataFolder{}, fmt.Errorf("the data folder %q has a line break in its name, which PostgreSQL cannot take", path)
	}
	f := dataFolder{path: path}
	if len(f.incomplete()) > longestPath {
		return dataFolder{}, fmt.Errorf("the data folder's path is %d bytes long, and PostgreSQL takes at most %d", len(path), longestPath-len("/postgres.incomplete-"))
	}
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // PostgreSQL, which runs as another account, must get through
	}
	if err := os.MkdirAll(path, mode); err != nil {
		return dataFolder{}, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, "guishu.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return dataFolder{}, fmt.Errorf("open the data folder: %w", err)
	}
	// The kernel frees the lock when the process ends, however it ends.
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder := make([]byte, 20)
		n, _ := lock.ReadAt(holder, 0) // only to be helpful
		lock.Close()
		return dataFolder{}, fmt.Errorf("%w %s (process %s): stop it first, or name another folder", ErrInUse, path, strings.TrimSpace(string(holder[:n])))
	}
	if err != nil {
		lock.Close()
		return dataFolder{}, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := errors.Join(lock.Truncate(0), writeAtStart(lock, fmt.Sprintln(os.Getpid()))); err != nil {
		lock.Close()
		return dataFolder{}, fmt.Errorf("write to the data folder: %w", err)
	}
	f.lock = lock
	return f, nil
}

func writeAtStart(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// giveTo checks that the account can get at the folder, and gives it the files
// when they came to belong to root (as after a restored backup).
func (f dataFolder) giveTo(account account) error {
	if !account.other {
		if info, err := os.Stat(f.files()); err == nil && owner(info) != account.uid {
			return fmt.Errorf("the cluster in %s belongs to another user (id %d): run guishu as that user or as root, or name another data folder", f.files(), owner(info))
		}
		return nil
	}
	for folder := f.path; ; folder = filepath.Dir(folder) {
		info, err := os.Stat(folder)
		if err != nil {
			return fmt.Errorf("open the data folder: %w", err)
		}
		if !enterable(info, account) {
			return fmt.Errorf("the account %s, which PostgreSQL runs as, cannot enter the folder %s: name another data folder, such as /var/lib/guishu, or let it enter", account.name, folder)
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	info, err := os.Stat(f.files())
	if err != nil || owner(info) == account.uid {
		return nil
	}
	return filepath.WalkDir(f.files(), func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, account.own(path))
	})
}

// enterable tells whether an account without other groups may pass through a folder.
func enterable(info os.FileInfo, account account) bool {
	stat := info.Sys().(*syscall.Stat_t)
	switch {
	case int(stat.Uid) == account.uid:
		return info.Mode()&0o100 != 0
	case int(stat.Gid) == account.gid:
		return info.Mode()&0o010 != 0
	default:
		return info.Mode()&0o001 != 0
	}
}

// initialise makes the cluster where there is none. It is made beside its place
// and moved there when complete, so what a crash leaves half-made is never taken
// for a cluster.
func (f dataFolder) initialise(ctx context.Context, programs Programs, account account, disposable bool, log *slog.Logger) error {
	if _, err := versionOfFiles(f.files()); err == nil {
		return nil
	}
	if entries, err := os.ReadDir(f.files()); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is neither empty nor a PostgreSQL cluster: move it away, or name another data folder", f.files())
	}
	if err := f.removeIncomplete(); err != nil {
		return err
	}
	log.Info("making a private PostgreSQL cluster", "folder", f.files(), "version", programs.Version)
	made, err := f.initdb(ctx, programs, account, disposable, "C.UTF-8")
	if err != nil && strings.Contains(err.Error(), "locale") {
		made, err = f.initdb(ctx, programs, account, disposable, "C")
	}
	if err != nil {
		return errors.Join(err, f.removeIncomplete())
	}
	if err := includeSettings(made, account); err != nil {
		return err
	}
	if err := os.Rename(made, f.files()); err != nil {
		return fmt.Errorf("put the cluster in place: %w", err)
	}
	if disposable {
		return nil
	}
	return syncFolder(f.path)
}

// removeIncomplete removes what attempts that came to nothing have left.
func (f dataFolder) removeIncomplete() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return fmt.Errorf("read the data folder: %w", err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), filepath.Base(f.incomplete())) {
			if err := os.RemoveAll(filepath.Join(f.path, entry.Name())); err != nil {
				return fmt.Errorf("remove a half-made cluster: %w", err)
			}
		}
	}
	return nil
}

// initdb runs PostgreSQL's program of that name and returns the folder it made. Text
// compares by its bytes (C), which is the same everywhere and fast; the character
// type knows letters beyond ASCII where the system has it.
func (f dataFolder) initdb(ctx context.Context, programs Programs, account account, disposable bool, characters string) (string, error) {
	made, err := os.MkdirTemp(f.path, filepath.Base(f.incomplete()))
	if err != nil {
		return "", fmt.Errorf("make the cluster's folder: %w", err)
	}
	if err := account.own(made); err != nil {
		return "", fmt.Errorf("give the cluster's folder to %s: %w", account.name, err)
	}
	arguments := []string{
		"--pgdata=" + made, "--username=" + Role, "--encoding=UTF8", "--locale=C", "--lc-ctype=" + characters,
		"--auth-local=peer", "--auth-host=reject", "--data-checksums",
	}
	if disposable {
		arguments = append(arguments, "--no-sync", "--wal-segsize=1")
	}
	command := exec.CommandContext(ctx, programs.path("initdb"), arguments...)
	command.SysProcAttr = account.attributes()
	dieWithParent(command.SysProcAttr, syscall.SIGKILL)
	runtime.LockOSThread() // see execute
	defer runtime.UnlockOSThread()
	command.Dir = "/" // the caller's folder may be closed to the account
	command.Env = environment()
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("make a PostgreSQL cluster in %s: %w: %s", f.path, err, lastLines(output.String(), 5))
	}
	return made, nil
}

// environment is what PostgreSQL's programs see: nothing of the caller's PG…
// variables, and the same language and time zone everywhere.
func environment() []string {
	environment := []string{"LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH", "TMPDIR"} {
		if value, there := os.LookupEnv(name); there {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// lastLines shortens a program's output to its end, in one line.
func lastLines(text string, count int) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(0, len(lines)-count):], " | ")
}
