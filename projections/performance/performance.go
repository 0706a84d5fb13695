// Package performance is the read model of count and sum of confirmed payments,
// at headquarters, branch and person level, by day, month, quarter and year
// (B-18).
//
// A payment counts for the advisor who handled the deal and the unit it was made
// in, on the business day of its confirmation; a reversal takes it back there.
package performance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"guishu/domain"
	"guishu/domain/calendar"
	"guishu/domain/payment"
	"guishu/projections"
	"guishu/projections/query"
)

// Grain is how long the periods are that sums are made over.
type Grain string

// The grains.
const (
	Daily     Grain = "DAY"
	Monthly   Grain = "MONTH"
	Quarterly Grain = "QUARTER"
	Yearly    Grain = "YEAR"
)

// Grains is every grain.
var Grains = domain.NewEnumeration(domain.ErrFormValue.At("grain"),
	domain.Named(Daily, "日", "day"),
	domain.Named(Monthly, "月", "month"),
	domain.Named(Quarterly, "季", "quarter"),
	domain.Named(Yearly, "年", "year"),
)

// Valid says whether g is one of Grains.
func (g Grain) Valid() bool { return Grains.Valid(g) }

// Words is every value with its names.
func (Grain) Words() []domain.Word { return Grains.Words() }

// First is the first day of the period that the day lies in.
func (g Grain) First(day domain.Date) domain.Date {
	switch g {
	case Monthly:
		return calendar.MonthOf(day).First()
	case Quarterly:
		return calendar.QuarterOf(day).First()
	case Yearly:
		return calendar.YearOf(day).First()
	}
	return day
}

// cellKey is what sums are kept by.
type cellKey struct {
	Grain   Grain
	Period  domain.Date // first day
	Unit    domain.UnitID
	Advisor domain.StaffID
	Product domain.ProductID
}

// cell is a sum.
type cell struct {
	cellKey
	Count  int
	SumFen domain.Fen
}

func cellColumns() []projections.Column[cell] {
	return []projections.Column[cell]{
		projections.Text("grain", func(r *cell) *Grain { return &r.Grain }),
		projections.Day("period", func(r *cell) *domain.Date { return &r.Period }),
		projections.UUID("unit", func(r *cell) *domain.UnitID { return &r.Unit }),
		projections.UUID("advisor", func(r *cell) *domain.StaffID { return &r.Advisor }),
		projections.UUID("product", func(r *cell) *domain.ProductID { return &r.Product }),
		projections.Int("count", func(r *cell) *int { return &r.Count }),
		projections.Int("sum_fen", func(r *cell) *domain.Fen { return &r.SumFen }),
	}
}

// deal is a confirmed payment as it was counted.
type deal struct {
	Payment   domain.PaymentID
	Day       domain.Date
	Unit      domain.UnitID
	Advisor   domain.StaffID
	Product   domain.ProductID
	AmountFen domain.Fen
}

func dealColumns() []projections.Column[deal] {
	return []projections.Column[deal]{
		projections.UUID("payment", func(r *deal) *domain.PaymentID { return &r.Payment }),
		projections.Day("day", func(r *deal) *domain.Date { return &r.Day }),
		projections.UUID("unit", func(r *deal) *domain.UnitID { return &r.Unit }),
		projections.UUID("advisor", func(r *deal) *domain.StaffID { return &r.Advisor }),
		projections.UUID("product", func(r *deal) *domain.ProductID { return &r.Product }),
		projections.Int("amount_fen", func(r *deal) *domain.Fen { return &r.AmountFen }),
	}
}

type model struct {
	zone  *time.Location
	cells *projections.Table[cellKey, cell]
	deals *projections.Table[domain.PaymentID, deal]
}

// Model is the read model. A payment counts on the day it has in the zone.
func Model(zone *time.Location) projections.Model {
	m := &model{
		zone: zone,
		cells: projections.NewTable("performance", func(r *cell) *cellKey { return &r.cellKey }, 5, cellColumns()...).
			Indexed("(grain, advisor, period)", "(grain, product, period)"),
		deals: projections.NewTable("performance_deals", func(r *deal) *domain.PaymentID { return &r.Payment }, 1, dealColumns()...),
	}
	return projections.Model{
		Name: "performance", Version: 1,
		Answers:  "count and sum of confirmed payments at headquarters, branch and person level by day, month, quarter, year (B-18), by product",
		Tables:   []projections.TableDefinition{m.cells, m.deals},
		Handlers: []projections.Handler{projections.On(m.confirmed), projections.On(m.reversed)},
	}
}

