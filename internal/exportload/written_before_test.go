package exportload_test

import (
	"bytes"
	"compress/gzip"
	plain "encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
	"guishu/internal/exportload"
	"guishu/internal/pgtest"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/jackc/pgx/v5"
)

// writtenBefore is a ledger as version 664ef50 wrote it (see its README).
const writtenBefore = "testdata/written-by-664ef50"

// A ledger of an earlier version is read as that version read it: events, read
// models, unique keys and decisions are the same to the byte, and a command that is
// given again is recognised as the one that it repeats.
func TestALedgerOfAnEarlierVersionIsReadAsBefore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kek, err := os.ReadFile(filepath.Join(writtenBefore, "kek"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "kek"), kek, 0o600); err != nil {
		t.Fatal(err)
	}
	events, keys := filepath.Join(folder, "ledger.ndjson"), filepath.Join(folder, "keys.ndjson")
	for path, name := range map[string]string{events: "ledger.ndjson.gz", keys: "keys.ndjson.gz"} {
		if err := os.WriteFile(path, unzipped(t, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := apptest.Config(pgtest.URL(t), folder)
	if _, err := (exportload.Load{Config: c, File: events, Keys: keys}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := apptest.Open(t, c)
	stop := apptest.Run(t, a)
	if err := demo.Settle(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	stop()

	again := filepath.Join(folder, "again.ndjson")
	if _, err := exportload.Export(t.Context(), a, again, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(eventLines(t, again), eventLines(t, events)) {
		t.Error("the events are not those of the earlier version: something was written, or reads otherwise")
	}
	var unique []string
	unpacked(t, "unique-keys.json.gz", &unique)
	if now := registry(t, a); !slices.Equal(now, unique) {
		t.Errorf("%d unique keys, had %d", len(now), len(unique))
	}
	sameRows(t, a)
	sameDecisions(t, a)
	sameAnswers(t, a)
}

func unzipped(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.Open(filepath.Join(writtenBefore, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func unpacked(t *testing.T, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(unzipped(t, name), into); err != nil {
		t.Fatal(err)
	}
}

// sameRows compares each row of each read model that the earlier version had, in
// the columns that it had.
func sameRows(t *testing.T, a *app.App) {
	t.Helper()
	var before map[string][]map[string]jsontext.Value
	unpacked(t, "read-models.json.gz", &before)
	if len(before) < 14 {
		t.Errorf("only %d tables were kept", len(before))
	}
	for table, want := range before {
		if len(want) == 0 {
			t.Errorf("%s: no rows were kept", table)
			continue
		}
		columns := make([]string, 0, len(want[0]))
		for column := range want[0] {
			columns = append(columns, column)
		}
		now := rowsOf(t, a, table, columns)
		for _, difference := range differences(now, want) {
			t.Errorf("%s: %s", table, difference)
		}
		// The check itself: a value that changed, and a row that is gone, are seen.
		want[0]["invented"] = jsontext.Value(`1`)
		if len(differences(now, want)) == 0 || len(differences(now[1:], want)) == 0 {
			t.Errorf("%s: a difference was not seen", table)
		}
	}
}

// differences are how rows differ from what they were.
func differences(now, before []map[string]jsontext.Value) (all []string) {
	if len(now) != len(before) {
		return []string{fmt.Sprintf("%d rows, were %d", len(now), len(before))}
	}
	for i, row := range before {
		for column, was := range row {
			if !bytes.Equal(now[i][column], was) {
				all = append(all, fmt.Sprintf("row %d: %s is %s, was %s", i, column, now[i][column], was))
			}
		}
	}
	return all
}

// sameDecisions decides anew about each payment.
func sameDecisions(t *testing.T, a *app.App) {
	t.Helper()
	var before map[uuid.UUID]jsontext.Value
	unpacked(t, "decisions.json.gz", &before)
	if len(before) < 80 {
		t.Errorf("only %d decisions were kept", len(before))
	}
	for payment, want := range before {
		decided, err := commands.Attribute(t.Context(), a.Ledger, domain.PaymentID(payment))
		if err != nil {
			t.Errorf("%s: %v", payment, err)
			continue
		}
		written, err := plain.Marshal(decided)
		if err != nil {
			t.Fatal(err)
		}
		if now, was := canonical(t, written), canonical(t, want); now != was {
			t.Errorf("%s is decided as\n%s, was\n%s", payment, now, was)
		}
	}
}

// given is a command that the earlier version was given, and what it answered.
type given struct {
	Verb        string         `json:"verb"`
	Actor       domain.StaffID `json:"actor"`
	ByTheLedger bool           `json:"by_the_ledger"`
	Key         string         `json:"key"`
	EffectiveAt time.Time      `json:"effective_at"`
	Batch       domain.BatchID `json:"batch"`
	Correlation uuid.UUID      `json:"correlation"`
	Causation   uuid.UUID      `json:"causation"`
	Body        jsontext.Value `json:"body"`
	Answer      ledger.Answer  `json:"answer"`
}

// sameAnswers gives every command again: it is recognised by its name and its body,
// and answered as it was.
func sameAnswers(t *testing.T, a *app.App) {
	t.Helper()
	last, err := a.Store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verbs := map[string]reflect.Type{}
	for _, body := range slices.Concat(commands.All(), commands.OfTheLedger()) {
		verbs[body.Verb().Name] = reflect.TypeOf(body)
	}
	seen := map[string]int{}
	for line := range bytes.Lines(unzipped(t, "commands.ndjson.gz")) {
		var g given
		if err := json.Unmarshal(line, &g); err != nil {
			t.Fatal(err)
		}
		seen[g.Verb]++
		call := ledger.Call{Actor: g.Actor, Key: g.Key, Correlation: g.Correlation, Causation: g.Causation}
		if g.ByTheLedger {
			call = ledger.ByTheLedger(g.Key, g.Correlation, g.Causation)
		}
		call.EffectiveAt, call.Batch = g.EffectiveAt, g.Batch
		answer, err := giveAgain(t, a.Ledger, call, g.body(t, verbs[g.Verb]))
		who, failed := a.Ledger.Principal(t.Context(), g.Actor)
		if failed != nil {
			t.Fatal(failed)
		}
		if !g.ByTheLedger && who.Unit.IsZero() { // has left
			if !errors.Is(err, staff.ErrAccountDisabled) {
				t.Errorf("%s %s by somebody who left: %v", g.Verb, g.Key, err)
			}
			continue
		}
		want := g.Answer
		want.Repeated = true
		if answer != want {
			t.Errorf("%s %s is answered with %+v (%v), was with %+v", g.Verb, g.Key, answer, err, want)
		}
	}
	if len(seen) < 45 {
		t.Errorf("only %d verbs were given again", len(seen))
	}
	if now, err := a.Store.LastPosition(t.Context()); now != last || err != nil {
		t.Errorf("%d events were written (%v)", now-last, err)
	}
}

// body is the command as a value.
func (g given) body(t *testing.T, of reflect.Type) ledger.Body {
	t.Helper()
	if of == nil {
		t.Fatalf("there is no verb %s", g.Verb)
	}
	body := reflect.New(of)
	into := body.Interface()
	if first, is := into.(*commands.AppointFirstAdministrator); is {
		into = &first.Staff // its body is the id alone
	}
	if err := json.Unmarshal(g.Body, into); err != nil {
		t.Fatalf("%s %s: %v", g.Verb, g.Key, err)
	}
	return body.Elem().Interface().(ledger.Body)
}

// giveAgain gives a command, whatever it answers.
func giveAgain(t *testing.T, l *ledger.Ledger, call ledger.Call, body ledger.Body) (ledger.Answer, error) {
	t.Helper()
	switch c := body.(type) {
	case ledger.Command:
		return l.Do(t.Context(), call, c)
	case ledger.Telling[commands.Claimable]:
		found, err := ledger.Ask(t.Context(), l, call, c)
		return found.Answer, err
	case ledger.Telling[commands.Revealed]:
		shown, err := ledger.Ask(t.Context(), l, call, c)
		return shown.Answer, err
	}
	t.Fatalf("%T answers with something else", body)
	return ledger.Answer{}, nil
}

// rowsOf is a read model's table, in the order in which rows were kept.
func rowsOf(t *testing.T, a *app.App, table string, columns []string) []map[string]jsontext.Value {
	t.Helper()
	for i, column := range columns {
		columns[i] = pgx.Identifier{column}.Sanitize()
	}
	sql := "SELECT to_jsonb(v)::text FROM (SELECT " + strings.Join(columns, ", ") + " FROM " + pgx.Identifier{"read", table}.Sanitize() +
		`) v ORDER BY to_jsonb(v)::text COLLATE "C"`
	answer, err := a.Pool.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(answer, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	rows := make([]map[string]jsontext.Value, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// canonical is a JSON value in its one form.
func canonical(t *testing.T, value jsontext.Value) string {
	t.Helper()
	value = value.Clone()
	if err := value.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return string(value)
}
