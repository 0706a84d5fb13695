// Package schema is what the ledger in PostgreSQL consists of, and whose it is: the
// tables belong to a role that makes them and is not there while the program runs, and
// the program signs in as one that can only add events to them (S-15).
package schema

import (
	"context"
	_ "embed"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore/postgres/locks"
)

//go:embed ledger.sql
var ledger string

// OutdatedError says that the ledger's tables are not there, or not as this program
// needs them, and that the role it signed in as may not make them.
type OutdatedError struct{ Role string }

func (e *OutdatedError) Error() string {
	return "账本的表尚未建立或不是本程序所需的样子,而角色 " + e.Role + " 无权建立;请由所有者执行 guishu database roles 打印的 SQL(见 docs/database-roles.md)/ " +
		"the ledger's tables are not there, or not as this program needs them, and the role " + e.Role +
		" may not make them: have their owner run the SQL that guishu database roles prints (docs/database-roles.md)"
}

// Migrate brings the ledger's tables up to date, one process at a time. Errors:
// *OutdatedError where they are not and the role may not do it.
func Migrate(ctx context.Context, connection *pgx.Conn) error {
	return pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error { return migrate(ctx, tx) })
}

func migrate(ctx context.Context, tx pgx.Tx) error {
	if err := locks.LedgerSchema.Take(ctx, tx); err != nil {
		return err
	}
	current, err := isCurrent(ctx, tx)
	if err != nil || current {
		return err
	}
	var role string
	var may bool
	err = tx.QueryRow(ctx, `
		SELECT current_user, coalesce(
			(SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE relname = 'events' AND relnamespace = ledger),
			(SELECT has_schema_privilege(ledger, 'CREATE') WHERE ledger IS NOT NULL),
			has_database_privilege(current_database(), 'CREATE'))
		FROM (SELECT (SELECT oid FROM pg_namespace WHERE nspname = 'ledger') AS ledger) AS place`).Scan(&role, &may)
	if err != nil {
		return err
	}
	if !may {
		return &OutdatedError{Role: role}
	}
	_, err = tx.Exec(ctx, ledger)
	return err
}

// isCurrent looks before it touches: creating the triggers again would take locks that
// wait for readers and writers. It asks by names, which takes no right to the tables.
func isCurrent(ctx context.Context, tx pgx.Tx) (current bool, err error) {
	err = tx.QueryRow(ctx, `
		WITH tables AS (
			SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'ledger'
		)
		SELECT 2 = (
			SELECT count(*) FROM pg_trigger JOIN tables ON tables.oid = tgrelid
			WHERE tgenabled = 'A'
			  AND (relname, tgname) IN (('events', 'events_are_never_rewritten'), ('head', 'head_is_never_removed'))
		) AND EXISTS (
			SELECT FROM pg_attribute JOIN tables ON tables.oid = attrelid
			WHERE relname = 'events' AND attname = 'is_binary' AND NOT attisdropped
		)`).Scan(&current)
	return current, err
}
