package auth

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"
)

// kept is a line of a backup: a row of one of the tables.
type kept struct {
	Table string         `json:"table"`
	Row   jsontext.Value `json:"row"`
}

// keptTables are what a backup holds: what lets people and programs in, not who is
// signed in now.
var keptTables = []string{"credential", "token"}

// Export writes how members of staff and programs sign in, a line each: hashes, from
// which nobody learns a password.
func (a *Auth) Export(ctx context.Context, w io.Writer) (count int64, err error) {
	for _, table := range keptTables {
		rows, err := a.pool.Query(ctx, "SELECT to_jsonb(t) FROM "+pgx.Identifier{"auth", table}.Sanitize()+" t ORDER BY staff")
		if err != nil {
			return count, fmt.Errorf("read sign-ins: %w", err)
		}
		var row []byte
		_, err = pgx.ForEachRow(rows, []any{&row}, func() error {
			count++
			line, err := json.Marshal(kept{table, jsontext.Value(row)})
			if err == nil {
				_, err = w.Write(append(line, '\n'))
			}
			return err
		})
		if err != nil {
			return count, fmt.Errorf("write sign-ins: %w", err)
		}
	}
	return count, nil
}

// Import brings back what Export wrote, all or nothing. Who has a sign-in already keeps
// it.
func (a *Auth) Import(ctx context.Context, r io.Reader) (count int64, err error) {
	err = pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line kept
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				return err
			}
			known := false
			for _, table := range keptTables {
				known = known || table == line.Table
			}
			if !known {
				return fmt.Errorf("there is no table of sign-ins %q", line.Table)
			}
			table := pgx.Identifier{"auth", line.Table}.Sanitize()
			done, err := tx.Exec(ctx, "INSERT INTO "+table+" SELECT * FROM jsonb_populate_record(NULL::"+table+", $1) ON CONFLICT DO NOTHING", string(line.Row))
			if err != nil {
				return err
			}
			count += done.RowsAffected()
		}
		return lines.Err()
	})
	if err != nil {
		return 0, fmt.Errorf("bring sign-ins back: %w", err)
	}
	return count, nil
}
