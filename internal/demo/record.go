package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"guishu/domain"
	"guishu/eventstore/postgres/locks"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
)

//go:embed record.sql
var recordSchema string

// Record is what a demo keeps beside its ledger.
type Record struct {
	BegunOn domain.Date
	Shown   *Highlights // once everything is told
	Loaded  bool
}

// DB is a connection or a pool.
type DB interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// ClaimDatabase marks an empty database as a demo's, or finds the mark in it.
// ErrForeign when it holds anything else.
func ClaimDatabase(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Close(ctx)
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var marked bool
		var tables int
		err := tx.QueryRow(ctx, `
			SELECT to_regclass('demo.record') IS NOT NULL, count(*)
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
				AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`).Scan(&marked, &tables)
		if err != nil || marked {
			return err
		}
		if tables > 0 {
			return fmt.Errorf("DATABASE_URL: %w", ErrForeign)
		}
		_, err = tx.Exec(ctx, recordSchema)
		return err
	})
}

// Is says whether a database or, without one, a data folder is a demo's. What
// cannot be asked is none.
func Is(ctx context.Context, url, folder string) bool {
	if url == "" {
		marked, err := isMarked(folder)
		return err == nil && marked
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false
	}
	defer conn.Close(ctx)
	var marked bool
	err = conn.QueryRow(ctx, "SELECT to_regclass('demo.record') IS NOT NULL").Scan(&marked)
	return err == nil && marked
}

// OpenRecord reads a demo's record, which it begins today if there is none.
func OpenRecord(ctx context.Context, db DB, today domain.Date) (Record, error) {
	var record Record
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if err := locks.DemoSchema.Take(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, recordSchema); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO demo.record (begun_on) VALUES ($1) ON CONFLICT DO NOTHING", today.String()); err != nil {
			return err
		}
		var begun string
		var shown *string
		if err := tx.QueryRow(ctx, "SELECT begun_on, shown, loaded FROM demo.record").Scan(&begun, &shown, &record.Loaded); err != nil {
			return err
		}
		return record.read(begun, shown)
	})
	if err != nil {
		return Record{}, fmt.Errorf("open the demo's record: %w", err)
	}
	return record, nil
}

func (r *Record) read(begun string, shown *string) (err error) {
	if r.BegunOn, err = domain.ParseDate(begun); err != nil || shown == nil {
		return err
	}
	r.Shown = new(Highlights)
	return json.Unmarshal([]byte(*shown), r.Shown)
}

// Keep writes the record back.
func (r Record) Keep(ctx context.Context, db DB) error {
	if r.Shown == nil {
		return errors.New("demo: nothing to keep")
	}
	shown, err := json.Marshal(r.Shown)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE demo.record SET shown = $1, loaded = $2", string(shown), r.Loaded)
		return err
	})
}
