// Package attributions is the read model of who earned each commission and why:
// every decision with its candidates and inputs, beside who handled the deal
// (B-29 … B-31). A superseded or countered decision stays readable.
package attributions

import (
	"time"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/projections"
	"guishu/projections/query"
)

// Attribution is a decision about a payment.
type Attribution struct {
	Decision       domain.DecisionID
	Payment        domain.PaymentID
	Customer       domain.CustomerID
	Product        domain.ProductID
	AmountFen      domain.Fen
	Unit           domain.UnitID  // that the deal was made in
	Handler        domain.StaffID // performance follows this
	HandlerRank    int
	Winner         domain.StaffID // commission follows this; zero for none
	WinnerUnit     domain.UnitID
	FollowsHandler bool // both are the same
	Ground         attribution.Ground
	Mode           policy.AttributionMode
	PolicyVersion  int
	Reason         attribution.Reason
	Explanation    attribution.Explanation
	Shares         []attribution.Share
	Candidates     []attribution.Candidate
	Inputs         []attribution.Input
	InputsHash     string
	Supersedes     domain.DecisionID
	SupersededBy   domain.DecisionID
	Countered      bool // its payment was reversed
	CounteredAt    time.Time
	Standing       bool // neither superseded nor countered
	DecidedAt      time.Time
	Position       domain.Position
}

func columns() []projections.Column[Attribution] {
	return []projections.Column[Attribution]{
		projections.UUID("decision", func(r *Attribution) *domain.DecisionID { return &r.Decision }),
		projections.UUID("payment", func(r *Attribution) *domain.PaymentID { return &r.Payment }),
		projections.UUID("customer", func(r *Attribution) *domain.CustomerID { return &r.Customer }),
		projections.UUID("product", func(r *Attribution) *domain.ProductID { return &r.Product }),
		projections.Int("amount_fen", func(r *Attribution) *domain.Fen { return &r.AmountFen }),
		projections.UUID("unit", func(r *Attribution) *domain.UnitID { return &r.Unit }),
		projections.UUID("handler", func(r *Attribution) *domain.StaffID { return &r.Handler }),
		projections.Int("handler_rank", func(r *Attribution) *int { return &r.HandlerRank }),
		projections.UUID("winner", func(r *Attribution) *domain.StaffID { return &r.Winner }),
		projections.UUID("winner_unit", func(r *Attribution) *domain.UnitID { return &r.WinnerUnit }),
		projections.Bool("follows_handler", func(r *Attribution) *bool { return &r.FollowsHandler }),
		projections.Text("ground", func(r *Attribution) *attribution.Ground { return &r.Ground }),
		projections.Text("mode", func(r *Attribution) *policy.AttributionMode { return &r.Mode }),
		projections.Int("policy_version", func(r *Attribution) *int { return &r.PolicyVersion }),
		projections.Text("reason", func(r *Attribution) *attribution.Reason { return &r.Reason }),
		projections.Document("explanation", func(r *Attribution) *attribution.Explanation { return &r.Explanation }),
		projections.Document("shares", func(r *Attribution) *[]attribution.Share { return &r.Shares }),
		projections.Document("candidates", func(r *Attribution) *[]attribution.Candidate { return &r.Candidates }),
		projections.Document("inputs", func(r *Attribution) *[]attribution.Input { return &r.Inputs }),
		projections.Text("inputs_hash", func(r *Attribution) *string { return &r.InputsHash }),
		projections.UUID("supersedes", func(r *Attribution) *domain.DecisionID { return &r.Supersedes }),
		projections.UUID("superseded_by", func(r *Attribution) *domain.DecisionID { return &r.SupersededBy }),
		projections.Bool("countered", func(r *Attribution) *bool { return &r.Countered }),
		projections.Time("countered_at", func(r *Attribution) *time.Time { return &r.CounteredAt }),
		projections.Bool("standing", func(r *Attribution) *bool { return &r.Standing }),
		projections.Time("decided_at", func(r *Attribution) *time.Time { return &r.DecidedAt }),
		projections.Int("position", func(r *Attribution) *domain.Position { return &r.Position }),
	}
}

// deal is where a confirmed payment was made; its decision does not say.
type deal struct {
	Payment domain.PaymentID
	Unit    domain.UnitID
}

type model struct {
	attributions *projections.Table[domain.DecisionID, Attribution]
	deals        *projections.Table[domain.PaymentID, deal]
}

// Model is the read model.
func Model() projections.Model {
	m := &model{
		attributions: projections.NewTable("attributions", func(r *Attribution) *domain.DecisionID { return &r.Decision }, 1, columns()...).
			Indexed("(position)", "(payment, position)", "(winner, position)", "(handler, position)", "(winner_unit, position)",
				"(unit, position)", "(customer, position)", "(decided_at)", "(position) WHERE NOT follows_handler"),
		deals: projections.NewTable("attribution_deals", func(r *deal) *domain.PaymentID { return &r.Payment }, 1,
			projections.UUID("payment", func(r *deal) *domain.PaymentID { return &r.Payment }),
			projections.UUID("unit", func(r *deal) *domain.UnitID { return &r.Unit })),
	}
	return projections.Model{
		Name: "attributions", Version: 1,
		Answers:  "each decision with candidates, inputs and whether commission follows the handler",
		Tables:   []projections.TableDefinition{m.attributions, m.deals},
		Handlers: []projections.Handler{projections.On(m.confirmed), projections.On(m.decided), projections.On(m.countered)},
	}
}

