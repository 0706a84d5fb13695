// Package payments is the read model of payments from reservation to
// confirmation, or back (B-11 … B-14, B-35).
package payments

import (
	"slices"
	"time"

	"guishu/domain"
	"guishu/domain/payment"
	"guishu/projections"
	"guishu/projections/query"
)

// Payment is a payment as it is now. The account and the document number stay
// sealed in the events.
type Payment struct {
	Payment         domain.PaymentID
	ExternalNo      string
	Customer        domain.CustomerID
	Product         domain.ProductID
	Advisor         domain.StaffID // who handles the deal
	Unit            domain.UnitID  // the advisor's when reserved
	AmountFen       domain.Fen
	Status          payment.Status
	Nature          domain.Nature
	ScheduledOn     domain.Date
	HasIdentity     bool
	HasAccount      bool
	HeadBank        string
	Branch          string
	SubBranch       string
	Papers          int
	Exceptions      []domain.Exception
	ReservedAt      time.Time // by the business's account, as the times below
	ReservedBy      domain.StaffID
	RegisteredAt    time.Time
	RegisteredBy    domain.StaffID
	ConfirmedAt     time.Time
	ConfirmedBy     domain.StaffID
	ClosedAt        time.Time // returned, cancelled or reversed
	Reason          string    // of that
	Batch           domain.BatchID
	Position        domain.Position
	ConfirmedEvent  domain.Position // of the confirmation, 0 before
	ChangedPosition domain.Position
}

func columns() []projections.Column[Payment] {
	return []projections.Column[Payment]{
		projections.UUID("payment", func(r *Payment) *domain.PaymentID { return &r.Payment }),
		projections.Text("external_no", func(r *Payment) *string { return &r.ExternalNo }),
		projections.UUID("customer", func(r *Payment) *domain.CustomerID { return &r.Customer }),
		projections.UUID("product", func(r *Payment) *domain.ProductID { return &r.Product }),
		projections.UUID("advisor", func(r *Payment) *domain.StaffID { return &r.Advisor }),
		projections.UUID("unit", func(r *Payment) *domain.UnitID { return &r.Unit }),
		projections.Int("amount_fen", func(r *Payment) *domain.Fen { return &r.AmountFen }),
		projections.Text("status", func(r *Payment) *payment.Status { return &r.Status }),
		projections.Text("nature", func(r *Payment) *domain.Nature { return &r.Nature }),
		projections.Day("scheduled_on", func(r *Payment) *domain.Date { return &r.ScheduledOn }),
		projections.Bool("has_identity", func(r *Payment) *bool { return &r.HasIdentity }),
		projections.Bool("has_account", func(r *Payment) *bool { return &r.HasAccount }),
		projections.Text("head_bank", func(r *Payment) *string { return &r.HeadBank }),
		projections.Text("branch", func(r *Payment) *string { return &r.Branch }),
		projections.Text("sub_branch", func(r *Payment) *string { return &r.SubBranch }),
		projections.Int("papers", func(r *Payment) *int { return &r.Papers }),
		projections.Document("exceptions", func(r *Payment) *[]domain.Exception { return &r.Exceptions }),
		projections.Time("reserved_at", func(r *Payment) *time.Time { return &r.ReservedAt }),
		projections.UUID("reserved_by", func(r *Payment) *domain.StaffID { return &r.ReservedBy }),
		projections.Time("registered_at", func(r *Payment) *time.Time { return &r.RegisteredAt }),
		projections.UUID("registered_by", func(r *Payment) *domain.StaffID { return &r.RegisteredBy }),
		projections.Time("confirmed_at", func(r *Payment) *time.Time { return &r.ConfirmedAt }),
		projections.UUID("confirmed_by", func(r *Payment) *domain.StaffID { return &r.ConfirmedBy }),
		projections.Time("closed_at", func(r *Payment) *time.Time { return &r.ClosedAt }),
		projections.Text("reason", func(r *Payment) *string { return &r.Reason }),
		projections.UUID("batch", func(r *Payment) *domain.BatchID { return &r.Batch }),
		projections.Int("position", func(r *Payment) *domain.Position { return &r.Position }),
		projections.Int("confirmed_position", func(r *Payment) *domain.Position { return &r.ConfirmedEvent }),
		projections.Int("changed_position", func(r *Payment) *domain.Position { return &r.ChangedPosition }),
	}
}

