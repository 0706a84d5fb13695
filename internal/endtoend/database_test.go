package endtoend

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connect looks into the running program's database behind its back.
func (i *installation) connect() *pgxpool.Pool {
	i.t.Helper()
	pool, err := pgxpool.New(within(i.t), i.url())
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(pool.Close)
	return pool
}

// events looks into where the ledger's events are: the program's own database, or
// that behind its EventStoreDB.
func (i *installation) events() *pgxpool.Pool {
	i.t.Helper()
	if i.behind != nil {
		return i.behind
	}
	return i.connect()
}

// column is what a query of one column gives.
func column[T any](t testing.TB, database *pgxpool.Pool, query string, arguments ...any) []T {
	t.Helper()
	rows, err := database.Query(within(t), query, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return found
}

// one is what a query of one value gives.
func one[T any](t testing.TB, database *pgxpool.Pool, query string, arguments ...any) T {
	t.Helper()
	found := column[T](t, database, query, arguments...)
	if len(found) != 1 {
		t.Fatalf("%s: %d rows", query, len(found))
	}
	return found[0]
}

// last is the ledger's last position.
func last(t testing.TB, database *pgxpool.Pool) int64 {
	t.Helper()
	return one[int64](t, database, `SELECT coalesce(max(position), 0) FROM ledger.events`)
}

// contiguous fails unless positions are 1, 2, 3 … and every stream's revisions
// 0, 1, 2 …
func contiguous(t testing.TB, database *pgxpool.Pool) {
	t.Helper()
	holes := one[int64](t, database, `SELECT coalesce(max(position), 0) - count(*) FROM ledger.events`)
	if holes != 0 {
		t.Errorf("positions have %d holes", holes)
	}
	if torn := column[string](t, database, `SELECT stream FROM ledger.events GROUP BY stream HAVING max(revision) + 1 <> count(*)`); len(torn) > 0 {
		t.Errorf("revisions are not contiguous in %v", torn)
	}
}