func (m *model) confirmed(tx *projections.Tx, e payment.Confirmed, _ *projections.Event) error {
	m.deals.Create(tx, deal{e.Deal.Payment, e.Deal.Unit})
	return nil
}

func (m *model) decided(tx *projections.Tx, e attribution.Decided, at *projections.Event) error {
	if !e.Supersedes.IsZero() {
		err := m.attributions.Change(tx, e.Supersedes, func(earlier *Attribution) {
			earlier.SupersededBy, earlier.Standing = e.Decision, false
		})
		if err != nil {
			return err
		}
	}
	made, _ := m.deals.Get(tx, e.Payment)
	m.attributions.Create(tx, Attribution{
		Unit:     made.Unit,
		Decision: e.Decision, Payment: e.Payment, Customer: e.Customer, Product: e.Product, AmountFen: e.AmountFen,
		Handler: e.Handler, HandlerRank: e.HandlerRank, Winner: e.Winner, WinnerUnit: e.WinnerUnit,
		FollowsHandler: e.Winner == e.Handler, Ground: e.Ground, Mode: e.Mode, PolicyVersion: e.PolicyVersion,
		Reason: e.Reason, Explanation: e.Explanation, Shares: e.Shares, Candidates: e.Candidates, Inputs: e.Inputs,
		InputsHash: e.InputsHash, Supersedes: e.Supersedes, Standing: true, DecidedAt: at.EffectiveAt, Position: at.Position,
	})
	return nil
}

func (m *model) countered(tx *projections.Tx, e attribution.Countered, at *projections.Event) error {
	return m.attributions.Change(tx, e.Decision, func(row *Attribution) {
		row.Countered, row.CounteredAt, row.Standing = true, at.EffectiveAt, false
	})
}

// Query chooses decisions. A reader's own ones are those about their deals or their
// commissions.
type Query struct {
	Payment  domain.PaymentID
	Customer domain.CustomerID
	Product  domain.ProductID
	Winner   domain.StaffID
	Handler  domain.StaffID
	Ground   attribution.Ground
	Apart    bool // only where somebody else than the handler has the commission
	Standing bool // leave out superseded and countered ones
	Decided  query.Days
}

// Listed is a decision in a list, with the names that lists show.
type Listed struct {
	Attribution
	CustomerName string
	CustomerNo   string
	ProductName  string
	ProductCode  string
	HandlerNo    string
	HandlerName  string
	WinnerNo     string
	WinnerName   string
}

const listed = `read.attributions t
	LEFT JOIN read.customers c ON c.customer = t.customer
	LEFT JOIN read.products p ON p.product = t.product
	LEFT JOIN read.staff h ON h.staff = t.handler
	LEFT JOIN read.staff w ON w.staff = t.winner`

func listedColumns() []projections.Column[Listed] {
	return append(projections.Joined("t", columns(), func(l *Listed) *Attribution { return &l.Attribution }),
		projections.Text("c.name", func(r *Listed) *string { return &r.CustomerName }),
		projections.Text("c.customer_no", func(r *Listed) *string { return &r.CustomerNo }),
		projections.Text("p.name", func(r *Listed) *string { return &r.ProductName }),
		projections.Text("p.code", func(r *Listed) *string { return &r.ProductCode }),
		projections.Text("h.employee_no", func(r *Listed) *string { return &r.HandlerNo }),
		projections.Text("h.name", func(r *Listed) *string { return &r.HandlerName }),
		projections.Text("w.employee_no", func(r *Listed) *string { return &r.WinnerNo }),
		projections.Text("w.name", func(r *Listed) *string { return &r.WinnerName }),
	)
}

// Attributions is the list of decisions.
func Attributions() query.List[Query, Listed] {
	return query.List[Query, Listed]{
		Models: []string{"attributions", "customers", "products", "staff", "units"},
		Key:    "t.decision",
		Sorts: []query.Sort{
			{Name: "newest", Columns: []string{"t.position"}, Descending: true},
			{Name: "oldest", Columns: []string{"t.position"}},
		},
		Rows: func(reader query.Reader, q Query) query.Rows[Listed] {
			return query.Rows[Listed]{Columns: listedColumns(), From: listed, Counted: "read.attributions t", Where: q.where(reader)}
		},
	}
}

// where keeps to the scope: the winner's unit and the deal's both see the decision.
func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "", "t.winner = ? OR t.handler = ?", "t.winner_unit", "t.unit")
	query.Equal(&w, "t.payment", q.Payment)
	query.Equal(&w, "t.customer", q.Customer)
	query.Equal(&w, "t.product", q.Product)
	query.Equal(&w, "t.winner", q.Winner)
	query.Equal(&w, "t.handler", q.Handler)
	query.Equal(&w, "t.ground", q.Ground)
	if q.Apart {
		w.And("NOT t.follows_handler AND t.winner IS NOT NULL")
	}
	if q.Standing {
		w.And("t.standing")
	}
	w.OnDays("t.decided_at", q.Decided)
	return w
}
