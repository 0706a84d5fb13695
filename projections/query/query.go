// Package query is what the queries of all read models share: conditions that
// never hold user input in their text, scope, pages by key, and reading rows.
package query

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"guishu/projections"
)

// DB asks questions: a pool, a connection or a transaction.
type DB interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Select reads every row of "SELECT columns FROM from WHERE … rest".
func Select[R any](ctx context.Context, db DB, columns []projections.Column[R], from string, where Where, rest string) ([]R, error) {
	if where.refusal != nil {
		return nil, where.refusal
	}
	sql := "SELECT " + names(columns) + " FROM " + from + where.SQL() + " " + rest
	rows, err := db.Query(ctx, sql, where.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []R
	for rows.Next() {
		var row R
		if err := projections.Read(columns, &row, rows.RawValues()); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func names[R any](columns []projections.Column[R]) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	return strings.Join(all, ", ")
}

// Count counts the rows of "FROM from WHERE …", up to a limit: above it the exact
// number does not matter.
func Count(ctx context.Context, db DB, from string, where Where, most int) (int, error) {
	if where.refusal != nil {
		return 0, where.refusal
	}
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s%s LIMIT %d) AS counted", from, where.SQL(), most)
	rows, err := db.Query(ctx, sql, where.args...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}
