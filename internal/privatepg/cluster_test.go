package privatepg_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
	"guishu/internal/waiting"
)

func TestMain(m *testing.M) {
	if role := os.Getenv("GUISHU_CLUSTER_TEST_ROLE"); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

func TestTheClusterIsDurablePrivateAndSpeaksUTF8(t *testing.T) {
	t.Parallel()
	c := start(t, privatepg.Options{DataDir: dataFolder(t)})
	conn := connect(t, c.URL("postgres"))
	for name, want := range map[string]string{
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "unix_socket_permissions": "0700", "wal_compression": "pglz",
		"max_connections": "200", "TimeZone": "UTC",
	} {
		var is string
		if err := conn.QueryRow(t.Context(), `SELECT current_setting($1)`, name).Scan(&is); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if is != want && !(name == "wal_compression" && is != "off") {
			t.Errorf("%s is %q, want %q", name, is, want)
		}
	}
	var rules int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_hba_file_rules WHERE type <> 'local' OR auth_method <> 'peer'`).Scan(&rules); err != nil {
		t.Fatal(err)
	}
	if rules != 0 {
		t.Errorf("%d rules let somebody in otherwise than over the socket as themselves", rules)
	}
	var first string
	if err := conn.QueryRow(t.Context(), `SELECT x FROM (VALUES ('中'), ('a'), ('B')) AS v (x) ORDER BY x LIMIT 1`).Scan(&first); err != nil {
		t.Fatal(err)
	}
	if first != "B" {
		t.Errorf("text is not compared by its bytes: %q comes first", first)
	}
}

// Only the user Guishu runs as gets in; the socket's folder is closed to others.
func TestAnotherUserCannotReachTheCluster(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can try as another user")
	}
	c := start(t, privatepg.Options{DataDir: dataFolder(t)})
	knock := asOther(t, "connect", c.URL("postgres"))
	output, err := knock.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "permission denied") {
		t.Fatalf("another user was not kept out: %v: %s", err, output)
	}
	// Even with the folder open the kernel tells PostgreSQL who is calling.
	if err := errors.Join(os.Chmod(c.Socket(), 0o755), os.Chmod(filepath.Join(c.Socket(), ".s.PGSQL.5432"), 0o777)); err != nil {
		t.Fatal(err)
	}
	output, err = asOther(t, "connect", c.URL("postgres")).CombinedOutput()
	if err == nil || !strings.Contains(strings.ToLower(string(output)), "peer authentication failed") {
		t.Fatalf("another user was let in: %v: %s", err, output)
	}
}

func TestWhatWasWrittenIsThereAfterStopAndStart(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	c := start(t, options)
	write(t, c.URL("postgres"))
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.Socket()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket's folder is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(options.DataDir, "postgres", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("PostgreSQL was not shut down: %v", err)
	}
	if err := c.Stop(); err != nil {
		t.Errorf("stopping again: %v", err)
	}
	read(t, start(t, options).URL("postgres"))
}

// root's PostgreSQL runs as another user; an ordinary user runs it itself.
func TestAnOrdinaryUserNeedsNoRoot(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("this user is an ordinary one: the other tests show it")
	}
	folder := pgtest.Folder(t)
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	output, err := asOther(t, "start-write-stop", filepath.Join(folder, "data")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}

func TestAPathWithSpacesQuotesAndChineseAndALongOne(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"odd":  "数据 归属's \"账本\"",
		"long": strings.Repeat(strings.Repeat("x", 100)+"/", 5) + "end",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := privatepg.Options{DataDir: filepath.Join(dataFolder(t), path)}
			c := start(t, options)
			write(t, c.URL("postgres"))
			if err := c.Stop(); err != nil {
				t.Fatal(err)
			}
			read(t, start(t, options).URL("postgres"))
		})
	}
}

func TestAPathTooLongForPostgresIsRefused(t *testing.T) {
	t.Parallel()
	_, err := privatepg.Start(t.Context(), privatepg.Options{DataDir: filepath.Join(dataFolder(t), strings.Repeat(strings.Repeat("x", 100)+"/", 10))})
	if err == nil || !strings.Contains(err.Error(), "bytes long") {
		t.Fatalf("got %v", err)
	}
}

func TestASecondStartOnTheFolderIsRefused(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	c := start(t, options)
	_, err := privatepg.Start(t.Context(), options)
	if !errors.Is(err, privatepg.ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
	if !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("the error does not say which process holds the folder: %v", err)
	}
	write(t, c.URL("postgres")) // the first one goes on
}

func TestAHalfMadeClusterIsMadeAnew(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	half := filepath.Join(options.DataDir, "postgres.incomplete-1234")
	if err := errors.Join(os.MkdirAll(filepath.Join(half, "base"), 0o711), os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	write(t, start(t, options).URL("postgres"))
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half-made cluster is still there: %v", err)
	}
}

// PostgreSQL's account owns its files; as root Guishu must not be led by a link in
// there to overwrite something of root's.
func TestALinkInPostgresFolderIsNotFollowed(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	if err := privatepg.Prepare(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	precious := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(precious, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"guishu.conf.next", "guishu.conf", "pg_hba.conf.next"} {
		if err := os.Symlink(precious, filepath.Join(options.DataDir, "postgres", name)); err != nil {
			t.Fatal(err)
		}
	}
	start(t, options)
	if text, err := os.ReadFile(precious); err != nil || string(text) != "keep" {
		t.Errorf("it was overwritten: %q, %v", text, err)
	}
}

func TestAFolderWithSomethingElseInItIsLeftAlone(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	mine := filepath.Join(options.DataDir, "postgres", "mine.txt")
	if err := errors.Join(os.MkdirAll(filepath.Dir(mine), 0o755), os.WriteFile(mine, []byte("keep"), 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err := privatepg.Start(t.Context(), options)
	if err == nil || !strings.Contains(err.Error(), "neither empty nor a PostgreSQL cluster") {
		t.Fatalf("got %v", err)
	}
	if text, err := os.ReadFile(mine); err != nil || string(text) != "keep" {
		t.Errorf("it was touched: %q, %v", text, err)
	}
}

func TestFilesOfAnotherVersionAreRefusedInOneLine(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	if err := privatepg.Prepare(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(options.DataDir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := privatepg.Start(t.Context(), options)
	var version privatepg.VersionError
	if !errors.As(err, &version) || version.Files != 9 {
		t.Fatalf("got %v, want a VersionError", err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %q", err)
	}
}

// A reboot gives the process id in a lock file left behind to another process of
// the same user; PostgreSQL alone would refuse to start.
func TestALockFileThatNamesAnotherProcessIsStale(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	if err := privatepg.Prepare(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	files := filepath.Join(options.DataDir, "postgres")
	bystander := exec.Command("sleep", "600")
	bystander.Dir = "/"
	info, err := os.Stat(files)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	if os.Getuid() == 0 {
		bystander.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bystander.Process.Kill(); bystander.Wait() })
	lock := filepath.Join(files, "postmaster.pid")
	text := fmt.Sprintf("%d\n%s\n1700000000\n5432\n/tmp\n\n  5432001         0\nready   \n", bystander.Process.Pid, files)
	if err := errors.Join(os.WriteFile(lock, []byte(text), 0o600), os.Chown(lock, int(owner.Uid), int(owner.Gid))); err != nil {
		t.Fatal(err)
	}
	// The check for the test itself: alone, PostgreSQL refuses.
	programs, err := privatepg.FindPrograms("")
	if err != nil {
		t.Fatal(err)
	}
	alone := exec.Command(filepath.Join(programs.Folder, "postgres"), "-D", files, "-c", "listen_addresses=", "-c", "unix_socket_directories=")
	alone.SysProcAttr, alone.Dir = bystander.SysProcAttr, "/"
	if output, err := alone.CombinedOutput(); err == nil || !strings.Contains(string(output), "already exists") {
		t.Fatalf("PostgreSQL does not mind the lock file, so the test shows nothing: %v: %s", err, output)
	}
	write(t, start(t, options).URL("postgres"))
	if err := bystander.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the other process was ended: %v", err)
	}
}

func TestAKilledPostgresIsStartedAgainAndPoolsGoOn(t *testing.T) {
	t.Parallel()
	c := start(t, privatepg.Options{DataDir: dataFolder(t)})
	write(t, c.URL("postgres"))
	pool, err := pgxpool.New(t.Context(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for range 2 {
		before := c.Process()
		if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		waiting.Until(t, "PostgreSQL to answer again", func() bool {
			now := c.Process()
			return now != 0 && now != before && pool.Ping(t.Context()) == nil
		})
		read(t, c.URL("postgres"))
	}
}

// Guishu killed: PostgreSQL shuts down by itself, and the next start waits for
// that and finds everything that was acknowledged.
func TestAKilledParentLeavesNothingRunningAndLosesNothing(t *testing.T) {
	t.Parallel()
	folder := dataFolder(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "GUISHU_CLUSTER_TEST_ROLE=start-write-wait", "GUISHU_CLUSTER_TEST_ARGUMENT="+folder)
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	parent.Stderr = os.Stderr
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var postgres int
	if _, err := fmt.Fscan(stdout, &postgres); err != nil {
		t.Fatalf("the parent did not say which process PostgreSQL is: %v", err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait() // killed, as intended

	read(t, start(t, privatepg.Options{DataDir: folder}).URL("postgres"))
	// Where nobody buries the dead, one that has ended is still listed, without a program.
	if program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", postgres)); err == nil {
		t.Errorf("the killed parent's PostgreSQL still runs: %s", program)
	}
}

// Where the kernel does not end PostgreSQL with its parent, the next start does.
func TestAPostgresLeftRunningIsStoppedFirst(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	if err := privatepg.Prepare(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	files := filepath.Join(options.DataDir, "postgres")
	programs, err := privatepg.FindPrograms("")
	if err != nil {
		t.Fatal(err)
	}
	socket := pgtest.Folder(t)
	left := exec.Command(filepath.Join(programs.Folder, "postgres"), "-D", files, "-c", "listen_addresses=", "-c", "unix_socket_directories="+socket)
	left.Dir = "/"
	if os.Getuid() == 0 {
		info, err := os.Stat(files)
		if err != nil {
			t.Fatal(err)
		}
		owner := info.Sys().(*syscall.Stat_t)
		left.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
		if err := os.Chown(socket, int(owner.Uid), int(owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- left.Wait() }()
	waiting.Until(t, "the other PostgreSQL to run", func() bool {
		text, err := os.ReadFile(filepath.Join(files, "postmaster.pid"))
		return err == nil && strings.Contains(string(text), "ready")
	})
	write(t, start(t, options).URL("postgres"))
	if err := <-ended; err != nil {
		t.Errorf("it was not shut down cleanly: %v", err)
	}
}

func TestAClosedParentFolderIsExplained(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("an ordinary user's PostgreSQL can enter what the user can")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := privatepg.Start(t.Context(), privatepg.Options{DataDir: filepath.Join(closed, "data")})
	if err == nil || !strings.Contains(err.Error(), "cannot enter the folder "+closed) {
		t.Fatalf("got %v", err)
	}
}

// What a statement's error tells the client stays out of the log: it may hold
// personal data.
func TestTheLogHoldsNoValues(t *testing.T) {
	t.Parallel()
	options := privatepg.Options{DataDir: dataFolder(t)}
	c := start(t, options)
	conn := connect(t, c.URL("postgres"))
	if _, err := conn.Exec(t.Context(), `CREATE TABLE person (phone text PRIMARY KEY); INSERT INTO person VALUES ('13800000000')`); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{`INSERT INTO person VALUES ('13800000000')`, `SELECT '13800000000x'::int`} {
		if _, err := conn.Exec(t.Context(), statement); err == nil {
			t.Fatalf("%s succeeded", statement)
		}
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(options.DataDir, "postgres.log"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "13800000000") {
		t.Errorf("the log holds a value:\n%s", text)
	}
	if !strings.Contains(string(text), "database system is shut down") {
		t.Errorf("the log does not tell what happened to the server:\n%s", text)
	}
}

func TestTheDatabaseThatWasNamedIsUsedAsItIs(t *testing.T) {
	t.Parallel()
	url, stop, err := privatepg.Open(t.Context(), privatepg.Settings{DatabaseURL: "postgres://elsewhere/ledger"})
	if err != nil || url != "postgres://elsewhere/ledger" {
		t.Fatalf("got %q, %v", url, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestOpenMakesTheDatabaseOnce(t *testing.T) {
	t.Parallel()
	settings := privatepg.Settings{Options: privatepg.Options{DataDir: dataFolder(t)}, Database: "ledger \"一\""}
	for round := range 2 {
		url, stop, err := privatepg.Open(t.Context(), settings)
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			write(t, url)
		}
		read(t, url)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFolderWithoutProgramsIsNamed(t *testing.T) {
	t.Parallel()
	_, err := privatepg.Start(t.Context(), privatepg.Options{DataDir: dataFolder(t), BinDir: "/nowhere/bin"})
	if !errors.Is(err, privatepg.ErrNoPrograms) || !strings.Contains(err.Error(), "/nowhere/bin") {
		t.Fatalf("got %v", err)
	}
}

func dataFolder(t *testing.T) string {
	t.Helper()
	return filepath.Join(pgtest.Folder(t), "data")
}

func start(t *testing.T, options privatepg.Options) *privatepg.Cluster {
	t.Helper()
	c, err := privatepg.Start(t.Context(), options)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return c
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func write(t *testing.T, url string) {
	t.Helper()
	if err := writeFact(t.Context(), url); err != nil {
		t.Fatal(err)
	}
}

func writeFact(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `CREATE SCHEMA kept; CREATE TABLE kept.fact (name text); INSERT INTO kept.fact VALUES ('归属')`)
	return err
}

func read(t *testing.T, url string) {
	t.Helper()
	var name string
	if err := connect(t, url).QueryRow(t.Context(), `SELECT name FROM kept.fact`).Scan(&name); err != nil || name != "归属" {
		t.Fatalf("what was written is not there: %q, %v", name, err)
	}
}
