// Package query is what the queries of all read models share: conditions that
// never hold user input in their text, scope, pages by key, and reading rows.
package query

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections"
)

// DB asks questions: a pool, a connection or a transaction.
type DB interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Where collects conditions and their arguments. The zero Where keeps all rows.
type Where struct {
	conditions []string
	args       []any
}

// Arg adds an argument and gives its placeholder.
func (w *Where) Arg(value any) string {
	w.args = append(w.args, value)
	return fmt.Sprintf("$%d", len(w.args))
}

// And adds a condition, whose question marks stand for the values in their order.
// The text comes from this program, never from a user.
func (w *Where) And(condition string, values ...any) {
	for _, value := range values {
		condition = strings.Replace(condition, "?", w.Arg(value), 1)
	}
	w.conditions = append(w.conditions, condition)
}

// Equal adds a condition unless the value is the zero one, which means any.
func Equal[T comparable](w *Where, column string, value T) {
	var zero T
	if value != zero {
		w.And(column+" = ?", argument(value))
	}
}

// argument is a value in a type that the driver knows.
func argument(value any) any {
	switch v := value.(type) {
	case interface{ UUID() uuid.UUID }:
		return v.UUID()
	case fmt.Stringer:
		return v.String()
	}
	return value
}

// Prefix adds a condition that a text begins with something, in a form that an
// index by bytes answers.
func (w *Where) Prefix(column, prefix string) { w.And(w.PrefixCondition(column, prefix)) }

// PrefixCondition is the condition of Prefix, to be part of another.
func (w *Where) PrefixCondition(column, prefix string) string {
	condition := column + " >= " + w.Arg(prefix)
	if end := after(prefix); end != "" {
		condition += " AND " + column + " < " + w.Arg(end)
	}
	return condition
}

// Below keeps the rows whose unit is the path's or below it.
func (w *Where) Below(unit string, path domain.Path) { w.And(w.units(staff.Area{Path: path}, unit)) }

// after is the least text that is greater than every text with the prefix; empty
// if there is none.
func after(prefix string) string {
	runes := []rune(prefix)
	for i := len(runes) - 1; i >= 0; i-- {
		if next := runes[i] + 1; next != 0xD800 && next <= 0x10FFFF {
			return string(runes[:i]) + string(next)
		}
		if runes[i] == 0xD7FF {
			return string(runes[:i]) + "\uE000"
		}
	}
	return ""
}

// SQL is the conditions as SQL writes them, with WHERE before them.
func (w *Where) SQL() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE (" + strings.Join(w.conditions, ") AND (") + ")"
}

// Args are the arguments.
func (w *Where) Args() []any { return w.args }

// Inner is the conditions as SQL for a query within another, and a Where for that
// other one, which goes on counting the arguments.
func (w *Where) Inner() (sql string, outer Where) {
	return w.SQL(), Where{args: w.args}
}

// Within keeps the rows of a scope (A-41, B-35): those whose unit lies in one of
// its areas, in that area's line, and those that are one's own, as the condition
// own says with the member of staff for its question marks. What is out of scope
// is as if it were not there.
func (w *Where) Within(scope staff.Scope, who domain.StaffID, unit, line, own string) {
	w.WithinEither(scope, who, []string{unit}, line, own)
}

// WithinEither is Within for rows that belong to several units.
func (w *Where) WithinEither(scope staff.Scope, who domain.StaffID, units []string, line, own string) {
	if scope.Everywhere {
		return
	}
	var parts []string
	for _, area := range scope.Areas {
		for _, unit := range units {
			part := w.units(area, unit)
			if area.Line != "" && line != "" {
				part += " AND " + line + " IN ('', " + w.Arg(string(area.Line)) + ")"
			}
			parts = append(parts, "("+part+")")
		}
	}
	if scope.Own && own != "" {
		parts = append(parts, "("+strings.ReplaceAll(own, "?", w.Arg(who.UUID()))+")")
	}
	if len(parts) == 0 {
		w.And("false")
		return
	}
	w.And(strings.Join(parts, " OR "))
}

