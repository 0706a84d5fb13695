package exportload_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"guishu/commands/ledger"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
	"guishu/internal/esdbtest"
	"guishu/internal/exportload"
	"guishu/internal/pgtest"

	"github.com/jackc/pgx/v5"
)

// The environment by which a test process is told to load and nothing else, up to a
// step at which it waits to be killed.
const (
	loaderURL  = "GUISHU_MOVING_LOADER_URL"
	loaderFirm = "GUISHU_MOVING_LOADER_FOLDER"
	loaderStep = "GUISHU_MOVING_LOADER_STEP"
	loaderESDB = "GUISHU_MOVING_LOADER_ESDB"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(loaderURL); url != "" {
		if err := loadAndStop(url, os.Getenv(loaderFirm), os.Getenv(loaderStep)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if theFirm.firm != nil {
		_ = os.RemoveAll(theFirm.firm.folder)
	}
	os.Exit(code)
}

// loadAndStop loads up to a step, says that it is there, and stays there.
func loadAndStop(url, folder, step string) error {
	c := apptest.Config(url, folder)
	c.EventStoreDB = os.Getenv(loaderESDB)
	l := exportload.Load{
		Config: c, File: folder + "/ledger.ndjson", Keys: folder + "/keys.ndjson",
		Progress: func(stage exportload.Stage, done, _ int64) {
			if fmt.Sprint(stage, " ", done) == step {
				fmt.Println(step)
				select {}
			}
		},
	}
	_, err := l.Run(context.Background())
	return err
}

// killedAt loads in a process of its own and kills it at a step.
func (f *firm) killedAt(t *testing.T, url, step string, more ...string) {
	t.Helper()
	loader := exec.CommandContext(t.Context(), os.Args[0])
	loader.Env = append(os.Environ(), loaderURL+"="+url, loaderFirm+"="+f.folder, loaderStep+"="+step)
	loader.Env = append(loader.Env, more...)
	var complaint strings.Builder
	loader.Stderr = &complaint
	out, err := loader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := loader.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	reached := lines.Scan() && lines.Text() == step
	if err := loader.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = loader.Wait() // it was killed
	if !reached {
		t.Fatalf("the loader ended before step %q: %s", step, complaint.String())
	}
}

// A load that is killed anywhere leaves nothing, or something that nobody takes for
// a ledger; running it again finishes it.
func TestALoadThatIsKilledIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	f := tell(t)
	for _, step := range []struct {
		at   string
		left error // what opening says afterwards
	}{
		{at: "check 700"},
		{at: "load 1"},
		{at: "load 1300"},
		{at: fmt.Sprint("load ", f.count)},
		{at: "registry 0", left: ledger.ErrLoadUnfinished},
	} {
		t.Run(step.at, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			for range 2 {
				f.killedAt(t, url, step.at)
				if strings.HasPrefix(step.at, "check") {
					isUntouched(t, url)
					continue
				}
				f.isLeft(t, url, step.left)
			}
			if _, err := f.load(t, url); err != nil {
				t.Fatal(err)
			}
			f.arrived(t, apptest.Open(t, apptest.Config(url, f.folder)))
		})
	}
}

// Into an EventStoreDB a load goes event by event: what a killed one has left there
// is gone on with, and opened by nobody before.
func TestALoadIntoEventStoreDBThatIsKilledIsGoneOnWith(t *testing.T) {
	t.Parallel()
	f := tell(t)
	beside, address := pgtest.URL(t), esdbtest.New(t)
	c := apptest.Config(beside, f.folder)
	c.EventStoreDB = address
	for _, step := range []string{"load 500", "load 1500", fmt.Sprint("load ", f.count), "registry 0"} {
		f.killedAt(t, beside, step, loaderESDB+"="+address)
		if a, err := app.Open(t.Context(), c); !errors.Is(err, ledger.ErrLoadUnfinished) {
			t.Errorf("opened after %q: %v", step, err)
			if err == nil {
				_ = a.Close()
			}
		}
	}
	report, err := f.load(t, beside, func(l *exportload.Load) { l.Config = c })
	if err != nil || report.Written != 0 || report.Events != f.count {
		t.Fatalf("%+v, %v", report, err)
	}
	f.arrived(t, apptest.Open(t, c))
}

// isLeft fails unless opening the database gives the error or, without one, an
// empty ledger.
func (f *firm) isLeft(t *testing.T, url string, want error) {
	t.Helper()
	c := apptest.Config(url, f.folder)
	c.LedgerID = demo.LedgerID
	a, err := app.Open(t.Context(), c)
	if !errors.Is(err, want) {
		t.Errorf("opening it: %v, want %v", err, want)
	}
	if err != nil {
		return
	}
	if last, err := a.Store.LastPosition(t.Context()); err != nil || last != 0 {
		t.Errorf("the ledger stands at %d, %v", last, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// isUntouched fails unless nothing was made in the database.
func isUntouched(t *testing.T, url string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.Background())
	var tables int
	err = connection.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'").Scan(&tables)
	if err != nil || tables > 0 {
		t.Errorf("%d tables were made, %v", tables, err)
	}
}
