// Package commandstest is an invented firm on a ledger of its own, for tests.
package commandstest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Firm is a ledger with a store, keys and everything else of its own, and in it a
// firm of one unit with its administrator.
type Firm struct {
	testing.TB
	Pool   *pgxpool.Pool // for what is beside the store
	Store  eventstore.Store
	Ring   *sealing.Ring
	Codec  *eventstore.Codec
	Ledger *ledger.Ledger
	Census *Census

	Root  domain.UnitID
	Admin domain.StaffID

	kek   sealing.KEK
	calls atomic.Int64
}

// Census is what the read models would count.
type Census struct {
	Staff  int
	Open   []string
	Owns   int
	Claims int
}

// StaffAt is Staff.
func (c *Census) StaffAt(context.Context, domain.Path) (int, error) { return c.Staff, nil }

// OpenWork is Open.
func (c *Census) OpenWork(context.Context, domain.StaffID) ([]string, error) { return c.Open, nil }

// Owned is Owns.
func (c *Census) Owned(context.Context, domain.StaffID) (int, error) { return c.Owns, nil }

// ClaimsOn is Claims.
func (c *Census) ClaimsOn(context.Context, domain.StaffID, domain.Date) (int, error) {
	return c.Claims, nil
}

// Found founds a firm on a database of its own, and on the store that open gives.
func Found(t testing.TB, name string, open func(*Firm) eventstore.Store) *Firm {
	t.Helper()
	return FoundOn(t, pgtest.New(t), name, open)
}

// FoundOn founds a firm on a database.
func FoundOn(t testing.TB, pool *pgxpool.Pool, name string, open func(*Firm) eventstore.Store) *Firm {
	t.Helper()
	f := &Firm{TB: t, Pool: pool, Census: &Census{}, kek: sealing.NewKEK()}
	f.Store = open(f)
	t.Cleanup(func() { _ = f.Store.Close() })
	f.Ring = f.openRing()
	events, err := ledger.Events()
	f.Must(err)
	f.Codec = eventstore.NewCodec(events, sealing.NewSealer(f.Ring))
	f.Ledger = f.Another()
	f.Settle(name)
	return f
}

// In is the firm of a ledger that is open already.
func In(t testing.TB, l *ledger.Ledger, store eventstore.Store) *Firm {
	return &Firm{TB: t, Ledger: l, Store: store}
}

// Settle begins the firm.
func (f *Firm) Settle(name string) {
	f.Helper()
	var err error
	f.Admin, err = commands.Install(f.Context(), f.Ledger, commands.InstallFirstAdministrator{
		Firm: name, Name: "管理员甲", Login: "admin", EmployeeNo: "A0001",
	})
	f.Must(err)
	tree, err := f.Ledger.Tree(f.Context())
	f.Must(err)
	f.Root = tree.Root().ID
}

// OnPostgres is a store in the firm's database, another process's each time.
func OnPostgres(f *Firm) eventstore.Store {
	f.Helper()
	store, err := postgres.Open(f.Context(), f.Pool, postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
	f.Must(err)
	return store
}

func (f *Firm) openRing() *sealing.Ring {
	f.Helper()
	ring, err := sealing.Open(f.Context(), f.Pool, sealing.FixedKEK(f.kek), sealing.Options{})
	f.Must(err)
	return ring
}

// Process is one more process with everything of its own: store, keys, caches.
func (f *Firm) Process(change ...func(*ledger.Config)) *ledger.Ledger {
	f.Helper()
	ring, store := f.openRing(), OnPostgres(f)
	f.Cleanup(func() { _ = store.Close() })
	own := func(c *ledger.Config) {
		c.Store, c.Eraser, c.Codec = store, ring, eventstore.NewCodec(f.Codec.Registry(), sealing.NewSealer(ring))
	}
	return f.Another(append([]func(*ledger.Config){own}, change...)...)
}

// Another is one more ledger on the same store, with what change changes.
func (f *Firm) Another(change ...func(*ledger.Config)) *ledger.Ledger {
	f.Helper()
	config := f.Config()
	for _, c := range change {
		c(&config)
	}
	l, err := ledger.Open(f.Context(), config)
	f.Must(err)
	f.Cleanup(l.Close)
	return l
}

// Config is what a ledger is opened with.
func (f *Firm) Config() ledger.Config {
	f.Helper()
	keys, err := ledger.OpenKeys(f.Context(), f.Pool)
	f.Must(err)
	lookups, err := f.Ring.Hasher(f.Context(), sealing.ForLookups)
	f.Must(err)
	requests, err := f.Ring.Hasher(f.Context(), sealing.ForRequests)
	f.Must(err)
	return ledger.Config{
		ID: f.Ring.Ledger(), Store: f.Store, Codec: f.Codec, Keys: keys, Lookups: lookups, Requests: requests,
		Eraser: f.Ring, Census: f.Census, Location: domain.ChinaZone(), Now: time.Now, Log: slog.New(unnamed{f}),
	}
}

// unnamed is a log that fails the test when a verb does not name a code that it
// refuses with: what is told of its refusals would lack it.
type unnamed struct{ testing.TB }

func (unnamed) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

func (u unnamed) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "its verb does not name") {
		r.Attrs(func(a slog.Attr) bool {
			u.Errorf("%s: %s", r.Message, a)
			return true
		})
	}
	return nil
}

