package pgtest_test

import (
	"context"
	"testing"

	"guishu/internal/pgtest"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			if _, err := pool.Exec(context.Background(), `CREATE TABLE mine (name text)`); err != nil {
				t.Fatalf("a table of this name is there already: %v", err)
			}
		})
	}
}

func BenchmarkFreshDatabase(b *testing.B) {
	pgtest.URL(b) // the server's start is not what is measured
	for b.Loop() {
		pgtest.URL(b)
	}
}