func (m *model) confirmed(tx *projections.Tx, e payment.Confirmed, at *projections.Event) error {
	counted := deal{
		Payment: e.Deal.Payment, Day: domain.DateOf(at.EffectiveAt, m.zone), Unit: e.Deal.Unit,
		Advisor: e.Deal.Advisor, Product: e.Deal.Product, AmountFen: e.Deal.AmountFen,
	}
	m.deals.Create(tx, counted)
	m.add(tx, counted, 1)
	return nil
}

func (m *model) reversed(tx *projections.Tx, e payment.Reversed, _ *projections.Event) error {
	counted, found := m.deals.Get(tx, e.Deal.Payment)
	if !found {
		return fmt.Errorf("payment %s was not confirmed", e.Deal.Payment)
	}
	m.deals.Delete(tx, e.Deal.Payment)
	m.add(tx, counted, -1)
	return nil
}

func (m *model) add(tx *projections.Tx, d deal, times int) {
	for _, grain := range Grains.Values() {
		sum := m.cells.Ensure(tx, cellKey{grain, grain.First(d.Day), d.Unit, d.Advisor, d.Product})
		sum.Count += times
		sum.SumFen += domain.Fen(times) * d.AmountFen
	}
}

// Level is whom sums are made for.
type Level string

// The levels (B-18).
const (
	Headquarters Level = "HEADQUARTERS" // everything in scope together
	Branch       Level = "BRANCH"       // each unit at a depth of the tree, with all below it
	Outlet       Level = "UNIT"         // each unit that deals were made in
	Person       Level = "PERSON"       // each advisor
)

// Levels is every level.
var Levels = domain.NewEnumeration(domain.ErrFormValue.At("level"),
	domain.Named(Headquarters, "总部", "headquarters"),
	domain.Named(Branch, "分支机构", "branch"),
	domain.Named(Outlet, "机构", "unit"),
	domain.Named(Person, "个人", "person"),
)

// Valid says whether l is one of Levels.
func (l Level) Valid() bool { return Levels.Valid(l) }

// Words is every value with its names.
func (Level) Words() []domain.Word { return Levels.Words() }

// Query says what to sum. A reader's own performance is that of the deals that they
// handled.
type Query struct {
	Level     Level // HEADQUARTERS by default
	Grain     Grain // YEAR by default
	From, To  domain.Date
	Depth     int  // of the units of level BRANCH: 1 is the root, 2, the default, what is directly below it
	ByProduct bool // each product apart
	Product   domain.ProductID
	Advisor   domain.StaffID
	Below     domain.Path
	Line      domain.BusinessLine
}

// Sum is count and sum of confirmed payments, less those reversed, of one
// somebody over one period.
type Sum struct {
	Period      domain.Date      // first day
	Unit        domain.UnitID    // zero at headquarters and person level
	Advisor     domain.StaffID   // at person level only
	Product     domain.ProductID // zero unless by product
	Count       int
	SumFen      domain.Fen
	UnitCode    string
	UnitName    string
	AdvisorNo   string
	AdvisorName string
	ProductCode string
	ProductName string
}

func sumColumns() []projections.Column[Sum] {
	return []projections.Column[Sum]{
		projections.Day("g.period", func(r *Sum) *domain.Date { return &r.Period }),
		projections.UUID("g.unit", func(r *Sum) *domain.UnitID { return &r.Unit }),
		projections.UUID("g.advisor", func(r *Sum) *domain.StaffID { return &r.Advisor }),
		projections.UUID("g.product", func(r *Sum) *domain.ProductID { return &r.Product }),
		projections.Int("g.count", func(r *Sum) *int { return &r.Count }),
		projections.Int("g.sum_fen", func(r *Sum) *domain.Fen { return &r.SumFen }),
		projections.Text("u.code", func(r *Sum) *string { return &r.UnitCode }),
		projections.Text("u.name", func(r *Sum) *string { return &r.UnitName }),
		projections.Text("s.employee_no", func(r *Sum) *string { return &r.AdvisorNo }),
		projections.Text("s.name", func(r *Sum) *string { return &r.AdvisorName }),
		projections.Text("p.code", func(r *Sum) *string { return &r.ProductCode }),
		projections.Text("p.name", func(r *Sum) *string { return &r.ProductName }),
	}
}

