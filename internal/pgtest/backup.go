package pgtest

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Copy keeps a copy of a test's database, to which nobody may be connected now, and
// gives how to put it in the database's place: everybody's connection ends then.
func Copy(t testing.TB, address string) (putBack func()) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(parsed.Path, "/")
	parsed.Path = "/postgres"
	orders, err := pgx.Connect(t.Context(), parsed.String())
	if err != nil {
		t.Fatalf("connect to the server for tests: %v", err)
	}
	t.Cleanup(func() { _ = orders.Close(context.Background()) })
	order := func(sql string) {
		t.Helper()
		if _, err := orders.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	database, kept := pgx.Identifier{name}.Sanitize(), pgx.Identifier{name + "_copy"}.Sanitize()
	order(`CREATE DATABASE ` + kept + ` TEMPLATE ` + database)
	t.Cleanup(func() {
		_, _ = orders.Exec(context.Background(), `DROP DATABASE IF EXISTS `+kept+` WITH (FORCE)`)
	})
	return func() {
		t.Helper()
		order(`ALTER DATABASE ` + database + ` WITH ALLOW_CONNECTIONS false`)
		order(`DROP DATABASE ` + database + ` WITH (FORCE)`)
		order(`ALTER DATABASE ` + kept + ` RENAME TO ` + database)
	}
}