type model struct {
	payments *projections.Table[domain.PaymentID, Payment]
}

// Model is the read model.
func Model() projections.Model {
	m := &model{projections.NewTable("payments", func(r *Payment) *domain.PaymentID { return &r.Payment }, 1, columns()...).
		Indexed("(position)", "(status, position)", "(unit, position)", "(advisor, position)", "(reserved_by, position)",
			"(registered_by, position)", "(customer, position)",
			"(product, position)", "(confirmed_at)", "(external_no) WHERE external_no <> ''", "(amount_fen, payment)")}
	return projections.Model{
		Name: "payments", Version: 1,
		Answers: "reservations, registrations, confirmations, by scope",
		Tables:  []projections.TableDefinition{m.payments},
		Handlers: []projections.Handler{
			projections.On(m.reserved), projections.On(m.registered), projections.On(m.confirmed),
			projections.On(m.returned), projections.On(m.cancelled), projections.On(m.reversed),
		},
	}
}

func (m *model) reserved(tx *projections.Tx, e payment.Reserved, at *projections.Event) error {
	m.payments.Create(tx, Payment{
		Payment: e.Deal.Payment, ExternalNo: e.ExternalNo, Customer: e.Deal.Customer, Product: e.Deal.Product,
		Advisor: e.Deal.Advisor, Unit: e.Deal.Unit, AmountFen: e.Deal.AmountFen, Status: payment.StatusReserved,
		Nature: e.Nature, ScheduledOn: e.ScheduledOn, HasIdentity: !e.IdentityNumber.IsZero(), HasAccount: !e.Source.Account.IsZero(),
		HeadBank: e.Source.HeadBank, Branch: e.Source.Branch, SubBranch: e.Source.SubBranch, Papers: len(e.Papers),
		Exceptions: slices.Clone(e.Exceptions), ReservedAt: at.EffectiveAt, ReservedBy: at.Actor, Batch: at.Batch,
		Position: at.Position, ChangedPosition: at.Position,
	})
	return nil
}

func (m *model) registered(tx *projections.Tx, e payment.Registered, at *projections.Event) error {
	return m.step(tx, e.Deal, payment.StatusRegistered, at, func(p *Payment) {
		p.HasIdentity, p.HasAccount = !e.IdentityNumber.IsZero(), !e.Source.Account.IsZero()
		p.HeadBank, p.Branch, p.SubBranch, p.Papers = e.Source.HeadBank, e.Source.Branch, e.Source.SubBranch, len(e.Papers)
		p.Exceptions = slices.Concat(p.Exceptions, e.Exceptions)
		p.RegisteredAt, p.RegisteredBy = at.EffectiveAt, e.RegisteredBy
		p.ClosedAt, p.Reason = time.Time{}, ""
	})
}

func (m *model) confirmed(tx *projections.Tx, e payment.Confirmed, at *projections.Event) error {
	return m.step(tx, e.Deal, payment.StatusConfirmed, at, func(p *Payment) {
		p.Exceptions = slices.Concat(p.Exceptions, e.Exceptions)
		p.ConfirmedAt, p.ConfirmedBy, p.ConfirmedEvent = at.EffectiveAt, e.ConfirmedBy, at.Position
	})
}

func (m *model) returned(tx *projections.Tx, e payment.Returned, at *projections.Event) error {
	return m.close(tx, e.Deal, payment.StatusReturned, e.Reason, at)
}

func (m *model) cancelled(tx *projections.Tx, e payment.Cancelled, at *projections.Event) error {
	return m.close(tx, e.Deal, payment.StatusCancelled, e.Reason, at)
}

func (m *model) reversed(tx *projections.Tx, e payment.Reversed, at *projections.Event) error {
	return m.close(tx, e.Deal, payment.StatusReversed, e.Reason, at)
}

