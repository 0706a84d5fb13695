package pgtest_test

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := pgtest.New(t).Exec(t.Context(), `CREATE TABLE mine (name text)`); err != nil {
				t.Fatalf("a table of this name is there already: %v", err)
			}
		})
	}
}

// Also when the test left a connection open.
func TestADatabaseIsDroppedAfterItsTest(t *testing.T) {
	t.Parallel()
	var address string
	t.Run("inner", func(inner *testing.T) {
		address = pgtest.URL(inner)
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			inner.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) }) // long after the inner test
	})
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

func TestADurableDatabaseKeepsItsPromises(t *testing.T) {
	t.Parallel()
	if os.Getenv("DATABASE_URL")+os.Getenv("GUISHU_TEST_DATABASE_URL") != "" {
		t.Skip("the server was given; its settings are its owner's")
	}
	for address, want := range map[string]string{pgtest.Durable(t): "on", pgtest.URL(t): "off"} {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		var fsync string
		if err := conn.QueryRow(t.Context(), `SHOW fsync`).Scan(&fsync); err != nil || fsync != want {
			t.Errorf("fsync is %q, want %q (%v)", fsync, want, err)
		}
		conn.Close(t.Context())
	}
}

func TestAKilledServerComesBack(t *testing.T) {
	t.Parallel()
	private := pgtest.Private(t)
	before := private.Process()
	pgtest.Kill(t, private)
	waiting.Until(t, "PostgreSQL to answer again", func() bool {
		now := private.Process()
		if now == 0 || now == before {
			return false
		}
		conn, err := pgx.Connect(t.Context(), private.URL("postgres"))
		if err != nil {
			return false
		}
		return conn.Close(t.Context()) == nil
	})
}

func BenchmarkFreshDatabase(b *testing.B) {
	pgtest.URL(b) // the server's start is not what is measured
	for b.Loop() {
		pgtest.URL(b)
	}
}
