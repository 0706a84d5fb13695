package customers

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/projections"
	"guishu/projections/query"

	"github.com/google/uuid"
)

// View is one of an advisor's lists (B-16).
type View string

// The views; the empty one is both.
const (
	MyCustomers   View = "MY_CUSTOMERS"    // 我的客户: dealt and complete
	ToBeCompleted View = "TO_BE_COMPLETED" // 待完善客户: the others
)

// Views is every view.
var Views = domain.NewEnumeration(domain.ErrFormValue.At("view"),
	domain.Named(MyCustomers, "我的客户", "my customers"),
	domain.Named(ToBeCompleted, "待完善客户", "to be completed"),
)

// Valid says whether v is one of Views.
func (v View) Valid() bool { return Views.Valid(v) }

// Words is every value with its names.
func (View) Words() []domain.Word { return Views.Words() }

// Query chooses customers; zero fields choose nothing.
type Query struct {
	Own          domain.StaffID // only this one's own: owned, attached, entered or named
	Owner        domain.StaffID // owned in Line, or in any
	Attached     domain.StaffID // advised by
	Line         domain.BusinessLine
	Below        domain.Path // home unit is this one or below it
	View         View
	Kind         customer.Kind
	Party        domain.Party
	Nature       domain.Nature
	Source       customer.Source
	CustomerNo   string
	Name         string // begins with, as a name or in pinyin
	Employer     string // begins with
	IdentityHash []byte // Hash(IdentityKind, …)
	PhoneHash    []byte // Hash(PhoneKind, …)
	Registered   query.Days
}

// Listed is a customer in a list, with the names that lists show.
type Listed struct {
	Row
	HomeUnitName    string
	HomeUnitCode    string
	HomePath        domain.Path         // for who may see what
	HomeLine        domain.BusinessLine // of the home unit
	OwnerSelfNo     string              // employee numbers and names of the owners
	OwnerSelfName   string
	OwnerAgencyNo   string
	OwnerAgencyName string
	AdvisorName     string
	Mine            bool // among the reader's own
}

const listed = `read.customers c
	LEFT JOIN read.units u ON u.unit = c.home_unit
	LEFT JOIN read.staff s ON s.staff = c.owner_self
	LEFT JOIN read.staff a ON a.staff = c.owner_agency
	LEFT JOIN read.staff n ON n.staff = c.advisor`

func listedColumns() []projections.Column[Listed] {
	return append(projections.Joined("c", columns(), func(l *Listed) *Row { return &l.Row }),
		projections.Text("u.name", func(r *Listed) *string { return &r.HomeUnitName }),
		projections.Text("u.code", func(r *Listed) *string { return &r.HomeUnitCode }),
		projections.Text("u.path", func(r *Listed) *domain.Path { return &r.HomePath }),
		projections.Text("u.line", func(r *Listed) *domain.BusinessLine { return &r.HomeLine }),
		projections.Text("s.employee_no", func(r *Listed) *string { return &r.OwnerSelfNo }),
		projections.Text("s.name", func(r *Listed) *string { return &r.OwnerSelfName }),
		projections.Text("a.employee_no", func(r *Listed) *string { return &r.OwnerAgencyNo }),
		projections.Text("a.name", func(r *Listed) *string { return &r.OwnerAgencyName }),
		projections.Text("n.name", func(r *Listed) *string { return &r.AdvisorName }),
	)
}

// mine is the column that says whether a customer is the reader's own.
func mine(w *query.Where, reader query.Reader) []projections.Column[Listed] {
	own := "EXISTS (SELECT 1 FROM read.customer_relations r WHERE r.staff = " + w.Arg(reader.Who.UUID()) + " AND r.customer = c.customer)"
	return []projections.Column[Listed]{projections.Bool(own, func(r *Listed) *bool { return &r.Mine })}
}

