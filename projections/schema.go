package projections

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
)

// build is a generation of a read model's tables: which version, how far it has
// come, and whether the views show it. Any number may stand beside each other;
// one serves.
type build struct {
	Generation int64
	Version    int
	Position   eventstore.Position
	Epoch      int64 // goes up with each process that takes the build over; a write names the one it knows
	Serving    bool

	Description string // of the tables as they were made; empty from a program that kept none
}

// table is the name of a table of this generation, as SQL writes it.
func (b build) table(name string) string {
	return `read.` + quote(fmt.Sprintf("%s_g%d", name, b.Generation))
}

const schemaSQL = `
CREATE SCHEMA IF NOT EXISTS read;
CREATE TABLE IF NOT EXISTS read.builds (
	generation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	model      text NOT NULL,
	version    bigint NOT NULL,
	position   bigint NOT NULL DEFAULT 0,
	epoch      bigint NOT NULL DEFAULT 0,
	serving    boolean NOT NULL DEFAULT false,
	failure    text NOT NULL DEFAULT '',
	built_at   timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE read.builds ADD COLUMN IF NOT EXISTS description text NOT NULL DEFAULT '';
-- The last event of the ledger's own that a build has taken in, by which the ledger is
-- known again; NULL where an older program brought the build here.
ALTER TABLE read.builds ADD COLUMN IF NOT EXISTS mark_position bigint;
ALTER TABLE read.builds ADD COLUMN IF NOT EXISTS mark_event uuid;
CREATE UNIQUE INDEX IF NOT EXISTS builds_serving ON read.builds (model) WHERE serving;
`

// schemaDone asks whether the schema is there already: making it again would wait for
// every build that another process is at.
const schemaDone = `
SELECT count(*) = 2 FROM pg_attribute
WHERE attrelid = to_regclass('read.builds') AND attname IN ('description', 'mark_event') AND NOT attisdropped`

// migrate makes the schema and, for read models that there were none of, empty
// tables that serve at once. Versions that differ from the one serving are left
// to be built beside it.
func migrate(ctx context.Context, db beginner, plans []*plan) error {
	return inTransaction(ctx, db, func(tx pgx.Tx) error {
		if err := locks.ReadSchema.Take(ctx, tx); err != nil {
			return err
		}
		var done bool
		if err := tx.QueryRow(ctx, schemaDone).Scan(&done); err != nil {
			return err
		}
		if !done {
			if _, err := tx.Exec(ctx, schemaSQL); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `SELECT DISTINCT model FROM read.builds`)
		if err != nil {
			return err
		}
		known, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		present := make(map[string]bool, len(known))
		for _, name := range known {
			present[name] = true
		}
		for _, p := range plans {
			if present[p.Name] {
				continue
			}
			b, err := addBuild(ctx, tx, p)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, createTables(p, b)+createKeys(p, b)); err != nil {
				return fmt.Errorf("make the tables of read model %s: %w", p.Name, err)
			}
			if err := serve(ctx, tx, p, b); err != nil {
				return err
			}
		}
		return nil
	})
}

func addBuild(ctx context.Context, tx pgx.Tx, p *plan) (build, error) {
	b := build{Version: p.Version}
	err := tx.QueryRow(ctx, `INSERT INTO read.builds (model, version, description) VALUES ($1, $2, $3) RETURNING generation`,
		p.Name, p.Version, p.Description()).Scan(&b.Generation)
	return b, err
}

func createTables(p *plan, b build) string {
	var ddl strings.Builder
	for _, table := range p.Tables {
		fmt.Fprintf(&ddl, "CREATE TABLE %s (", b.table(table.name()))
		for i, c := range table.columns() {
			if i > 0 {
				ddl.WriteString(", ")
			}
			fmt.Fprintf(&ddl, "%s %s", quote(c.name), c.kind.sql)
		}
		ddl.WriteString(");\n")
	}
	return ddl.String()
}

