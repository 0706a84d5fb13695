package query

import (
	"context"
	"fmt"
	"strings"

	"guishu/domain"
	"guishu/projections"
)

// List is a list of a read model as a value: whoever shows it, in whatever form, asks
// it the same questions and gets the same rows. Q chooses among the rows, R is a row
// as the list shows it.
type List[Q, R any] struct {
	// Models are the read models that it tells from: those to wait for where
	// somebody wants to see their own write.
	Models []string
	// Key is the column whose value tells its rows apart.
	Key string
	// Sorts are its orders; the first one where none is asked for.
	Sorts []Sort
	// Unscoped is why a reader's scope does not matter; empty where it does, and
	// Rows keeps to it.
	Unscoped string
	// Rows says which rows a reader's question chooses.
	Rows func(Reader, Q) Rows[R]
}

// Rows are the rows that a question chooses, and how they are read.
type Rows[R any] struct {
	Columns []projections.Column[R]
	// Beside, if set, gives further columns, which need arguments.
	Beside  func(*Where) []projections.Column[R]
	From    string // the table, with those that give its rows their names
	Counted string // the table alone: all that conditions are about; empty for From
	Where   Where
	Finish  func(*R) // if set, changes each row that was read
}

// Page reads one page. ErrFormValue for a sort that the list has not, and for a
// cursor that is none or another order's.
func (l List[Q, R]) Page(ctx context.Context, db DB, reader Reader, q Q, paging Paging) (Page[R], error) {
	sort, err := Choose(l.Sorts, paging.Sort)
	if err != nil {
		return Page[R]{}, err
	}
	return l.Rows(reader, q).page(ctx, db, sort, paging)
}

// Count counts the rows of all pages, up to CountLimit.
func (l List[Q, R]) Count(ctx context.Context, db DB, reader Reader, q Q) (int, error) {
	rows := l.Rows(reader, q)
	from := rows.Counted
	if from == "" {
		from = rows.From
	}
	return Count(ctx, db, from, rows.Where, CountLimit)
}

// One reads the row with a key, such as a domain.PaymentID;
// ErrQueryNotFoundOrOutOfScope when the reader may see none.
func (l List[Q, R]) One(ctx context.Context, db DB, reader Reader, key any) (R, error) {
	var every Q
	rows := l.Rows(reader, every)
	rows.Where.And(l.Key+" = ?", argument(key))
	found, err := Select(ctx, db, rows.all(), rows.From, rows.Where, "LIMIT 1")
	if err == nil && len(found) == 0 {
		err = domain.ErrQueryNotFoundOrOutOfScope
	}
	if err != nil {
		var none R
		return none, err
	}
	if rows.Finish != nil {
		rows.Finish(&found[0])
	}
	return found[0], nil
}

// all is all columns; those beside add their arguments.
func (r *Rows[R]) all() []projections.Column[R] {
	if r.Beside == nil {
		return r.Columns
	}
	return append(r.Columns, r.Beside(&r.Where)...)
}

// page reads "SELECT columns FROM from WHERE …" in an order, from the cursor on.
func (r Rows[R]) page(ctx context.Context, db DB, sort Sort, paging Paging) (Page[R], error) {
	columns := r.all()
	if paging.After != "" {
		if err := r.Where.from(sort, paging.After); err != nil {
			return Page[R]{}, err
		}
	}
	if r.Where.refusal != nil {
		return Page[R]{}, r.Where.refusal
	}
	size := limit(paging.Limit)
	var sql strings.Builder
	sql.WriteString("SELECT " + names(columns))
	for i, key := range sort.Columns {
		fmt.Fprintf(&sql, ", %s::text AS key_%d", key, i)
	}
	sql.WriteString(" FROM " + r.From + r.Where.SQL() + " ORDER BY ")
	for i, key := range sort.Columns {
		if i > 0 {
			sql.WriteString(", ")
		}
		sql.WriteString(key)
		if sort.Descending {
			sql.WriteString(" DESC")
		}
	}
	// A number in the text, not an argument: PostgreSQL keeps a plan for all
	// arguments only if it can tell how many rows are wanted, and planning these
	// joins costs more than answering.
	fmt.Fprintf(&sql, " LIMIT %d", size+1)
	page := Page[R]{Rows: make([]R, 0, size)}
	rows, err := db.Query(ctx, sql.String(), r.Where.args...)
	if err != nil {
		return Page[R]{}, err
	}
	defer rows.Close()
	var key []string
	for rows.Next() {
		if len(page.Rows) == size {
			page.Next = sort.cursor(key)
			break
		}
		values := rows.RawValues()
		var row R
		if err := projections.Read(columns, &row, values[:len(columns)]); err != nil {
			return Page[R]{}, err
		}
		if r.Finish != nil {
			r.Finish(&row)
		}
		page.Rows = append(page.Rows, row)
		if len(page.Rows) == size {
			for _, value := range values[len(columns):] {
				key = append(key, string(value))
			}
		}
	}
	rows.Close()
	return page, rows.Err()
}
