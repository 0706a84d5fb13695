package postgres_test

import (
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	var pools sync.Map // from a store to the pool it was opened with
	open := func(t *testing.T) eventstore.Store {
		pool := pgtest.New(t)
		store := openStore(t, pool)
		pools.Store(store, pool)
		return store
	}
	pool := func(store eventstore.Store) *pgxpool.Pool {
		found, _ := pools.Load(store)
		return found.(*pgxpool.Pool)
	}
	storetest.Run(t, open,
		storetest.Second(func(t *testing.T, first eventstore.Store) eventstore.Store {
			return openStore(t, pool(first))
		}),
		storetest.Interrupt(func(t *testing.T, store eventstore.Store) {
			terminate(t, pool(store), "")
		}),
		storetest.Damage(map[storetest.Harm]func(*testing.T, eventstore.Store, eventstore.Stream){
			storetest.DeleteFirst: func(t *testing.T, store eventstore.Store, stream eventstore.Stream) {
				deleteRows(t, pool(store), "stream = $1 AND revision = 0", stream)
			},
			storetest.DeleteMiddle: func(t *testing.T, store eventstore.Store, stream eventstore.Stream) {
				deleteRows(t, pool(store), "stream = $1 AND revision = 2", stream)
			},
		}))
}

// deleteRows deletes events as somebody does who has the rights to everything.
func deleteRows(t *testing.T, pool *pgxpool.Pool, which string, arguments ...any) {
	t.Helper()
	for _, sql := range []string{
		"ALTER TABLE ledger.events DISABLE TRIGGER events_are_never_rewritten",
		"DELETE FROM ledger.events WHERE " + which,
		"ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_are_never_rewritten",
	} {
		given := arguments
		if sql[:6] != "DELETE" {
			given = nil
		}
		if _, err := pool.Exec(t.Context(), sql, given...); err != nil {
			t.Fatal(err)
		}
	}
}

// terminate ends the server processes of the database's connections whose
// application name begins so, except the one it uses.
func terminate(t *testing.T, pool *pgxpool.Pool, application string) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
		SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name ^@ $1`, application)
	if err != nil {
		t.Fatal(err)
	}
}

// openStore gives a store that ends with the test. The shared test server does not
// sync, which nothing but a test may allow.
func openStore(t *testing.T, pool *pgxpool.Pool) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}