// nobody is the id in a column that sums are not split by.
const nobody = "'00000000-0000-0000-0000-000000000000'::uuid"

// Sums is the list of sums by period and whom they are for. ErrFormValue for an
// unknown level or grain.
func Sums() query.List[Query, Sum] {
	return query.List[Query, Sum]{
		Models: []string{"performance", "products", "staff", "units"},
		Sorts:  []query.Sort{{Name: "period", Columns: []string{"g.period", "g.unit", "g.advisor", "g.product"}}},
		Rows: func(reader query.Reader, q Query) query.Rows[Sum] {
			from, w := q.grouped(reader)
			return query.Rows[Sum]{Columns: sumColumns(), From: from, Where: w}
		},
	}
}

// Total is count and sum over everything the query chooses, whatever its level.
func Total(ctx context.Context, db query.DB, reader query.Reader, q Query) (count int, sum domain.Fen, err error) {
	columns := []projections.Column[Sum]{
		projections.Int("coalesce(sum(count), 0)::bigint", func(r *Sum) *int { return &r.Count }),
		projections.Int("coalesce(sum(sum_fen), 0)::bigint", func(r *Sum) *domain.Fen { return &r.SumFen }),
	}
	rows, err := query.Select(ctx, db, columns, "read.performance c", q.where(reader), "")
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	return rows[0].Count, rows[0].SumFen, nil
}

// grouped is the query as a table of sums with their names.
func (q Query) grouped(reader query.Reader) (string, query.Where) {
	w := q.where(reader)
	unit, advisor, product := nobody, nobody, nobody
	join := ""
	switch q.Level {
	case "", Headquarters:
	case Branch:
		depth := q.Depth
		if depth == 0 {
			depth = 2
		}
		if depth < 1 {
			w.Refuse(domain.ErrFormValue.At("depth"))
		}
		join = " JOIN read.units d ON d.unit = c.unit"
		// The unit at a depth is one step of the path; a unit that stands
		// higher is its own.
		unit = "substr(d.path, 2 + 37 * (least(" + w.Arg(depth) + "::int, length(d.path) / 37) - 1), 36)::uuid"
	case Outlet:
		unit = "c.unit"
	case Person:
		advisor = "c.advisor"
	default:
		w.Refuse(domain.ErrFormValue.At("level"))
	}
	if q.ByProduct {
		product = "c.product"
	}
	inner, outer := w.Inner()
	var sql strings.Builder
	fmt.Fprintf(&sql, `(SELECT c.period, %s AS unit, %s AS advisor, %s AS product, sum(c.count)::bigint AS count, sum(c.sum_fen)::bigint AS sum_fen
		FROM read.performance c%s%s GROUP BY 1, 2, 3, 4 HAVING sum(c.count) <> 0 OR sum(c.sum_fen) <> 0) g
		LEFT JOIN read.units u ON u.unit = g.unit
		LEFT JOIN read.staff s ON s.staff = g.advisor
		LEFT JOIN read.products p ON p.product = g.product`, unit, advisor, product, join, inner)
	return sql.String(), outer
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	if q.Grain == "" {
		q.Grain = Yearly
	}
	if !q.Grain.Valid() {
		w.Refuse(domain.ErrFormValue.At("grain"))
	}
	w.And("c.grain = ?", string(q.Grain))
	w.Within(reader, "", "c.advisor = ?", "c.unit")
	query.Equal(&w, "c.product", q.Product)
	query.Equal(&w, "c.advisor", q.Advisor)
	if q.Below != "" {
		w.Below("c.unit", q.Below)
	}
	if q.Line != "" {
		w.And("c.unit = ANY (ARRAY(SELECT unit FROM read.units WHERE line IN ('', ?)))", string(q.Line))
	}
	from := q.From
	if !from.IsZero() {
		from = q.Grain.First(from)
	}
	w.Days("c.period", from, q.To)
	return w
}