// createKeys is the keys and indexes, made after the rows when there are many.
func createKeys(p *plan, b build) string {
	var ddl strings.Builder
	for _, table := range p.Tables {
		keys := make([]string, table.keyColumns())
		for i, c := range table.columns()[:table.keyColumns()] {
			keys[i] = quote(c.name)
		}
		fmt.Fprintf(&ddl, "ALTER TABLE %s ADD PRIMARY KEY (%s);\n", b.table(table.name()), strings.Join(keys, ", "))
		for _, on := range table.indexes() {
			fmt.Fprintf(&ddl, "CREATE INDEX ON %s %s;\n", b.table(table.name()), on)
		}
	}
	return ddl.String()
}

// serve makes the views show the build, and only it.
func serve(ctx context.Context, tx pgx.Tx, p *plan, b build) error {
	var ddl strings.Builder
	for _, table := range p.Tables {
		names := make([]string, len(table.columns()))
		for i, c := range table.columns() {
			names[i] = quote(c.name)
		}
		view := "read." + quote(table.name())
		fmt.Fprintf(&ddl, "DROP VIEW IF EXISTS %s;\nCREATE VIEW %s AS SELECT %s FROM %s;\n",
			view, view, strings.Join(names, ", "), b.table(table.name()))
	}
	if _, err := tx.Exec(ctx, ddl.String()); err != nil {
		return fmt.Errorf("switch the views of read model %s: %w", p.Name, err)
	}
	// The process that writes the generation that served so far stops at its
	// next write, and looks again which one serves.
	if _, err := tx.Exec(ctx, `UPDATE read.builds SET serving = false, epoch = epoch + 1 WHERE model = $1 AND serving`, p.Name); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE read.builds SET serving = true WHERE generation = $1`, b.Generation)
	return err
}

// findBuild is the generation of the model's version that a runner carries on:
// the one that serves, else the newest; false when there is none.
func findBuild(ctx context.Context, db querier, p *plan) (build, bool, error) {
	b := build{Version: p.Version}
	err := db.QueryRow(ctx, `
		SELECT generation, position, epoch, serving, description FROM read.builds
		WHERE model = $1 AND version = $2
		ORDER BY serving DESC, generation DESC LIMIT 1`, p.Name, p.Version).
		Scan(&b.Generation, &b.Position, &b.Epoch, &b.Serving, &b.Description)
	if errors.Is(err, pgx.ErrNoRows) {
		return build{}, false, nil
	}
	return b, err == nil, err
}

// checkVersion refuses a model whose build of this version has other tables than the
// model describes. A build of a program that kept no description is taken to have
// these.
func checkVersion(ctx context.Context, pool *pgxpool.Pool, p *plan) error {
	b, found, err := findBuild(ctx, pool, p)
	if err != nil || !found {
		return err
	}
	switch now := p.Description(); b.Description {
	case now:
		return nil
	case "":
		_, err := pool.Exec(ctx, `UPDATE read.builds SET description = $2 WHERE generation = $1`, b.Generation, now)
		return err
	default:
		return fmt.Errorf("read model %s: its tables changed and its version, %d, did not, so that the tables in the database are not those of this program (%s): give it a new version",
			p.Name, p.Version, apart(b.Description, now))
	}
}

// retire drops the tables of every build of the model that does not serve.
func retire(ctx context.Context, db beginner, model string) (dropped int, err error) {
	err = inTransaction(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `DELETE FROM read.builds WHERE model = $1 AND NOT serving RETURNING generation`, model)
		if err != nil {
			return err
		}
		generations, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		dropped = len(generations)
		for _, generation := range generations {
			if err := dropGeneration(ctx, tx, generation); err != nil {
				return err
			}
		}
		return nil
	})
	return dropped, err
}

// dropGeneration drops a generation's tables, and the views that show them.
func dropGeneration(ctx context.Context, tx pgx.Tx, generation int64) error {
	rows, err := tx.Query(ctx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'read' AND tablename ~ ('_g' || $1::bigint || '$')`, generation)
	if err != nil {
		return err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := tx.Exec(ctx, "DROP TABLE read."+quote(table)+" CASCADE"); err != nil {
			return err
		}
	}
	return nil
}

// beginner begins transactions: a pool or a connection.
type beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// querier asks for one row.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func inTransaction(ctx context.Context, db beginner, do func(pgx.Tx) error) error {
	tx, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
