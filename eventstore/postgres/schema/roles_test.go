package schema_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/schema"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close(context.Background()) })
	return connection
}

func execute(t *testing.T, connection *pgx.Conn, sql string) {
	t.Helper()
	if _, err := connection.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](t *testing.T, connection *pgx.Conn, sql string) (value T) {
	t.Helper()
	if err := connection.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// grown is what a database of an older version holds beside the ledger, the property of
// whoever is connected.
const grown = `
	CREATE SCHEMA read;
	CREATE TABLE read.builds (generation bigint GENERATED ALWAYS AS IDENTITY, number bigserial);
	CREATE VIEW read.list AS SELECT generation FROM read.builds;
	CREATE SCHEMA registry;
	CREATE SEQUENCE registry.attempt;
	CREATE TABLE registry.reservation (attempt bigint DEFAULT nextval('registry.attempt'));
	CREATE SCHEMA foreigner;
	CREATE TABLE foreigner.own ();`

const (
	serverOwns    = `SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v', 'S') AND pg_get_userbyid(relowner) = 'guishu_server'`
	othersOwn     = `SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v', 'S') AND pg_get_userbyid(relowner) <> 'guishu_server' AND relnamespace IN ('read'::regnamespace, 'registry'::regnamespace)`
	ledgersOwners = `SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ',') FROM pg_class WHERE relnamespace = 'ledger'::regnamespace`
)

// S-15: the SQL that is printed does what the private cluster does, any number of times,
// and on a database whose tables another role owns.
func TestTheScriptMakesADatabaseReadyAnyNumberOfTimes(t *testing.T) {
	t.Parallel()
	server, owner := pgtest.Roles(t)
	orders := connect(t, owner)
	execute(t, orders, grown)
	for range 2 {
		execute(t, orders, schema.Script(schema.Server))
		if got := one[int](t, orders, othersOwn); got > 0 {
			t.Errorf("%d things beside the ledger are not the program's", got)
		}
		if got, me := one[string](t, orders, ledgersOwners), one[string](t, orders, "SELECT current_user"); got != me {
			t.Errorf("the ledger is %s's, want %s's", got, me)
		}
		if one[bool](t, orders, `SELECT pg_get_userbyid(relowner) = 'guishu_server' FROM pg_class WHERE oid = 'foreigner.own'::regclass`) {
			t.Error("a table of another program's was taken")
		}
		if excess, err := schema.Excess(t.Context(), connect(t, server)); err != nil || len(excess) > 0 {
			t.Errorf("it can do more than add: %v, %v", excess, err)
		}
	}
	store, err := postgres.OpenURL(t.Context(), server, postgres.Options{AllowUnsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	// Who owned the ledger until then owns it no more.
	execute(t, orders, `ALTER TABLE ledger.events OWNER TO guishu_server; ALTER TABLE ledger.head OWNER TO guishu_server;
		ALTER FUNCTION ledger.refuse_change OWNER TO guishu_server; ALTER SCHEMA ledger OWNER TO guishu_server`)
	worker := connect(t, server)
	if excess, err := schema.Excess(t.Context(), worker); err != nil || !slices.Equal(excess, []string{"owns ledger.events", "owns ledger.head"}) {
		t.Errorf("an owner can do %v, %v", excess, err)
	}
	execute(t, orders, schema.Script(schema.Server))
	if excess, err := schema.Excess(t.Context(), worker); err != nil || len(excess) > 0 {
		t.Errorf("who was the owner can do more than add: %v, %v", excess, err)
	}
	if _, err := worker.Exec(t.Context(), schema.Script(schema.Server), pgx.QueryExecModeSimpleProtocol); err == nil || !strings.Contains(err.Error(), "another role") {
		t.Errorf("the program's role ran it itself: %v", err)
	}
}

// S-15: killed while it brings a database over, it has done nothing, and does it all the
// next time.
func TestADatabaseIsBroughtOverWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	_, owner := pgtest.Roles(t)
	orders, holder, victim := connect(t, owner), connect(t, owner), connect(t, owner)
	execute(t, orders, grown)
	execute(t, holder, `BEGIN; LOCK TABLE registry.reservation`) // late in the order
	ended := make(chan error, 1)
	go func() { ended <- schema.Prepare(t.Context(), victim, schema.Server) }()
	waiting.Until(t, "it to wait in the middle", func() bool {
		return one[bool](t, orders, `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`)
	})
	execute(t, orders, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if err := <-ended; err == nil {
		t.Fatal("it was not ended")
	}
	execute(t, holder, `ROLLBACK`)
	if owned, made := one[int](t, orders, serverOwns), one[bool](t, orders, `SELECT to_regnamespace('ledger') IS NOT NULL`); owned > 0 || made {
		t.Errorf("half of it was done: %d things have another owner, the ledger was made: %t", owned, made)
	}
	if err := schema.Prepare(t.Context(), holder, schema.Server); err != nil {
		t.Fatal(err)
	}
	if left := one[int](t, orders, othersOwn); left > 0 {
		t.Errorf("%d things are not the program's", left)
	}
}

// S-15: what a role can do beyond adding is named, however it came by it.
func TestWhatARoleCanDoBeyondAddingIsNamed(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		`GRANT UPDATE (data) ON ledger.events TO guishu_server`: "UPDATE on ledger.events",
		`GRANT DELETE ON ledger.events TO PUBLIC`:               "DELETE on ledger.events",
		`GRANT TRUNCATE ON ledger.head TO guishu_server`:        "TRUNCATE on ledger.head",
		`GRANT TRIGGER ON ledger.events TO guishu_server`:       "TRIGGER on ledger.events",
		`ALTER SCHEMA ledger OWNER TO guishu_server`:            "owns ledger.events,owns ledger.head",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			server, owner := pgtest.Roles(t)
			orders := connect(t, owner)
			execute(t, orders, schema.Script(schema.Server)+given)
			if excess, err := schema.Excess(t.Context(), connect(t, server)); err != nil || strings.Join(excess, ",") != want {
				t.Errorf("after %s it can do %v, %v", given, excess, err)
			}
		})
	}
}

