package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

func TestTheDatabaseRefusesToRewriteEvents(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := openStore(t, pool)
	write(t, store, "s", 3)
	statements := []string{
		`UPDATE ledger.events SET data = 'forged' WHERE position = 2`,
		`UPDATE ledger.events SET type = 'forged' WHERE false`,
		`DELETE FROM ledger.events WHERE position = 3`,
		`TRUNCATE ledger.events`,
		`DELETE FROM ledger.head`,
		`TRUNCATE ledger.head`,
		// A role that replication uses skips ordinary triggers.
		`SET session_replication_role = replica; DELETE FROM ledger.events`,
	}
	for _, sql := range statements {
		connection, err := pgx.ConnectConfig(t.Context(), pool.Config().ConnConfig)
		if err != nil {
			t.Fatal(err)
		}
		_, err = connection.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23001" {
			t.Errorf("%s: got %v", sql, err)
		}
		_ = connection.Close(t.Context())
	}
	if got := len(readAll(t, store)); got != 3 {
		t.Errorf("%d events are left, want 3", got)
	}
}

// A ledger made before events could be declared binary gets the column when it is
// opened.
func TestAnOlderLedgerIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	write(t, openStore(t, pool), "s", 3)
	if _, err := pool.Exec(t.Context(), `ALTER TABLE ledger.events DROP COLUMN is_binary`); err != nil {
		t.Fatal(err)
	}
	store := openStore(t, pool)
	write(t, store, "t", 2)
	events := readAll(t, store)
	if err := storetest.CheckOrder(events, true); err != nil || len(events) != 5 {
		t.Errorf("%d events, %v, want 5", len(events), err)
	}
}

func TestOpenRefusesAServerThatMayLoseEvents(t *testing.T) {
	t.Parallel()
	refusal := func(config *pgx.ConnConfig) []string {
		store, err := postgres.OpenConfig(t.Context(), config, postgres.Options{})
		var unsafe *postgres.UnsafeServerError
		if !errors.As(err, &unsafe) {
			if err == nil {
				_ = store.Close()
			}
			t.Fatalf("got %v", err)
		}
		return unsafe.Settings
	}
	fast := pgtest.New(t).Config().ConnConfig
	if got := refusal(fast); !slices.Contains(got, "fsync") {
		t.Errorf("a server without fsync: %v", got)
	}
	durable, err := pgx.ParseConfig(pgtest.Durable(t))
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgres.OpenConfig(t.Context(), durable, postgres.Options{})
	if err != nil {
		t.Fatalf("a durable server: %v", err)
	}
	_ = store.Close()
	durable.RuntimeParams["synchronous_commit"] = "off"
	if got := refusal(durable); !slices.Equal(got, []string{"synchronous_commit"}) {
		t.Errorf("a role without synchronous commits: %v", got)
	}
}

func TestOpenManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true})
			if err != nil {
				t.Error(err)
				return
			}
			write(t, store, "s", 2)
			_ = store.Close()
		})
	}
	group.Wait()
	if err := storetest.CheckOrder(readAll(t, openStore(t, pool)), true); err != nil {
		t.Error(err)
	}
}

// A hole put in by force must stop every reader, wherever it is.
func TestAHoleStopsReaders(t *testing.T) {
	t.Parallel()
	for _, hole := range []eventstore.Position{1, 4, 10} {
		t.Run(fmt.Sprint(hole), func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			store := openStore(t, pool)
			write(t, store, "s", 10)
			remove(t, pool, hole)
			for _, store := range []*postgres.Store{store, openStore(t, pool)} {
				wantGap(t, "reading forwards", last(storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{}))))
				wantGap(t, "reading backwards", last(storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{Backwards: true}))))
				wantGap(t, "subscribing", firstError(store.SubscribeAll(t.Context(), 0, eventstore.Filter{})))
			}
		})
	}
}

// A hole between two pages stops a reader backwards, also one who knows nothing of
// the ledger's end.
func TestAHoleBetweenPagesStopsReaders(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	behind := openStore(t, pool)
	const count, firstPage = 700, 500
	a := one("s", eventstore.NoStream)
	for range count - 1 {
		a.Events = append(a.Events, one("s", eventstore.NoStream).Events...)
	}
	if _, err := openStore(t, pool).Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	remove(t, pool, count-firstPage)
	if behind.KnownPosition() != 0 {
		t.Fatal("the reader knows the end: the test tests nothing")
	}
	wantGap(t, "reading backwards", last(storetest.Collect(behind.ReadAll(t.Context(), eventstore.AllQuery{Backwards: true}))))
}

// remove takes an event out by force.
func remove(t *testing.T, pool *pgxpool.Pool, position eventstore.Position) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		BEGIN;
		ALTER TABLE ledger.events DISABLE TRIGGER events_are_never_rewritten;
		DELETE FROM ledger.events WHERE position = `+fmt.Sprint(position)+`;
		ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_are_never_rewritten;
		COMMIT`, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
}

// A position that appears out of turn stops the tail while it is live.
func TestAHoleStopsTheLiveTail(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := openStore(t, pool)
	watch := waiting.Over(t)
	var failure error
	for delivery, err := range waiting.Each(watch, "the hole to be noticed", store.SubscribeAll(watch.Context(), 0, eventstore.Filter{})) {
		if failure = err; err != nil {
			break
		}
		if delivery.Kind == eventstore.CaughtUp {
			_, err := pool.Exec(t.Context(), `
				INSERT INTO ledger.events (position, revision, recorded_at, id, dedupe, stream, type, data, metadata)
				VALUES (5, 0, now(), gen_random_uuid(), gen_random_uuid(), 's', 't', '', '')`)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	wantGap(t, "the live tail", failure)
}

func write(t *testing.T, store eventstore.Store, stream eventstore.Stream, count int) {
	t.Helper()
	for range count {
		if _, err := store.Append(t.Context(), one(stream, eventstore.AnyRevision)); err != nil {
			t.Error(err)
			return
		}
	}
}

func readAll(t *testing.T, store eventstore.Store) []eventstore.Event {
	t.Helper()
	events, err := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func last[T any](_ T, err error) error { return err }

func wantGap(t *testing.T, doing string, err error) {
	t.Helper()
	if gap := (*eventstore.GapError)(nil); !errors.As(err, &gap) {
		t.Errorf("%s over a hole: got %v", doing, err)
	}
}