// Customers is the list of customers (A-41, A-54, A-55, B-16, B-35).
func Customers() query.List[Query, Listed] {
	return query.List[Query, Listed]{
		Models: []string{"customers", "staff", "units"},
		Key:    "c.customer",
		Sorts: []query.Sort{
			{Name: "newest", Columns: []string{"c.position"}, Descending: true},
			{Name: "oldest", Columns: []string{"c.position"}},
			{Name: "name", Columns: []string{"c.sort_key", "c.customer"}},
		},
		Rows: func(reader query.Reader, q Query) query.Rows[Listed] {
			return query.Rows[Listed]{
				Columns: listedColumns(), From: listed, Counted: "read.customers c", Where: q.where(reader),
				Beside: func(w *query.Where) []projections.Column[Listed] { return mine(w, reader) },
			}
		},
	}
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "", ownCondition, "c.home_unit")
	if !q.Own.IsZero() {
		w.And(ownCondition, q.Own.UUID())
	}
	if !q.Owner.IsZero() {
		w.And("c.customer IN (SELECT customer FROM read.customer_relations WHERE staff = ? AND kind = 'OWNER' AND (? = '' OR line = ?))",
			q.Owner.UUID(), string(q.Line), string(q.Line))
	}
	if !q.Attached.IsZero() {
		w.And("c.customer IN (SELECT customer FROM read.customer_relations WHERE staff = ? AND kind = 'ATTACHED')", q.Attached.UUID())
	}
	if q.Line != "" && q.Owner.IsZero() {
		w.And("c.home_unit = ANY (ARRAY(SELECT unit FROM read.units WHERE line IN ('', ?)))", string(q.Line))
	}
	if q.Below != "" {
		w.Below("c.home_unit", q.Below)
	}
	switch q.View {
	case MyCustomers:
		w.And("NOT c.to_complete")
	case ToBeCompleted:
		w.And("c.to_complete")
	}
	query.Equal(&w, "c.kind", q.Kind)
	query.Equal(&w, "c.party", q.Party)
	query.Equal(&w, "c.nature", q.Nature)
	query.Equal(&w, "c.source", q.Source)
	if q.CustomerNo != "" {
		w.And("c.customer_no = ? AND c.customer_no <> ''", q.CustomerNo)
	}
	if len(q.IdentityHash) > 0 {
		w.And("c.identity_hash = ?", q.IdentityHash)
	}
	if len(q.PhoneHash) > 0 {
		w.And("c.phone_hash = ?", q.PhoneHash)
	}
	if q.Name != "" {
		w.And("c.customer IN (SELECT customer FROM read.customer_terms WHERE " + beginsWith(&w, "term", strings.ToLower(q.Name), identity.PinyinQuery(q.Name)) + ")")
	}
	if q.Employer != "" {
		w.And("c.employer <> ''")
		w.Prefix("c.employer", q.Employer)
	}
	w.OnDays("c.registered_at", q.Registered)
	return w
}

// ownCondition asks for the ids first, so that they can be looked up by key also
// where they are one of several ways into the scope.
const ownCondition = "c.customer = ANY (ARRAY(SELECT customer FROM read.customer_relations WHERE staff = ?))"

// beginsWith says that the column begins with one of the texts.
func beginsWith(w *query.Where, column string, texts ...string) string {
	var parts []string
	for _, text := range texts {
		if text != "" {
			parts = append(parts, "("+w.PrefixCondition(column, text)+")")
		}
	}
	return strings.Join(parts, " OR ")
}

// Relations gives why the customer is whose own.
func Relations(ctx context.Context, db query.DB, id domain.CustomerID) ([]Relation, error) {
	var w query.Where
	w.And("customer = ?", id.UUID())
	return query.Select(ctx, db, relationColumns(), "read.customer_relations", w, "ORDER BY since, staff")
}

// Name is what a customer is called.
type Name struct {
	Customer   domain.CustomerID
	CustomerNo string
	Name       string
}

// Called gives what customers are called, for lists of other things: these say who may
// see it.
func Called(ctx context.Context, db query.DB, ids []domain.CustomerID) (map[domain.CustomerID]Name, error) {
	keys := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		keys[i] = id.UUID()
	}
	columns := []projections.Column[Name]{
		projections.UUID("customer", func(r *Name) *domain.CustomerID { return &r.Customer }),
		projections.Text("customer_no", func(r *Name) *string { return &r.CustomerNo }),
		projections.Text("name", func(r *Name) *string { return &r.Name }),
	}
	var w query.Where
	w.And("customer = ANY (?)", keys)
	rows, err := query.Select(ctx, db, columns, "read.customers", w, "")
	called := make(map[domain.CustomerID]Name, len(rows))
	for _, row := range rows {
		called[row.Customer] = row
	}
	return called, err
}