// S-15: a program that may not make the ledger's tables says who makes them.
func TestARoleThatMayNotMakeTheTablesIsToldWhoDoes(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{
		"there is no ledger":      `CREATE SCHEMA ledger`,
		"the ledger is older":     schema.Script(schema.Server) + `ALTER TABLE ledger.events DROP COLUMN is_binary`,
		"its trigger is disabled": schema.Script(schema.Server) + `ALTER TABLE ledger.events DISABLE TRIGGER events_are_never_rewritten`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, owner := pgtest.Roles(t)
			execute(t, connect(t, owner), before)
			store, err := postgres.OpenURL(t.Context(), server, postgres.Options{AllowUnsafe: true})
			var outdated *schema.OutdatedError
			if !errors.As(err, &outdated) {
				t.Errorf("got %v", err)
			}
			if err == nil {
				_ = store.Close()
			}
		})
	}
}

// Events are added as ever, and what is there cannot be put in another's place.
func TestTheRoleAddsEventsAndMovesTheHeadOn(t *testing.T) {
	t.Parallel()
	server, owner := pgtest.Roles(t)
	execute(t, connect(t, owner), schema.Script(schema.Server))
	worker := connect(t, server)
	execute(t, worker, `INSERT INTO ledger.events SELECT 1, 0, now(), gen_random_uuid(), gen_random_uuid(), 's', 'noted', '', '', false;
		SELECT position FROM ledger.head FOR UPDATE; UPDATE ledger.head SET position = 1, tip = 2`)
	_, err := worker.Exec(t.Context(), `UPDATE ledger.head SET one = NULL`)
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "42501" {
		t.Errorf("got %v", err)
	}
}
