package exportload_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/product"
	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/sealing"
	"guishu/eventstore/storetest"
	"guishu/eventstore/transfer"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
	"guishu/internal/esdbtest"
	"guishu/internal/exportload"
	"guishu/internal/pgtest"

	"github.com/google/uuid"

	"github.com/jackc/pgx/v5"
)

func (f *firm) load(t testing.TB, url string, change ...func(*exportload.Load)) (exportload.Report, error) {
	t.Helper()
	l := exportload.Load{Config: apptest.Config(url, f.folder), File: f.events, Keys: f.keys}
	for _, c := range change {
		c(&l)
	}
	return l.Run(t.Context())
}

// From PostgreSQL into a file, into an EventStoreDB, into a file, and into
// PostgreSQL: every event, every key that must be unique and every table is the
// same at each stop, and nothing happens a second time.
func TestALedgerLeavesAndComesBack(t *testing.T) {
	t.Parallel()
	f := tell(t)
	beside := pgtest.URL(t)
	onESDB := apptest.Config(beside, f.folder)
	onESDB.EventStoreDB = esdbtest.New(t)
	report, err := f.load(t, beside, func(l *exportload.Load) { l.Config = onESDB })
	if err != nil || report.Written != f.count {
		t.Fatalf("into the EventStoreDB: %+v, %v", report, err)
	}
	a := apptest.Open(t, onESDB)
	f.arrived(t, a)
	path, keys := filepath.Join(t.TempDir(), "back.ndjson.gz"), filepath.Join(t.TempDir(), "keys.ndjson")
	if _, err := exportload.Export(t.Context(), a, path, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := exportload.ExportKeys(t.Context(), a, keys); err != nil {
		t.Fatal(err)
	}
	url := pgtest.URL(t)
	stages := map[exportload.Stage]int64{}
	report, err = f.load(t, url, func(l *exportload.Load) {
		l.File, l.Keys = path, keys
		l.Progress = func(stage exportload.Stage, done, _ int64) { stages[stage] = done }
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Events != f.count || report.Written != f.count || report.GivenUp != 0 || report.UniqueKeys != int64(len(f.registry)) {
		t.Errorf("%+v, want %d events and %d keys", report, f.count, len(f.registry))
	}
	if stages[exportload.Checking] != f.count || stages[exportload.Writing] != f.count || stages[exportload.Rebuilding] == 0 {
		t.Errorf("told of %v", stages)
	}
	f.arrived(t, apptest.Open(t, apptest.Config(url, f.folder)))
}

// Where positions have gaps, as a server's have, the same events are there in the
// same order, nothing happens a second time, and what comes back is what left.
func TestPositionsWithGapsAreNoHindrance(t *testing.T) {
	t.Parallel()
	f := tell(t)
	c := apptest.Config(pgtest.URL(t), f.folder)
	c.EventStoreDB = esdbtest.On(t, storetest.Sparse(memory.New()))
	if _, err := f.load(t, "", func(l *exportload.Load) { l.Config = c }); err != nil {
		t.Fatal(err)
	}
	a := apptest.Open(t, c)
	stop := apptest.Run(t, a)
	if err := demo.Settle(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	stop()
	path := filepath.Join(t.TempDir(), "sparse.ndjson")
	if _, err := exportload.Export(t.Context(), a, path, nil); err != nil {
		t.Fatal(err)
	}
	lines := eventLines(t, path)
	if bytes.Equal(lines, f.lines) {
		t.Error("the positions have no gaps: the test tests nothing")
	}
	if got, want := withoutPositions(lines), withoutPositions(f.lines); got != want {
		t.Errorf("the events differ: %s", firstDifference(got, want))
	}
	url := pgtest.URL(t)
	if _, err := f.load(t, url, func(l *exportload.Load) { l.File = path }); err != nil {
		t.Fatal(err)
	}
	f.arrived(t, apptest.Open(t, apptest.Config(url, f.folder)))
}

var (
	position = regexp.MustCompile(`(?m)^{"position":[0-9]+,`)
	checksum = regexp.MustCompile(`(?m),"crc32c":"[0-9a-f]{8}"}$`)
)

// withoutPositions is an export's lines without what depends on positions.
func withoutPositions(lines []byte) string {
	return string(checksum.ReplaceAll(position.ReplaceAll(lines, nil), nil))
}

// After a load, what is unique is unique, erased persons stay erased, and work goes
// on.
func TestALoadedLedgerLives(t *testing.T) {
	t.Parallel()
	f, url := tell(t), pgtest.URL(t)
	if _, err := f.load(t, url); err != nil {
		t.Fatal(err)
	}
	a := apptest.Open(t, apptest.Config(url, f.folder))
	who, found, err := commands.StaffByLogin(t.Context(), a.Ledger, "zhongshan-rm1")
	if err != nil || !found {
		t.Fatalf("nobody has the sign-in name: %v", err)
	}
	member, err := a.Ledger.Member(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	kind, number := someDocument(t, a)
	registering := func(kind identity.DocumentType, number string) error {
		_, err := a.Ledger.Do(t.Context(), ledger.Call{Actor: who, Key: uuid.NewString()}, commands.RegisterCustomer{
			Party: domain.Person, HomeUnit: member.Unit,
			Fields: commands.CustomerFields{Name: "王示例", Phone: "13800138000", Source: customer.SourceOwn, IdentityType: kind, IdentityNumber: number},
		})
		return err
	}
	if err := registering(kind, number); !errors.Is(err, customer.ErrDuplicateIdentity) {
		t.Errorf("a second customer with the same document: %v", err)
	}
	if err := registering(identity.Passport, "E77777777"); err != nil {
		t.Errorf("a new customer: %v", err)
	}
	if secret, err := a.Auth.Invite(t.Context(), who, member.Login); err != nil || secret == "" {
		t.Errorf("no one-time sign-in: %v", err)
	}
	if erased := erasedCustomers(t, a); len(erased) == 0 {
		t.Error("the firm has nobody who was erased")
	} else {
		for _, id := range erased {
			if _, gone, err := a.Ring.Erasure(t.Context(), uuid.UUID(id)); err != nil || !gone {
				t.Errorf("an erased customer's key is there: %v", err)
			}
		}
	}
}

// someDocument is the document of some customer.
func someDocument(t *testing.T, a *app.App) (identity.DocumentType, string) {
	t.Helper()
	for recorded, err := range a.Store.ReadAll(t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{"customer.registered"}}}) {
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := a.Codec.Decode(t.Context(), recorded)
		if err != nil {
			t.Fatal(err)
		}
		e := decoded.Event.(customer.Registered)
		if number := e.IdentityNumber.Reveal(); number != "" && !e.IdentityNumber.Erased() && e.Party == domain.Person {
			return e.IdentityType, number
		}
	}
	t.Fatal("no customer has a document")
	return "", ""
}

func erasedCustomers(t *testing.T, a *app.App) (ids []domain.CustomerID) {
	t.Helper()
	for recorded, err := range a.Store.ReadAll(t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{"customer.erased"}}}) {
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := a.Codec.Decode(t.Context(), recorded)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, decoded.Event.(customer.Erased).Customer)
	}
	return ids
}

