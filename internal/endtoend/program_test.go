package endtoend

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
	"guishu/internal/waiting"

	"github.com/jackc/pgx/v5/pgxpool"
)

// built is the program, made once for all tests of this package.
var built = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "guishu-whole-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "guishu")
	if err := os.Chmod(folder, 0o755); err != nil {
		return "", err
	}
	output, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "guishu/cmd/guishu").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, output)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	flag.Parse()
	// These tests wait for programs more than they work: as many again may wait beside.
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = parallel.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0))) // a number
	}
	code := m.Run()
	if path, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

func binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// output is what a program printed. Somebody may wait for a pattern in it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newOutput() *output { return &output{changed: make(chan struct{}, 1)} }

// Write keeps the text.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
	return o.text.Write(b)
}

// String is all of it.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// installation is a data folder, or a database, that guishu runs on, one run
// after the other.
type installation struct {
	t      testing.TB
	folder string
	// database is a PostgreSQL to use instead of the folder's own.
	database string
	// behind is the database behind the EventStoreDB that keeps the events, nil where
	// the program's own database does.
	behind *pgxpool.Pool
	// server is that EventStoreDB.
	server *esdbtest.Server
	// more are further environment variables.
	more []string
	// account is who runs the program, where the tests' own user does not.
	account *syscall.Credential
}

// install is a machine on which nobody has set anything up.
func install(t testing.TB) *installation {
	t.Helper()
	return &installation{t: t, folder: pgtest.Folder(t)}
}

// installOnEventStoreDB is a machine whose ledger is in an EventStoreDB: the gateway
// over a PostgreSQL of its own, with gaps between the positions.
func installOnEventStoreDB(t testing.TB) *installation {
	t.Helper()
	i := install(t)
	i.behind = pgtest.New(t)
	store, err := postgres.Open(within(t), i.behind, postgres.Options{AllowUnsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	i.server = esdbtest.Serve(t, storetest.Sparse(store))
	i.more = append(i.more, "GUISHU_STORE="+i.server.Address())
	return i
}

// onEachStore runs a test on an installation of each kind.
func onEachStore(t *testing.T, test func(t *testing.T, i *installation)) {
	t.Parallel()
	for name, install := range map[string]func(testing.TB) *installation{"PostgreSQL": install, "EventStoreDB": installOnEventStoreDB} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, install(t))
		})
	}
}

// environment is this process's without what would name another database, folder
// or address.
func (i *installation) environment() []string {
	var kept []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "GUISHU_") && !strings.HasPrefix(pair, "DATABASE_URL=") && !strings.HasPrefix(pair, "PG") {
			kept = append(kept, pair)
		}
	}
	if binaries := os.Getenv("GUISHU_POSTGRES_BIN"); binaries != "" {
		kept = append(kept, "GUISHU_POSTGRES_BIN="+binaries)
	}
	if i.database != "" {
		kept = append(kept, "DATABASE_URL="+i.database)
	}
	return append(kept, i.more...)
}

func (i *installation) command(subcommand string, arguments ...string) *exec.Cmd {
	words := append(strings.Fields(subcommand), "--data", i.folder)
	command := exec.Command(binary(i.t), append(words, arguments...)...)
	command.Env = i.environment()
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Credential: i.account}
	return command
}

// run runs a subcommand to its end and gives what it printed and its exit code.
func (i *installation) run(subcommand string, arguments ...string) (string, int) {
	i.t.Helper()
	printed, err := i.command(subcommand, arguments...).CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		i.t.Fatalf("run guishu %s: %v", subcommand, err)
	}
	if failed != nil {
		return string(printed), failed.ExitCode()
	}
	return string(printed), 0
}

// program is one run of `guishu serve`.
type program struct {
	*installation
	process *os.Process
	printed *output // standard output
	log     *output // standard error
	address string
	http    *http.Client
	ended   chan struct{}
	state   *os.ProcessState // read after ended
}

var serving = regexp.MustCompile(`"msg":"serving","address":"([^"]+)"`)

