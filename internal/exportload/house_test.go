package exportload_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
	"guishu/internal/exportload"
	"guishu/internal/pgtest"

	"github.com/jackc/pgx/v5"
)

// firm is the demo's bank and wealth firm with everything that has happened in it,
// in files and as its tables show it.
type firm struct {
	folder       string // its files, and the KEK
	events, keys string // paths
	lines        []byte // of events, without the header and the closing line
	tables       map[string]string
	registry     []string
	count        int64
}

// theFirm is made once for all tests: telling its story takes seconds.
var theFirm struct {
	once sync.Once
	firm *firm
}

func tell(t *testing.T) *firm {
	t.Helper()
	theFirm.once.Do(func() {
		folder, err := os.MkdirTemp("", "guishu-moving-")
		if err != nil {
			t.Fatal(err)
		}
		f := &firm{folder: folder, events: filepath.Join(folder, "ledger.ndjson"), keys: filepath.Join(folder, "keys.ndjson")}
		c := apptest.Config(pgtest.URL(t), folder)
		c.LedgerID = demo.LedgerID
		a := apptest.Open(t, c)
		stop := apptest.Run(t, a)
		if _, err := demo.Prepare(t.Context(), a, nil); err != nil {
			t.Fatal(err)
		}
		stop()
		summary, err := exportload.Export(t.Context(), a, f.events, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := exportload.ExportKeys(t.Context(), a, f.keys); err != nil {
			t.Fatal(err)
		}
		f.count, f.lines, f.tables, f.registry = summary.Events, eventLines(t, f.events), tables(t, a), registry(t, a)
		theFirm.firm = f
	})
	if theFirm.firm == nil {
		t.Fatal("the firm could not be made")
	}
	return theFirm.firm
}

// eventLines are a file's lines but for the first and the last one.
func eventLines(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, last := bytes.IndexByte(text, '\n')+1, bytes.LastIndexByte(text[:len(text)-1], '\n')+1
	return text[first:last]
}

// tables is what every read model shows, by view.
func tables(t testing.TB, a *app.App) map[string]string {
	t.Helper()
	ctx := t.Context()
	rows, _ := a.Pool.Query(ctx, "SELECT table_name::text FROM information_schema.views WHERE table_schema = 'read'")
	views, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	for _, view := range views {
		name := pgx.Identifier{"read", view}.Sanitize()
		rows, _ := a.Pool.Query(ctx, "SELECT v::text FROM "+name+" v")
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(lines)
		content[view] = strings.Join(lines, "\n")
	}
	return content
}

// registry is what is unique, and whose.
func registry(t testing.TB, a *app.App) []string {
	t.Helper()
	rows, _ := a.Pool.Query(t.Context(), "SELECT kind || ' ' || encode(key, 'hex') || ' ' || holder FROM registry.reservation WHERE confirmed")
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

// arrived fails unless everything is there: events, registry, and after running the
// product the tables; and running it adds nothing to the ledger.
func (f *firm) arrived(t *testing.T, a *app.App) {
	t.Helper()
	stop := apptest.Run(t, a)
	if err := demo.Settle(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	stop()
	again := filepath.Join(t.TempDir(), "again.ndjson")
	if _, err := exportload.Export(t.Context(), a, again, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(eventLines(t, again), f.lines) {
		t.Error("the ledger's events are not those that left")
	}
	if keys := registry(t, a); !slices.Equal(keys, f.registry) {
		t.Errorf("the registry has %d keys, had %d", len(keys), len(f.registry))
	}
	f.sameTables(t, a)
	var parked int
	if err := a.Pool.QueryRow(t.Context(), "SELECT count(*) FROM reaction.parked").Scan(&parked); err != nil || parked > 0 {
		t.Errorf("%d events were parked, %v", parked, err)
	}
}

func (f *firm) sameTables(t *testing.T, a *app.App) {
	t.Helper()
	shown := tables(t, a)
	if len(shown) != len(f.tables) || len(shown) < 14 {
		t.Errorf("%d tables, want %d", len(shown), len(f.tables))
	}
	for name, want := range f.tables {
		if shown[name] != want {
			t.Errorf("%s shows something else: %s", name, firstDifference(shown[name], want))
		}
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%q, want %q", a[i], b[i])
		}
	}
	return fmt.Sprintf("%d rows, want %d", len(a), len(b))
}

// copyOf is a changed copy of a file.
func copyOf(t testing.TB, path string, change func([]byte) []byte) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := exportload.WriteFile(to, func(w io.Writer) error { _, err := w.Write(change(text)); return err }); err != nil {
		t.Fatal(err)
	}
	return to
}