// Keys from before an erasure do not bring the person back.
func TestOldKeysBringNobodyBack(t *testing.T) {
	t.Parallel()
	f := tell(t)
	source := pgtest.URL(t)
	if _, err := f.load(t, source); err != nil {
		t.Fatal(err)
	}
	a := apptest.Open(t, apptest.Config(source, f.folder))
	kind, number := someDocument(t, a)
	looked, _, err := commands.StaffByLogin(t.Context(), a.Ledger, "director")
	if err != nil {
		t.Fatal(err)
	}
	victim := holderOf(t, a, kind, number)
	_, err = a.Ledger.Do(t.Context(), ledger.Call{Actor: looked, Key: "erase"}, commands.EraseCustomer{Customer: victim, Basis: "pipl-47"})
	if err != nil {
		t.Fatal(err)
	}
	later := filepath.Join(t.TempDir(), "later.ndjson.gz")
	if _, err := exportload.Export(t.Context(), a, later, nil); err != nil {
		t.Fatal(err)
	}
	url := pgtest.URL(t)
	if _, err := f.load(t, url, func(l *exportload.Load) { l.File = later }); err != nil { // with the keys from before
		t.Fatal(err)
	}
	b := apptest.Open(t, apptest.Config(url, f.folder))
	if _, gone, err := b.Ring.Erasure(t.Context(), uuid.UUID(victim)); err != nil || !gone {
		t.Errorf("the erased customer's key is back: %v", err)
	}
	for _, key := range registry(t, b) {
		if strings.HasSuffix(key, victim.String()) {
			t.Errorf("the erased customer can be looked up: %s", strings.Fields(key)[0])
		}
	}
}

