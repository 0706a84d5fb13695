package timeline

import (
	"context"

	"github.com/jackc/pgx/v5"

	"guishu/domain"
	"guishu/projections/query"
)

// Told is an entry with the name by which the actor signs in, empty for the ledger
// itself.
type Told struct {
	Entry
	Login string
}

// Newest gives entries of all customers from before a position, the newest first, at
// most limit of them.
func Newest(ctx context.Context, db query.DB, before domain.Position, limit int) ([]Told, error) {
	rows, err := db.Query(ctx, `
		SELECT t.position, t.customer, t.type, t.stream, t.revision, t.event, t.recorded_at, t.actor, coalesce(s.login, '')
		FROM read.timeline t LEFT JOIN read.staff s ON s.staff = t.actor
		WHERE t.position < $1 ORDER BY t.position DESC LIMIT $2`, int64(before), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Told, err error) {
		err = row.Scan(&t.Position, &t.Customer, &t.Type, &t.Stream, &t.Revision, &t.Event, &t.RecordedAt, &t.Actor, &t.Login)
		return t, err
	})
}