// Days keeps the rows whose day lies in a span, both ends included; a zero end is
// open.
func (w *Where) Days(column string, from, to domain.Date) {
	if !from.IsZero() {
		w.And(column+" >= ?", from.UTC())
	}
	if !to.IsZero() {
		w.And(column+" <= ?", to.UTC())
	}
}

// Days is a span of business days, both included; a zero end is open.
type Days struct {
	From, To domain.Date
	Zone     *time.Location // the business's time zone, China's if nil
}

// OnDays keeps the rows whose instant falls on a day of the span.
func (w *Where) OnDays(column string, days Days) {
	zone := days.Zone
	if zone == nil {
		zone = domain.ChinaZone()
	}
	if !days.From.IsZero() {
		w.And(column+" >= ?", days.From.Start(zone))
	}
	if !days.To.IsZero() {
		w.And(column+" < ?", days.To.AddDays(1).Start(zone))
	}
}

// units is the condition that a unit lies in an area. The units are looked up
// once for the whole query, and where units move, their paths are rewritten in
// one small table rather than in every row that names one.
func (w *Where) units(area staff.Area, unit string) string {
	within := w.PrefixCondition("path", string(area.Path))
	if area.Line != "" {
		within += " AND line IN ('', " + w.Arg(string(area.Line)) + ")"
	}
	return unit + " = ANY (ARRAY(SELECT unit FROM read.units WHERE " + within + "))"
}

// Page is some rows of a list, and where the next ones begin.
type Page[R any] struct {
	Rows []R
	Next Cursor // empty after the last row
}

// Cursor says where a page begins. It is opaque and good for the same list with
// the same order only.
type Cursor string

// Sort is a way to order a list: columns that together are unique, all in one
// direction.
type Sort struct {
	Name       string
	Columns    []string // as SQL names them
	Descending bool
}

// Limits of a page and of a count.
const (
	DefaultLimit = 50
	MaxLimit     = 500
	CountLimit   = 1_000_000
)

// limit is how many rows a page has.
func limit(asked int) int {
	switch {
	case asked <= 0:
		return DefaultLimit
	case asked > MaxLimit:
		return MaxLimit
	}
	return asked
}

// Choose finds the sort by its name, a leading minus for the other direction; the
// first one when no name is given; ErrFormValue for any other.
func Choose(sorts []Sort, name string) (Sort, error) {
	if name == "" {
		return sorts[0], nil
	}
	bare, reverse := strings.CutPrefix(name, "-")
	for _, s := range sorts {
		if s.Name == bare {
			s.Descending = s.Descending != reverse
			return s, nil
		}
	}
	return Sort{}, domain.ErrFormValue.At("sort")
}

// place is what a cursor holds.
type place struct {
	Sort string   // a digest of the order it belongs to
	Key  []string // the last row's values, as PostgreSQL writes them
}