func holderOf(t *testing.T, a *app.App, kind identity.DocumentType, number string) domain.CustomerID {
	t.Helper()
	document, err := identity.ParseDocument(kind, number, domain.Date{})
	if err != nil {
		t.Fatal(err)
	}
	hash := a.Lookups.Hash("identity", document.Canonical())
	unique, err := ledger.OpenKeys(t.Context(), a.Pool)
	if err != nil {
		t.Fatal(err)
	}
	stream, found, err := unique.Holder(t.Context(), customer.Identity.Name, hash[:])
	if err != nil || !found {
		t.Fatalf("nobody has the document: %v", err)
	}
	id, err := domain.ParseCustomerID(strings.TrimPrefix(string(stream), customer.StreamPrefix))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// What is refused leaves the database as it was: the same load with what was
// missing then succeeds.
func TestWhatIsRefusedCanBePutRight(t *testing.T) {
	t.Parallel()
	f, url := tell(t), pgtest.URL(t)
	otherKeys := filepath.Join(t.TempDir(), "other-keys.ndjson")
	if _, err := exportload.ExportKeys(t.Context(), apptest.Open(t, apptest.Config(pgtest.URL(t), t.TempDir())), otherKeys); err != nil {
		t.Fatal(err)
	}
	for name, refused := range map[string]struct {
		change func(*exportload.Load)
		fits   func(error) bool
	}{
		"no such file":    {func(l *exportload.Load) { l.File = filepath.Join(t.TempDir(), "none") }, is(os.ErrNotExist)},
		"no such keys":    {func(l *exportload.Load) { l.Keys = filepath.Join(t.TempDir(), "none") }, is(os.ErrNotExist)},
		"no keys":         {func(l *exportload.Load) { l.Keys = "" }, is(exportload.ErrKeysMissing)},
		"others' keys":    {func(l *exportload.Load) { l.Keys = otherKeys }, is(sealing.ErrKeysOfAnother)},
		"another KEK":     {func(l *exportload.Load) { l.Config.KEK.Folder = t.TempDir() }, is(sealing.ErrWrongKEK)},
		"keys for events": {func(l *exportload.Load) { l.File = f.keys }, refusedFor(transfer.NotALedger)},
		"events for keys": {func(l *exportload.Load) { l.Keys = f.events }, as[*sealing.KeysFileError]},
		"a cut file": {func(l *exportload.Load) {
			l.File = copyOf(t, f.events, func(text []byte) []byte { return text[:len(text)/2] })
		}, refusedFor(transfer.CutShort)},
		"an altered file": {func(l *exportload.Load) {
			l.File = copyOf(t, f.events, func(text []byte) []byte { text[len(text)/2]++; return text })
		}, refusedFor(transfer.LineAltered, transfer.LineMalformed)},
	} {
		_, err := f.load(t, url, refused.change)
		if !refused.fits(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.load(t, url); err != nil {
		t.Fatal(err)
	}
	if _, err := f.load(t, url); !errors.Is(err, ledger.ErrKeysInUse) {
		t.Errorf("a second load: %v", err)
	}
	other := pgtest.URL(t)
	apptest.Open(t, apptest.Config(other, t.TempDir()))
	if _, err := f.load(t, other, func(l *exportload.Load) { l.Keys, l.WithoutKeys = "", true }); !errors.Is(err, exportload.ErrOtherLedger) {
		t.Errorf("another ledger's database: %v", err)
	}
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func as[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

func refusedFor(codes ...transfer.Code) func(error) bool {
	return func(err error) bool {
		var refusal *transfer.Error
		for _, code := range codes {
			if errors.As(err, &refusal) && refusal.Code == code {
				return true
			}
		}
		return false
	}
}

// Without keys, and told so, everything but personal data is there; names read as
// erased, and nothing is parked or done again.
func TestALedgerWithoutItsKeysIsAnArchive(t *testing.T) {
	t.Parallel()
	f, url, kek := tell(t), pgtest.URL(t), t.TempDir()
	report, err := f.load(t, url, func(l *exportload.Load) { l.Keys, l.WithoutKeys, l.Config.KEK.Folder = "", true, kek })
	if err != nil || report.GivenUp < 300 {
		t.Fatalf("%+v, %v", report, err)
	}
	a := apptest.Open(t, apptest.Config(url, kek))
	stop := apptest.Run(t, a)
	last, err := a.Store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Models.WaitForAll(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	stop()
	if now, err := a.Store.LastPosition(t.Context()); err != nil || now != last || int64(now) != f.count {
		t.Errorf("the ledger stands at %d, stood at %d, %v", now, last, err)
	}
	for _, name := range []string{"performance", "policies"} {
		if shown := tables(t, a)[name]; shown != f.tables[name] {
			t.Errorf("%s shows something else: %s", name, firstDifference(shown, f.tables[name]))
		}
	}
}

// guishu keys load comes first, guishu load finds the keys there.
func TestKeysMayComeFirst(t *testing.T) {
	t.Parallel()
	f, url := tell(t), pgtest.URL(t)
	summary, err := exportload.LoadKeys(t.Context(), apptest.Config(url, f.folder), f.keys)
	if err != nil || summary.Subjects < 300 {
		t.Fatalf("%+v, %v", summary, err)
	}
	if _, err := f.load(t, url, func(l *exportload.Load) { l.Keys = "" }); err != nil {
		t.Fatal(err)
	}
}

// A load that is refused because the database's ledger lives changes nothing in it:
// above all it erases nobody, though the keys it was given come with an erasure.
func TestARefusedLoadErasesNobody(t *testing.T) {
	t.Parallel()
	f, living, copied := tell(t), pgtest.URL(t), pgtest.URL(t)
	for _, url := range []string{living, copied} {
		if _, err := f.load(t, url); err != nil {
			t.Fatal(err)
		}
	}
	b := apptest.Open(t, apptest.Config(copied, f.folder))
	kind, number := someDocument(t, b)
	victim := holderOf(t, b, kind, number)
	director, _, err := commands.StaffByLogin(t.Context(), b.Ledger, "director")
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Ledger.Do(t.Context(), ledger.Call{Actor: director, Key: "erase"}, commands.EraseCustomer{Customer: victim, Basis: "pipl-47"})
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(t.TempDir(), "keys.ndjson")
	if _, err := exportload.ExportKeys(t.Context(), b, keys); err != nil {
		t.Fatal(err)
	}
	refused := func() {
		t.Helper()
		if _, err := f.load(t, living, func(l *exportload.Load) { l.Keys = keys }); !errors.Is(err, ledger.ErrKeysInUse) {
			t.Errorf("got %v", err)
		}
	}
	refused()
	drop(t, living, "registry.standing") // as before there was such a table
	refused()
	a := apptest.Open(t, apptest.Config(living, f.folder))
	if _, gone, err := a.Ring.Erasure(t.Context(), uuid.UUID(victim)); err != nil || gone {
		t.Errorf("the customer's key is gone: %t, %v", gone, err)
	}
}

func drop(t *testing.T, url, table string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	if _, err := connection.Exec(t.Context(), "DROP TABLE "+table); err != nil {
		t.Fatal(err)
	}
}

// Checking a file is given up when nobody waits for it any more.
func TestCheckingCanBeInterrupted(t *testing.T) {
	t.Parallel()
	f, url := tell(t), pgtest.URL(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	looked := int64(0)
	l := exportload.Load{Config: apptest.Config(url, f.folder), File: f.events, Keys: f.keys, Progress: func(_ exportload.Stage, done, _ int64) {
		looked = done
		cancel()
	}}
	if _, err := l.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if looked == 0 || looked == f.count {
		t.Errorf("%d of %d events were looked at", looked, f.count)
	}
	isUntouched(t, url)
}

// What an EventStoreDB cannot hold is told before anything of the ledger is there.
func TestALedgerThatDoesNotFitIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	store := memory.New()
	for _, kind := range []string{"note", "$>", "note"} {
		_, err := store.Append(t.Context(), eventstore.Append{
			Stream: "notes", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{{ID: uuid.New(), Type: kind, Data: []byte("0@notes")}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "notes.ndjson")
	err := exportload.WriteFile(path, func(w io.Writer) error {
		_, err := transfer.Export(t.Context(), w, store, transfer.Header{Ledger: uuid.New()}, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	url, into := pgtest.URL(t), memory.New()
	l := exportload.Load{Config: apptest.Config(url, t.TempDir()), File: path}
	l.Config.EventStoreDB = esdbtest.On(t, into)
	_, err = l.Run(t.Context())
	if refusal := (*transfer.Error)(nil); !errors.As(err, &refusal) || refusal.Code != transfer.NotForThisStore || refusal.Line != 3 {
		t.Errorf("got %v", err)
	}
	if last, err := into.LastPosition(t.Context()); err != nil || last != 0 {
		t.Errorf("the EventStoreDB stands at %d, %v", last, err)
	}
	isUntouched(t, url)
	l.Config.EventStoreDB = ""
	if report, err := l.Run(t.Context()); err != nil || report.Written != 3 {
		t.Errorf("into PostgreSQL: %+v, %v", report, err)
	}
}

// A text with a NUL, which commands refuse and PostgreSQL cannot hold, may come with
// a file. Its events are what they were, and read models go past them, whichever way
// they come to them.
func TestATextThatNoTableCanHoldStopsNobody(t *testing.T) {
	t.Parallel()
	f := tell(t)
	source, url := pgtest.URL(t), pgtest.URL(t)
	if _, err := f.load(t, source); err != nil {
		t.Fatal(err)
	}
	a := apptest.Open(t, apptest.Config(source, f.folder))
	odd := appendNUL(t, a)
	path, keys := filepath.Join(t.TempDir(), "odd.ndjson"), filepath.Join(t.TempDir(), "keys.ndjson")
	if _, err := exportload.Export(t.Context(), a, path, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := exportload.ExportKeys(t.Context(), a, keys); err != nil {
		t.Fatal(err)
	}
	if _, err := f.load(t, url, func(l *exportload.Load) { l.File, l.Keys = path, keys }); err != nil {
		t.Fatal(err)
	}
	b := apptest.Open(t, apptest.Config(url, f.folder))
	stop := apptest.Run(t, b)
	if err := demo.Settle(t.Context(), b); err != nil { // in bulk
		t.Fatal(err)
	}
	live := appendNUL(t, b)
	last, err := b.Store.LastPosition(t.Context())
	if err == nil {
		err = b.Models.WaitForAll(t.Context(), last)
	}
	if err != nil {
		t.Fatal(err)
	}
	stop()
	for _, made := range []withNUL{odd, live} {
		var name, product string
		err := b.Pool.QueryRow(t.Context(), "SELECT c.name, p.name FROM read.customers c, read.products p WHERE c.customer = $1 AND p.product = $2",
			uuid.UUID(made.customer), uuid.UUID(made.product)).Scan(&name, &product)
		if err != nil || name != "王\ufffd示例" || product != "示例\ufffd稳健" {
			t.Errorf("shown are %q and %q, %v", name, product, err)
		}
	}
	reports, err := b.Models.Replay(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, report := range reports {
		if report.Differing > 0 {
			t.Errorf("%s: %v", report.Model, report.Differences)
		}
	}
}

// withNUL is what has a NUL in its name.
type withNUL struct {
	customer domain.CustomerID
	product  domain.ProductID
}

// appendNUL appends, past the commands, a customer and a product with a NUL in their
// names: one sealed, the other in clear.
func appendNUL(t *testing.T, a *app.App) (made withNUL) {
	t.Helper()
	made.customer, made.product = domain.CustomerID(uuid.New()), domain.ProductID(uuid.New())
	for recorded, err := range a.Store.ReadAll(t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{"customer.registered"}}, Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := a.Codec.Decode(t.Context(), recorded)
		if err != nil {
			t.Fatal(err)
		}
		registered := decoded.Event.(customer.Registered)
		registered = customer.Registered{
			Customer: made.customer, Party: registered.Party, Name: domain.NewPersonal("王\x00示例"), HomeUnit: registered.HomeUnit,
			Nature: registered.Nature, Source: registered.Source,
		}
		for stream, event := range map[eventstore.Stream]any{
			eventstore.Stream(customer.StreamPrefix + made.customer.String()): registered,
			eventstore.Stream(product.StreamPrefix + made.product.String()):   product.Launched{Product: made.product, Code: made.product.String(), Name: "示例\x00稳健"},
		} {
			encoded, err := a.Codec.Encode(t.Context(), stream, uuid.New(), event, decoded.Metadata)
			if err == nil {
				_, err = a.Store.Append(t.Context(), eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Scope: eventstore.InStore, Events: []eventstore.NewEvent{encoded}})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return made
}
