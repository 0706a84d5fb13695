package app_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"guishu/commands"
	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
	"guishu/internal/waiting"
)

// place is a database with the key of what is sealed in its ledger.
type place struct {
	url string
	kek sealing.KEK
}

func newPlace(t *testing.T) place { return place{pgtest.URL(t), sealing.NewKEK()} }

// open assembles the product on a database and an EventStoreDB, or none.
func (p place) open(t *testing.T, store string) (*app.App, error) {
	t.Helper()
	a, err := app.Open(t.Context(), p.config(store))
	if err != nil && a != nil {
		t.Error("an error came with a product")
	}
	return a, err
}

func (p place) config(store string) app.Config {
	return app.Config{
		Database: privatepg.Settings{DatabaseURL: p.url}, KEK: sealing.FixedKEK(p.kek), EventStoreDB: store,
		Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
	}
}

func closed(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// refused fails unless the two are not put together.
func (p place) refused(t *testing.T, store string, why error) {
	t.Helper()
	a, err := p.open(t, store)
	if a != nil {
		closed(t, a)
	}
	if !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
}

// begun founds a firm, and waits until the read models show it.
func (p place) begun(t *testing.T, store string) {
	t.Helper()
	a, err := p.open(t, store)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	_, err = commands.Install(t.Context(), a.Ledger, commands.InstallFirstAdministrator{
		Firm: "示例银行", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(waiting.Context(t, "the read models to show the firm"))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	last, err := a.Store.LastPosition(ctx)
	if err == nil {
		err = a.Models.WaitForAll(ctx, last)
	}
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		t.Fatal(err)
	}
}

// A database belongs to one ledger, wherever that is kept, and is put together
// with no other.
func TestADatabaseBelongsToOneLedger(t *testing.T) {
	t.Parallel()
	here, store := newPlace(t), esdbtest.New(t)
	here.begun(t, store)
	a, err := here.open(t, store) // as it was
	if err != nil {
		t.Fatal(err)
	}
	if active, err := a.Ledger.Tree(t.Context()); err != nil || active.Root().Name != "示例银行" {
		t.Errorf("the firm is %+v, %v", active.Root(), err)
	}
	closed(t, a)
	here.refused(t, "", app.ErrKeptInEventStoreDB)
	here.refused(t, esdbtest.New(t), app.ErrLedgerGone)
	other := esdbtest.New(t)
	newPlace(t).begun(t, other)
	here.refused(t, other, app.ErrOtherLedger)

	inPostgreSQL := newPlace(t)
	inPostgreSQL.begun(t, "")
	inPostgreSQL.refused(t, store, app.ErrKeptInPostgreSQL)
	inPostgreSQL.refused(t, esdbtest.New(t), app.ErrKeptInPostgreSQL)
	inPostgreSQL.begun(t, "")

	// Without its keys a ledger cannot be gone on with. The database stays nobody's.
	fresh := newPlace(t)
	fresh.refused(t, store, app.ErrKeysMissing)
	fresh.begun(t, "")
}

// A database that an older program made says by what it holds where its ledger is.
func TestAnOldDatabaseKeepsItsLedger(t *testing.T) {
	t.Parallel()
	old := newPlace(t)
	old.begun(t, "")
	a, err := old.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Pool.Exec(t.Context(), "DROP SCHEMA origin CASCADE"); err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	old.refused(t, esdbtest.New(t), app.ErrKeptInPostgreSQL)
	old.begun(t, "")
}

// An EventStoreDB that was brought back from an old backup ends before what the
// read models show.
func TestAStoreThatFellBehindIsNoticed(t *testing.T) {
	t.Parallel()
	here, full := newPlace(t), memory.New()
	here.begun(t, esdbtest.On(t, full))
	behind := memory.New()
	_, err := behind.Load(t.Context(), firstEvents(full, 2))
	if err != nil {
		t.Fatal(err)
	}
	here.refused(t, esdbtest.On(t, behind), app.ErrLedgerBehind)
}

func firstEvents(store eventstore.Store, count int) iter.Seq2[eventstore.Loaded, error] {
	return func(yield func(eventstore.Loaded, error) bool) {
		for event, err := range store.ReadAll(context.Background(), eventstore.AllQuery{Limit: count}) {
			if !yield(eventstore.Loaded{Event: event}, err) {
				return
			}
		}
	}
}

// A wrong address is told without what is secret in it.
func TestAWrongAddressIsToldWithoutItsPassword(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	for _, address := range []string{"esdb://admin:geheim@127.0.0.1:1?tls=false", "esdb://admin:geheim@:nonsense", "http://admin:geheim@localhost"} {
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		_, err := app.Open(ctx, app.Config{
			Database: privatepg.Settings{DatabaseURL: here.url}, KEK: sealing.FixedKEK(here.kek), EventStoreDB: address,
			Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
		})
		stop()
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("got %v", err)
		}
	}
	here.begun(t, "") // nothing was claimed
}

// What is beside an EventStoreDB must be as durable as a ledger.
func TestADatabaseThatMayForgetIsRefused(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	address, err := url.Parse(here.url)
	if err != nil {
		t.Fatal(err)
	}
	settings := address.Query()
	settings.Set("synchronous_commit", "off")
	address.RawQuery = settings.Encode()
	_, err = app.Open(t.Context(), app.Config{
		Database: privatepg.Settings{DatabaseURL: address.String()}, KEK: sealing.FixedKEK(here.kek), EventStoreDB: esdbtest.New(t),
		Log: slog.New(slog.DiscardHandler),
	})
	var unsafe *postgres.UnsafeServerError
	if !errors.As(err, &unsafe) || !slices.Contains(unsafe.Settings, "synchronous_commit") {
		t.Errorf("got %v", err)
	}
}