func (s Sort) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %v", s.Columns, s.Descending))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// List reads one page of a query "SELECT columns FROM from WHERE …" in the order
// of sort, after the cursor. A cursor that is none is ErrFormValue.
func List[R any](ctx context.Context, db DB, columns []projections.Column[R], from string, where Where, sort Sort, after Cursor, asked int) (Page[R], error) {
	if after != "" {
		if err := where.from(sort, after); err != nil {
			return Page[R]{}, err
		}
	}
	size := limit(asked)
	var sql strings.Builder
	sql.WriteString("SELECT ")
	for i, c := range columns {
		if i > 0 {
			sql.WriteString(", ")
		}
		sql.WriteString(c.Name)
	}
	for i, key := range sort.Columns {
		fmt.Fprintf(&sql, ", %s::text AS key_%d", key, i)
	}
	sql.WriteString(" FROM " + from + where.SQL() + " ORDER BY ")
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
	var key []string
	rows, err := db.Query(ctx, sql.String(), where.args...)
	if err != nil {
		return Page[R]{}, err
	}
	defer rows.Close()
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

func (s Sort) cursor(key []string) Cursor {
	text, err := json.Marshal(place{Sort: s.digest(), Key: key})
	if err != nil {
		return ""
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(text))
}

// from adds the condition that rows come after the cursor.
func (w *Where) from(sort Sort, after Cursor) error {
	wrong := domain.ErrFormValue.At("after")
	text, err := base64.RawURLEncoding.DecodeString(string(after))
	if err != nil {
		return wrong
	}
	var at place
	if err := json.Unmarshal(text, &at); err != nil || at.Sort != sort.digest() || len(at.Key) != len(sort.Columns) {
		return wrong
	}
	comparison := " > "
	if sort.Descending {
		comparison = " < "
	}
	keys := make([]string, len(at.Key))
	for i, key := range at.Key {
		keys[i] = w.Arg(key)
	}
	w.conditions = append(w.conditions, "("+strings.Join(sort.Columns, ", ")+")"+comparison+"("+strings.Join(keys, ", ")+")")
	return nil
}

// Source is where the rows of a list come from and how they may be ordered.
type Source[R any] struct {
	Columns []projections.Column[R]
	From    string // the table, with those that give its rows their names
	Counted string // the table alone: all that conditions are about; empty for From
	Sorts   []Sort // the first one where none is asked for
}

// List reads one page of the rows that meet the conditions. ErrFormValue for an
// unknown sort, or for a cursor that is none or another order's.
func (s Source[R]) List(ctx context.Context, db DB, where Where, sort string, after Cursor, asked int) (Page[R], error) {
	chosen, err := Choose(s.Sorts, sort)
	if err != nil {
		return Page[R]{}, err
	}
	return List(ctx, db, s.Columns, s.From, where, chosen, after, asked)
}

// Count counts the rows that meet the conditions, up to CountLimit.
func (s Source[R]) Count(ctx context.Context, db DB, where Where) (int, error) {
	from := s.Counted
	if from == "" {
		from = s.From
	}
	return Count(ctx, db, from, where, CountLimit)
}

// One reads the one row that meets the conditions; ErrQueryNotFoundOrOutOfScope
// when there is none.
func (s Source[R]) One(ctx context.Context, db DB, where Where) (R, error) {
	return One(ctx, db, s.Columns, s.From, where)
}

// All reads every row of a query.
func All[R any](ctx context.Context, db DB, columns []projections.Column[R], sql string, args ...any) ([]R, error) {
	rows, err := db.Query(ctx, sql, args...)
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

// Select is "SELECT columns FROM from WHERE …".
func Select[R any](ctx context.Context, db DB, columns []projections.Column[R], from string, where Where, rest string) ([]R, error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return All(ctx, db, columns, "SELECT "+strings.Join(names, ", ")+" FROM "+from+where.SQL()+" "+rest, where.args...)
}

// One reads the one row a query can give; ErrQueryNotFoundOrOutOfScope when there
// is none.
func One[R any](ctx context.Context, db DB, columns []projections.Column[R], from string, where Where) (R, error) {
	rows, err := Select(ctx, db, columns, from, where, "LIMIT 1")
	if err != nil || len(rows) > 0 {
		if err != nil {
			var none R
			return none, err
		}
		return rows[0], nil
	}
	var none R
	return none, domain.ErrQueryNotFoundOrOutOfScope
}

// Count counts the rows of "FROM from WHERE …", up to a limit above which nobody
// needs to know more.
func Count(ctx context.Context, db DB, from string, where Where, most int) (int, error) {
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s%s LIMIT %d) AS counted", from, where.SQL(), most)
	rows, err := db.Query(ctx, sql, where.args...)
	if err != nil {
		return 0, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
}