func (u unnamed) WithAttrs([]slog.Attr) slog.Handler { return u }

func (u unnamed) WithGroup(string) slog.Handler { return u }

// Must ends the test with an error.
func (f *Firm) Must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// Wants ends the test unless err has the code.
func (f *Firm) Wants(err error, code domain.Code) {
	f.Helper()
	if !errors.Is(err, code) {
		f.Fatalf("got %v, want %s", err, code)
	}
}

// Count is a new number at every call.
func (f *Firm) Count() int64 { return f.calls.Add(1) }

// As is a call by somebody under a fresh key.
func (f *Firm) As(who domain.StaffID) ledger.Call {
	return ledger.Call{Actor: who, Key: fmt.Sprintf("key-%d", f.Count())}
}

// Do has somebody give a command, which must succeed.
func (f *Firm) Do(who domain.StaffID, c ledger.Command) ledger.Answer {
	f.Helper()
	answer, err := f.Ledger.Do(f.Context(), f.As(who), c)
	f.Must(err)
	return answer
}

// Unit establishes a unit below another.
func (f *Firm) Unit(parent domain.UnitID, code string, kind domain.UnitKind, line domain.BusinessLine) domain.UnitID {
	f.Helper()
	models := map[domain.UnitKind]domain.OwnershipModel{domain.Branch: domain.Attached, domain.City: domain.Exclusive}
	return domain.UnitID(f.Do(f.Admin, commands.EstablishUnit{
		Parent: parent, Code: code, Name: "单位" + code, Kind: kind, Line: line, Model: models[kind],
	}).ID)
}

// Hire hires somebody, who asks for a role at a unit that the administrator grants.
func (f *Firm) Hire(login string, unit domain.UnitID, role domain.Role, at domain.UnitID) domain.StaffID {
	f.Helper()
	who := f.Join(login, unit)
	f.Grant(who, role, at)
	return who
}

// Join has the ledger hire somebody without a role, so that the administrator may
// grant them one (S-02).
func (f *Firm) Join(login string, unit domain.UnitID) domain.StaffID {
	f.Helper()
	hired, err := f.Ledger.Do(f.Context(), ledger.ByTheLedger(fmt.Sprintf("hire-%d", f.Count()), uuid.Nil, uuid.Nil), commands.HireStaff{
		EmployeeNo: "E-" + login, Login: login, Name: "员工" + login, Unit: unit,
	})
	f.Must(err)
	return domain.StaffID(hired.ID)
}

// Grant has somebody ask for a role, which the administrator grants.
func (f *Firm) Grant(who domain.StaffID, role domain.Role, at domain.UnitID) {
	f.Helper()
	request := f.Do(who, commands.RequestAccess{Staff: who, Role: role, Unit: at})
	f.Do(f.Admin, commands.GrantAccess{Staff: who, Request: domain.RequestID(request.ID)})
}

// Events are the types of a stream's events, in order.
func (f *Firm) Events(stream eventstore.Stream) []string {
	f.Helper()
	var types []string
	for event, err := range f.Store.ReadStream(f.Context(), eventstore.StreamQuery{Stream: stream}) {
		f.Must(err)
		types = append(types, event.Type)
	}
	return types
}

// Metadata is that of the last event that a command wrote.
func (f *Firm) Metadata(answer ledger.Answer) eventstore.Metadata {
	f.Helper()
	for event, err := range f.Store.ReadStream(f.Context(), eventstore.StreamQuery{Stream: answer.Stream, From: answer.Revision, Limit: 1}) {
		f.Must(err)
		meta, err := eventstore.DecodeMetadata(event.Metadata)
		f.Must(err)
		return meta
	}
	f.Fatal("the command wrote nothing")
	return eventstore.Metadata{}
}

// Reservations counts the registry's rows for identity documents.
func (f *Firm) Reservations(confirmed bool) int {
	f.Helper()
	var count int
	f.Must(f.Pool.QueryRow(f.Context(),
		"SELECT count(*) FROM registry.reservation WHERE kind = 'identity' AND confirmed = $1", confirmed).Scan(&count))
	return count
}
