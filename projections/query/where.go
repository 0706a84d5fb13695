package query

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/domain/staff"
)

// Where collects conditions and their arguments. The zero Where keeps all rows.
type Where struct {
	conditions []string
	args       []any
	refusal    error
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

// Refuse says that the question cannot be asked, and why: whoever asks gets the error.
func (w *Where) Refuse(why error) { w.refusal = why }

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

// IDs is a query within this one: the ids, in a column, of the rows that a reader's
// question of a list chooses.
func IDs[Q, R any](w *Where, list List[Q, R], column string, reader Reader, q Q) string {
	rows := list.Rows(reader, q)
	from := rows.Counted
	if from == "" {
		from = rows.From
	}
	inner := placeholder.ReplaceAllStringFunc(rows.Where.SQL(), func(arg string) string {
		n, _ := strconv.Atoi(arg[1:])
		return "$" + strconv.Itoa(n+len(w.args))
	})
	w.args = append(w.args, rows.Where.args...)
	if w.refusal == nil {
		w.refusal = rows.Where.refusal
	}
	return "SELECT " + column + " FROM " + from + inner
}

// placeholder is where an argument stands in a condition.
var placeholder = regexp.MustCompile(`\$[0-9]+`)

// Inner is the conditions as SQL for a query within another, and a Where for that
// other one, which goes on counting the arguments.
func (w *Where) Inner() (sql string, outer Where) {
	return w.SQL(), Where{args: w.args, refusal: w.refusal}
}

// Reader is who asks, and what they may see.
type Reader struct {
	Who   domain.StaffID
	Scope staff.Scope
}

// Within keeps the rows that a reader may see (A-41, B-35): those of which one of the
// units lies in an area of the scope, in that area's line, and the reader's own ones,
// as the condition own says with the reader for its question marks. What is out of
// scope is as if it were not there.
func (w *Where) Within(reader Reader, line, own string, units ...string) {
	if reader.Scope.Everywhere {
		return
	}
	var parts []string
	for _, area := range reader.Scope.Areas {
		for _, unit := range units {
			part := w.units(area, unit)
			if area.Line != "" && line != "" {
				part += " AND " + line + " IN ('', " + w.Arg(string(area.Line)) + ")"
			}
			parts = append(parts, "("+part+")")
		}
	}
	if reader.Scope.Own && own != "" {
		parts = append(parts, "("+strings.ReplaceAll(own, "?", w.Arg(reader.Who.UUID()))+")")
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
