// Package purchases is the read model of what customers bought and how long they
// hold it (B-17, B-18): a row for each confirmed payment.
package purchases

import (
	"time"

	"guishu/domain"
	"guishu/domain/payment"
	"guishu/projections"
	"guishu/projections/query"
)

// Purchase is a confirmed payment.
type Purchase struct {
	Payment   domain.PaymentID
	Customer  domain.CustomerID
	Product   domain.ProductID
	Advisor   domain.StaffID
	Unit      domain.UnitID
	AmountFen domain.Fen
	BoughtOn  domain.Date // the confirmation's business day
	Reversed  bool
	Position  domain.Position // of the confirmation
}

func columns() []projections.Column[Purchase] {
	return []projections.Column[Purchase]{
		projections.UUID("payment", func(r *Purchase) *domain.PaymentID { return &r.Payment }),
		projections.UUID("customer", func(r *Purchase) *domain.CustomerID { return &r.Customer }),
		projections.UUID("product", func(r *Purchase) *domain.ProductID { return &r.Product }),
		projections.UUID("advisor", func(r *Purchase) *domain.StaffID { return &r.Advisor }),
		projections.UUID("unit", func(r *Purchase) *domain.UnitID { return &r.Unit }),
		projections.Int("amount_fen", func(r *Purchase) *domain.Fen { return &r.AmountFen }),
		projections.Day("bought_on", func(r *Purchase) *domain.Date { return &r.BoughtOn }),
		projections.Bool("reversed", func(r *Purchase) *bool { return &r.Reversed }),
		projections.Int("position", func(r *Purchase) *domain.Position { return &r.Position }),
	}
}

// Model is the read model. A purchase was made on the day it has in the zone.
func Model(zone *time.Location) projections.Model {
	purchases := projections.NewTable("purchases", func(r *Purchase) *domain.PaymentID { return &r.Payment }, 1, columns()...).
		Indexed("(customer, position)", "(product, position)", "(advisor, position)", "(unit, position)", "(position)", "(bought_on)")
	return projections.Model{
		Name: "purchases", Version: 1,
		Answers: "what a customer bought, holding periods (B-17, B-18)",
		Tables:  []projections.TableDefinition{purchases},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e payment.Confirmed, at *projections.Event) error {
				purchases.Create(tx, Purchase{
					Payment: e.Deal.Payment, Customer: e.Deal.Customer, Product: e.Deal.Product, Advisor: e.Deal.Advisor,
					Unit: e.Deal.Unit, AmountFen: e.Deal.AmountFen, BoughtOn: domain.DateOf(at.EffectiveAt, zone),
					Position: at.Position,
				})
				return nil
			}),
			projections.On(func(tx *projections.Tx, e payment.Reversed, _ *projections.Event) error {
				return purchases.Change(tx, e.Deal.Payment, func(row *Purchase) { row.Reversed = true })
			}),
		},
	}
}

// Holding is a purchase with its product: held from the product's establishment,
// or from the purchase where that came later, to its maturity (产品持有期间).
type Holding struct {
	Purchase
	ProductName  string
	ProductCode  string
	Supplier     string
	HeldFrom     domain.Date // zero before the product is established
	HeldTo       domain.Date // zero without a maturity
	CustomerName string
	CustomerNo   string
}

const held = `read.purchases p
	LEFT JOIN read.products r ON r.product = p.product
	LEFT JOIN read.customers c ON c.customer = p.customer`

func heldColumns() []projections.Column[Holding] {
	return append(projections.Joined("p", columns(), func(h *Holding) *Purchase { return &h.Purchase }),
		projections.Text("r.name", func(r *Holding) *string { return &r.ProductName }),
		projections.Text("r.code", func(r *Holding) *string { return &r.ProductCode }),
		projections.Text("r.supplier", func(r *Holding) *string { return &r.Supplier }),
		projections.Day("CASE WHEN r.established_on IS NOT NULL THEN greatest(r.established_on, p.bought_on) END", func(r *Holding) *domain.Date { return &r.HeldFrom }),
		projections.Day("r.matures_on", func(r *Holding) *domain.Date { return &r.HeldTo }),
		projections.Text("c.name", func(r *Holding) *string { return &r.CustomerName }),
		projections.Text("c.customer_no", func(r *Holding) *string { return &r.CustomerNo }),
	)
}

// Query chooses purchases. A reader's own ones are those that they handled as advisor
// (B-35).
type Query struct {
	Customer domain.CustomerID
	Product  domain.ProductID
	Advisor  domain.StaffID
	Below    domain.Path
	From     domain.Date // bought on
	To       domain.Date
	Held     domain.Date // held on that day
	Standing bool        // leave out reversed ones
}

// Purchases is the list of purchases.
func Purchases() query.List[Query, Holding] {
	return query.List[Query, Holding]{
		Models: []string{"purchases", "products", "customers", "units"},
		Key:    "p.payment",
		Sorts: []query.Sort{
			{Name: "newest", Columns: []string{"p.position"}, Descending: true},
			{Name: "oldest", Columns: []string{"p.position"}},
		},
		Rows: func(reader query.Reader, q Query) query.Rows[Holding] {
			return query.Rows[Holding]{Columns: heldColumns(), From: held, Counted: "read.purchases p", Where: q.where(reader)}
		},
	}
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "", "p.advisor = ?", "p.unit")
	query.Equal(&w, "p.customer", q.Customer)
	query.Equal(&w, "p.product", q.Product)
	query.Equal(&w, "p.advisor", q.Advisor)
	if q.Below != "" {
		w.Below("p.unit", q.Below)
	}
	w.Days("p.bought_on", q.From, q.To)
	if q.Standing {
		w.And("NOT p.reversed")
	}
	if !q.Held.IsZero() {
		w.And("NOT p.reversed AND p.bought_on <= ? AND p.product IN (SELECT product FROM read.products WHERE established_on <= ? AND (matures_on IS NULL OR matures_on >= ?))",
			q.Held.UTC(), q.Held.UTC(), q.Held.UTC())
	}
	return w
}
