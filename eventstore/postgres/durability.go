package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// UnsafeServerError says that the server may lose what it has acknowledged.
type UnsafeServerError struct {
	Settings []string // the settings that are off, such as "fsync"
}

func (e *UnsafeServerError) Error() string {
	return fmt.Sprintf("event store: PostgreSQL may lose acknowledged events: %s must be on", strings.Join(e.Settings, ", "))
}

// CheckDurability gives *UnsafeServerError for a server or role that has given up
// durability. Being told "local", "remote_write" or "remote_apply" is as durable as
// "on" here.
func CheckDurability(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}) error {
	rows, err := db.Query(ctx, `
		SELECT name
		FROM pg_settings
		WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')
		  AND (setting = 'off' OR reset_val = 'off')
		ORDER BY name`)
	if err != nil {
		return err
	}
	off, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(off) > 0 {
		return &UnsafeServerError{Settings: off}
	}
	return nil
}