func (m *model) close(tx *projections.Tx, deal payment.Deal, status payment.Status, reason string, at *projections.Event) error {
	return m.step(tx, deal, status, at, func(p *Payment) { p.ClosedAt, p.Reason = at.EffectiveAt, reason })
}

func (m *model) step(tx *projections.Tx, deal payment.Deal, status payment.Status, at *projections.Event, change func(*Payment)) error {
	return m.payments.Change(tx, deal.Payment, func(row *Payment) {
		row.Status, row.AmountFen, row.ChangedPosition = status, deal.AmountFen, at.Position
		row.Advisor, row.Unit = deal.Advisor, deal.Unit
		change(row)
	})
}

// Query chooses payments. A reader's own ones are those that they handle, reserved or
// registered (B-35).
type Query struct {
	Status     payment.Status
	Customer   domain.CustomerID
	Product    domain.ProductID
	Advisor    domain.StaffID
	Below      domain.Path
	Line       domain.BusinessLine
	ExternalNo string
	Reserved   query.Days
	Confirmed  query.Days
}

// Listed is a payment in a list, with the names that lists show.
type Listed struct {
	Payment
	CustomerName string
	CustomerNo   string
	ProductName  string
	ProductCode  string
	AdvisorNo    string
	AdvisorName  string
	UnitName     string
}

const listed = `read.payments p
	LEFT JOIN read.customers c ON c.customer = p.customer
	LEFT JOIN read.products r ON r.product = p.product
	LEFT JOIN read.staff s ON s.staff = p.advisor
	LEFT JOIN read.units u ON u.unit = p.unit`

func listedColumns() []projections.Column[Listed] {
	return append(projections.Joined("p", columns(), func(l *Listed) *Payment { return &l.Payment }),
		projections.Text("c.name", func(r *Listed) *string { return &r.CustomerName }),
		projections.Text("c.customer_no", func(r *Listed) *string { return &r.CustomerNo }),
		projections.Text("r.name", func(r *Listed) *string { return &r.ProductName }),
		projections.Text("r.code", func(r *Listed) *string { return &r.ProductCode }),
		projections.Text("s.employee_no", func(r *Listed) *string { return &r.AdvisorNo }),
		projections.Text("s.name", func(r *Listed) *string { return &r.AdvisorName }),
		projections.Text("u.name", func(r *Listed) *string { return &r.UnitName }),
	)
}

// Payments is the list of payments.
func Payments() query.List[Query, Listed] {
	return query.List[Query, Listed]{
		Models: []string{"payments", "customers", "products", "staff", "units"},
		Key:    "p.payment",
		Sorts: []query.Sort{
			{Name: "newest", Columns: []string{"p.position"}, Descending: true},
			{Name: "oldest", Columns: []string{"p.position"}},
			{Name: "amount", Columns: []string{"p.amount_fen", "p.payment"}},
		},
		Rows: func(reader query.Reader, q Query) query.Rows[Listed] {
			return query.Rows[Listed]{Columns: listedColumns(), From: listed, Counted: "read.payments p", Where: q.where(reader)}
		},
	}
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "", "p.advisor = ? OR p.reserved_by = ? OR p.registered_by = ?", "p.unit")
	query.Equal(&w, "p.status", q.Status)
	query.Equal(&w, "p.customer", q.Customer)
	query.Equal(&w, "p.product", q.Product)
	query.Equal(&w, "p.advisor", q.Advisor)
	if q.ExternalNo != "" {
		w.And("p.external_no = ? AND p.external_no <> ''", q.ExternalNo)
	}
	if q.Below != "" {
		w.Below("p.unit", q.Below)
	}
	if q.Line != "" {
		w.And("p.unit = ANY (ARRAY(SELECT unit FROM read.units WHERE line IN ('', ?)))", string(q.Line))
	}
	w.OnDays("p.reserved_at", q.Reserved)
	w.OnDays("p.confirmed_at", q.Confirmed)
	return w
}
