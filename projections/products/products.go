// Package products is the read model of what customers buy.
package products

import (
	"time"

	"guishu/domain"
	"guishu/domain/product"
	"guishu/projections"
	"guishu/projections/query"
)

// Product is a product as it is now.
type Product struct {
	Product       domain.ProductID
	Code          string
	Name          string
	Series        string
	Supplier      string
	ListPriceFen  domain.Fen
	RiskLevel     string
	Open          bool        // for subscription
	ClosedReason  string      // why it was closed last
	EstablishedOn domain.Date // zero before
	MaturesOn     domain.Date // zero when it has no maturity
	LaunchedAt    time.Time
	Position      domain.Position
}

// Columns are a product's columns.
func Columns() []projections.Column[Product] {
	return []projections.Column[Product]{
		projections.UUID("product", func(r *Product) *domain.ProductID { return &r.Product }),
		projections.Text("code", func(r *Product) *string { return &r.Code }),
		projections.Text("name", func(r *Product) *string { return &r.Name }),
		projections.Text("series", func(r *Product) *string { return &r.Series }),
		projections.Text("supplier", func(r *Product) *string { return &r.Supplier }),
		projections.Int("list_price_fen", func(r *Product) *domain.Fen { return &r.ListPriceFen }),
		projections.Text("risk_level", func(r *Product) *string { return &r.RiskLevel }),
		projections.Bool("open", func(r *Product) *bool { return &r.Open }),
		projections.Text("closed_reason", func(r *Product) *string { return &r.ClosedReason }),
		projections.Day("established_on", func(r *Product) *domain.Date { return &r.EstablishedOn }),
		projections.Day("matures_on", func(r *Product) *domain.Date { return &r.MaturesOn }),
		projections.Time("launched_at", func(r *Product) *time.Time { return &r.LaunchedAt }),
		projections.Int("position", func(r *Product) *domain.Position { return &r.Position }),
	}
}

type model struct {
	products *projections.Table[domain.ProductID, Product]
}

// Model is the read model.
func Model() projections.Model {
	m := &model{projections.NewTable("products", func(r *Product) *domain.ProductID { return &r.Product }, 1, Columns()...).
		Indexed("(code)", "(name, product)", "(matures_on)", "(supplier, name, product)", "(position)").
		Small("as many as the firm sells")}
	return projections.Model{
		Name: "products", Version: 1,
		Answers: "what is sold, and what is open for subscription",
		Tables:  []projections.TableDefinition{m.products},
		Handlers: []projections.Handler{
			projections.On(m.launched), projections.On(m.opened), projections.On(m.closed), projections.On(m.inception),
		},
	}
}

func (m *model) launched(tx *projections.Tx, e product.Launched, at *projections.Event) error {
	m.products.Create(tx, Product{
		Product: e.Product, Code: e.Code, Name: e.Name, Series: e.Series, Supplier: e.Supplier,
		ListPriceFen: e.ListPriceFen, RiskLevel: e.RiskLevel, LaunchedAt: at.EffectiveAt, Position: at.Position,
	})
	return nil
}

func (m *model) opened(tx *projections.Tx, e product.SubscriptionOpened, _ *projections.Event) error {
	return m.products.Change(tx, e.Product, func(p *Product) { p.Open, p.ClosedReason = true, "" })
}

func (m *model) closed(tx *projections.Tx, e product.SubscriptionClosed, _ *projections.Event) error {
	return m.products.Change(tx, e.Product, func(p *Product) { p.Open, p.ClosedReason = false, e.Reason })
}

func (m *model) inception(tx *projections.Tx, e product.InceptionRecorded, _ *projections.Event) error {
	return m.products.Change(tx, e.Product, func(p *Product) { p.EstablishedOn, p.MaturesOn = e.EstablishedOn, e.MaturesOn })
}

// Query chooses products.
type Query struct {
	Code        string
	Name        string // begins with
	Series      string
	Supplier    string
	Open        bool        // only those open for subscription
	MaturesFrom domain.Date // B-18, B-19
	MaturesTo   domain.Date
}

// Products is the list of products.
func Products() query.List[Query, Product] {
	return query.List[Query, Product]{
		Models:   []string{"products"},
		Key:      "product",
		Unscoped: "products are the firm's as a whole",
		Sorts: []query.Sort{
			{Name: "name", Columns: []string{"name", "product"}},
			{Name: "newest", Columns: []string{"position"}, Descending: true},
		},
		Rows: func(_ query.Reader, q Query) query.Rows[Product] {
			return query.Rows[Product]{Columns: Columns(), From: "read.products", Where: q.where()}
		},
	}
}

func (q Query) where() query.Where {
	var w query.Where
	query.Equal(&w, "code", q.Code)
	query.Equal(&w, "series", q.Series)
	query.Equal(&w, "supplier", q.Supplier)
	if q.Name != "" {
		w.Prefix("name", q.Name)
	}
	if q.Open {
		w.And("open")
	}
	w.Days("matures_on", q.MaturesFrom, q.MaturesTo)
	return w
}
