package app_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
	"guishu/internal/waiting"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// tampering is what nobody does to a ledger who may only add to it.
var tampering = []string{
	`UPDATE ledger.events SET data = 'forged' WHERE position = 1`,
	`UPDATE ledger.events SET type = 'forged' WHERE false`,
	`DELETE FROM ledger.events WHERE position = 1`,
	`TRUNCATE ledger.events`,
	`INSERT INTO ledger.events SELECT * FROM ledger.events ON CONFLICT (position) DO UPDATE SET data = 'forged'`,
	`DELETE FROM ledger.head`,
	`TRUNCATE ledger.head`,
	`INSERT INTO ledger.head (one, position, tip) VALUES (true, 1, 1)`,
	`ALTER TABLE ledger.events DISABLE TRIGGER events_are_never_rewritten`,
	`ALTER TABLE ledger.events DISABLE TRIGGER ALL`,
	`DROP TRIGGER events_are_never_rewritten ON ledger.events`,
	`CREATE TRIGGER forge BEFORE INSERT ON ledger.events FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()`,
	`CREATE RULE forge AS ON INSERT TO ledger.events DO INSTEAD NOTHING`,
	`CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
	`DROP FUNCTION ledger.refuse_change() CASCADE`,
	`ALTER TABLE ledger.events ALTER COLUMN data TYPE text USING 'forged'`,
	`ALTER TABLE ledger.events RENAME TO hidden`,
	`ALTER TABLE ledger.events ENABLE ROW LEVEL SECURITY`,
	`ALTER TABLE ledger.events OWNER TO CURRENT_USER`,
	`CREATE TABLE ledger.forged (position bigint)`,
	`DROP TABLE ledger.events`,
	`DROP SCHEMA ledger CASCADE`,
	`ALTER SCHEMA ledger RENAME TO hidden`,
	`SET session_replication_role = replica`,
	`SET ROLE guishu`,
	`SET SESSION AUTHORIZATION guishu`,
	`GRANT guishu TO CURRENT_USER`,
	`ALTER ROLE CURRENT_USER SUPERUSER`,
	`CREATE ROLE accomplice SUPERUSER`,
	`UPDATE pg_trigger SET tgenabled = 'D'`,
	`COPY ledger.events TO PROGRAM 'true'`,
	`ALTER DATABASE guishu OWNER TO CURRENT_USER`,
	`DROP DATABASE guishu`,
}

// refuses fails unless whoever holds the pool is told, of each of these, that it has no
// right to it.
func refuses(t *testing.T, pool *pgxpool.Pool, statements []string) {
	t.Helper()
	for _, statement := range statements {
		connection, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = connection.Exec(t.Context(), statement, pgx.QueryExecModeSimpleProtocol)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			t.Errorf("%s: got %v", statement, err)
		}
		connection.Release()
	}
}

// privately is the product on a private cluster of its own.
func privately(folder string) app.Config {
	return app.Config{
		Database: privatepg.Settings{Options: privatepg.Options{DataDir: folder, Disposable: true}}, KEK: sealing.KEKSource{Folder: folder},
		Log: slog.New(slog.DiscardHandler), Store: postgres.Options{AllowUnsafe: true},
	}
}

// goesOn founds a firm where there is none, and fails unless the read models take in
// whatever the ledger holds.
func goesOn(t *testing.T, a *app.App) {
	t.Helper()
	_, installed, err := commands.FirstAdministrator(t.Context(), a.Ledger)
	if err == nil && !installed {
		_, err = commands.Install(t.Context(), a.Ledger, commands.InstallFirstAdministrator{
			Firm: "示例银行", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001",
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	stop := apptest.Run(t, a)
	defer stop()
	ctx := waiting.Context(t, "the read models to show the ledger")
	last, err := a.Store.LastPosition(ctx)
	if err == nil {
		err = a.Models.WaitForAll(ctx, last)
	}
	if err != nil {
		t.Fatal(err)
	}
	replayed, err := a.Models.Replay(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range replayed {
		if model.Differing > 0 {
			t.Errorf("%+v", model)
		}
	}
}

// S-15: what the program itself is signed in as cannot rewrite the ledger, nor make
// itself somebody who can.
func TestTheProgramCanOnlyAddToItsLedger(t *testing.T) {
	t.Parallel()
	a := apptest.Open(t, privately(filepath.Join(pgtest.Folder(t), "data")))
	refuses(t, a.Pool, tampering)
	goesOn(t, a)
	refuses(t, a.Pool, tampering)
	if excess, err := a.Excess(t.Context()); err != nil || len(excess) > 0 {
		t.Errorf("it is said to be able to do more: %v, %v", excess, err)
	}
}

// S-15: a private cluster in which everything belongs to the one role that an older
// version worked as is brought over at the next start.
func TestAnOlderPrivateClusterIsBroughtOver(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(pgtest.Folder(t), "data")
	cluster, err := privatepg.Start(t.Context(), privatepg.Options{DataDir: folder, Disposable: true})
	if err != nil {
		t.Fatal(err)
	}
	before := privately(folder)
	before.Database.DatabaseURL = cluster.URL("guishu")
	if err = cluster.EnsureDatabase(t.Context(), "guishu"); err == nil {
		var a *app.App
		if a, err = app.Open(t.Context(), before); err == nil {
			goesOn(t, a)
			if excess, err := a.Excess(t.Context()); err != nil || !slices.Equal(excess, []string{"superuser"}) {
				t.Errorf("before, it could do %v, %v", excess, err)
			}
			err = a.Close()
		}
	}
	if err := errors.Join(err, cluster.Stop()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		a, err := app.Open(t.Context(), privately(folder))
		if err != nil {
			t.Fatal(err)
		}
		goesOn(t, a)
		refuses(t, a.Pool, tampering)
		if theirs := notOwn(t, a.Pool); len(theirs) > 0 {
			t.Errorf("not the program's own: %v", theirs)
		}
		closed(t, a)
	}
}

// S-15: who starts the program as a superuser or owner is told so, and it works.
func TestAProgramThatCanDoMoreThanAddSaysSo(t *testing.T) {
	t.Parallel()
	_, owner := pgtest.Roles(t)
	var said strings.Builder
	config := newPlace(t).config("")
	config.Database.DatabaseURL, config.Log = owner, slog.New(slog.NewTextHandler(&said, nil))
	a, err := app.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, a)
	if !strings.Contains(said.String(), "can do more to the ledger than add to it") || !strings.Contains(said.String(), "can=superuser") {
		t.Errorf("it said %q", said.String())
	}
}

// notOwn are the tables and schemas beside the ledger that are not the property of
// whoever holds the pool.
func notOwn(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(context.WithoutCancel(t.Context()), `
		SELECT n.nspname || coalesce('.' || c.relname, '')
		FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
		WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'public', 'ledger')
		  AND NOT (pg_get_userbyid(n.nspowner) = current_user AND coalesce(pg_get_userbyid(c.relowner) = current_user, true))`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}
