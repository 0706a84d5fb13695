package schema

import (
	"context"
	_ "embed"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Server is the name of the role that the program signs in as, where nobody gave it
// another.
const Server = "guishu_server"

var (
	//go:embed roles.sql
	roles string
	//go:embed another.sql
	another string
	//go:embed excess.sql
	excess string
)

// Prepare makes a database ready for a program that signs in as the role server: the
// ledger's tables become the property of whoever is connected, everything beside them
// that of the role, which is made where there is none. All of it is done or, on any
// error and when the program is killed, nothing; doing it again changes nothing (S-15).
func Prepare(ctx context.Context, connection *pgx.Conn, server string) error {
	return pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('guishu.server', $1, true)", server); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, another); err != nil {
			return err
		}
		if err := migrate(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, roles)
		return err
	})
}

// Script is the SQL of Prepare, for whoever runs it by hand.
func Script(server string) string {
	return "BEGIN;\nSET LOCAL guishu.server = '" + strings.ReplaceAll(server, "'", "''") + "';\n\n" + another + "\n" + ledger + "\n" + roles + "\nCOMMIT;\n"
}

// Excess says what whoever is connected could do to the ledger beyond reading it and
// adding to it, such as "superuser" or "owns ledger.events"; nothing where the role is
// as Prepare makes it.
func Excess(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) ([]string, error) {
	rows, err := db.Query(ctx, excess)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
