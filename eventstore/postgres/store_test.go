package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) eventstore.Store { return open(t, pgtest.New(t)) })
}

// open gives a store that ends with the test. The shared test server does not
// sync, which nothing but a test may allow.
func open(t *testing.T, pool *pgxpool.Pool) *postgres.Store {
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