// start starts the program and waits until it is ready. It ends with the test.
func (i *installation) start(arguments ...string) *program {
	i.t.Helper()
	p := i.launch(arguments...)
	p.awaitReady()
	return p
}

func (i *installation) launch(arguments ...string) *program {
	i.t.Helper()
	p := &program{installation: i, printed: newOutput(), log: newOutput(), ended: make(chan struct{})}
	command := i.command("serve", append([]string{"--listen", "127.0.0.1:0", "--log-format", "json"}, arguments...)...)
	command.Stdout, command.Stderr = p.printed, p.log
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
	p.http = &http.Client{
		Timeout:   waiting.Patience,
		Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512},
	}
	started := make(chan error, 1)
	go func() {
		// The child is told of the end of the thread that started it, which therefore
		// must last as long as the child. It is not unlocked: it ends with this.
		runtime.LockOSThread()
		err := command.Start()
		started <- err
		if err != nil {
			return
		}
		_ = command.Wait() // how it ended is in the state
		p.state = command.ProcessState
		close(p.ended)
	}()
	if err := <-started; err != nil {
		i.t.Fatalf("start guishu: %v", err)
	}
	p.process = command.Process
	i.t.Cleanup(func() {
		p.kill()
		p.http.CloseIdleConnections()
		i.awaitPostgreSQLGone()
		if i.t.Failed() {
			i.t.Logf("the program's last words:\n%s", lastLines(p.log.String(), 25))
		}
	})
	return p
}

// awaitPostgreSQLGone waits until nobody writes into the folder any more:
// PostgreSQL shuts down when the program that started it has ended.
func (i *installation) awaitPostgreSQLGone() {
	i.t.Helper()
	waiting.Until(i.t, "PostgreSQL to shut down", func() bool {
		_, err := os.Stat(filepath.Join(i.folder, "postgres", "postmaster.pid"))
		return errors.Is(err, os.ErrNotExist)
	})
}

// lastLines are the last lines that are not about single requests that went well.
func lastLines(text string, count int) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, `"msg":"request"`) || strings.Contains(line, `"status":5`) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept[max(0, len(kept)-count):], "")
}

// awaitReady waits for the address and then for /readyz.
func (p *program) awaitReady() {
	p.t.Helper()
	waiting.Progress(p.t, "the program to serve", func() (lines int, serves bool) {
		select {
		case <-p.ended:
			p.t.Fatalf("the program ended while starting: %v\n%s", p.state, p.log)
		default:
		}
		log := p.log.String()
		if found := serving.FindStringSubmatch(log); found != nil {
			p.address = found[1]
		}
		return strings.Count(log, "\n"), p.address != ""
	})
	waiting.Until(p.t, "/readyz to answer", p.ready)
}

func (p *program) ready() bool {
	answer, err := p.http.Get(p.address + "/readyz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// kill ends the program as a crash would, and waits until it is gone.
func (p *program) kill() {
	_ = p.process.Kill() // an error means that it has ended
	<-p.ended
}

// stop ends the program as an operator does, and gives its exit code.
func (p *program) stop() int {
	p.t.Helper()
	if err := p.process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("tell the program to stop: %v", err)
	}
	waiting.For(p.t, "the program to stop", p.ended)
	return p.state.ExitCode()
}

var oneTime = regexp.MustCompile(`secret +(\S+)`)

// secret is the one-time secret that the first start printed.
func (p *program) secret() string {
	p.t.Helper()
	found := oneTime.FindStringSubmatch(p.printed.String())
	if found == nil {
		p.t.Fatalf("no one-time sign-in was printed: %q", p.printed)
	}
	return found[1]
}

// url is the address of the running program's database.
func (i *installation) url() string {
	i.t.Helper()
	if i.database != "" {
		return i.database
	}
	address, err := privatepg.JoinAsOwner(i.folder, "guishu")
	if err != nil {
		i.t.Fatal(err)
	}
	return address
}

// within is for one call.
func within(t testing.TB) context.Context { return waiting.Context(t, "the answer to one call") }
