// Package ownership is the read model of who owned a customer when, with both
// times: when it was so by the business's account (effective), and when the
// ledger learnt of it (recorded). "Who owned this customer on that day, and what
// did we know then?" is one query (A-70, C-02, C-07, design §6).
package ownership

import (
	"context"
	"time"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/projections"
	"guishu/projections/query"
)

// ChangeKind is what happened to a slot.
type ChangeKind string

// The kinds of change.
const (
	Established ChangeKind = "ESTABLISHED"
	Adjusted    ChangeKind = "ADJUSTED"
	Dissolved   ChangeKind = "DISSOLVED"
)

// ChangeKinds is every kind of change.
var ChangeKinds = domain.NewEnumeration(domain.ErrFormValue.At("kind"),
	domain.Named(Established, "建立", "established"),
	domain.Named(Adjusted, "调整", "adjusted"),
	domain.Named(Dissolved, "解除", "dissolved"),
)

// Valid says whether c is one of ChangeKinds.
func (c ChangeKind) Valid() bool { return ChangeKinds.Valid(c) }

// Words is every value with its names.
func (ChangeKind) Words() []domain.Word { return ChangeKinds.Words() }

// Change is a change of a slot's owner.
type Change struct {
	Position    domain.Position
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	Kind        ChangeKind
	Owner       domain.StaffID // from now on; zero when dissolved
	Before      domain.StaffID // until now; zero when established
	Unit        domain.UnitID  // the owner's
	Application domain.ApplicationID
	Reason      string
	EffectiveAt time.Time
	RecordedAt  time.Time
	Asserted    bool // EffectiveAt was typed in or imported
	Batch       domain.BatchID
	Actor       domain.StaffID
}

func columns() []projections.Column[Change] {
	return []projections.Column[Change]{
		projections.Int("position", func(r *Change) *domain.Position { return &r.Position }),
		projections.UUID("customer", func(r *Change) *domain.CustomerID { return &r.Customer }),
		projections.Text("line", func(r *Change) *domain.BusinessLine { return &r.Line }),
		projections.Text("kind", func(r *Change) *ChangeKind { return &r.Kind }),
		projections.UUID("owner", func(r *Change) *domain.StaffID { return &r.Owner }),
		projections.UUID("before", func(r *Change) *domain.StaffID { return &r.Before }),
		projections.UUID("unit", func(r *Change) *domain.UnitID { return &r.Unit }),
		projections.UUID("application", func(r *Change) *domain.ApplicationID { return &r.Application }),
		projections.Text("reason", func(r *Change) *string { return &r.Reason }),
		projections.Time("effective_at", func(r *Change) *time.Time { return &r.EffectiveAt }),
		projections.Time("recorded_at", func(r *Change) *time.Time { return &r.RecordedAt }),
		projections.Bool("asserted", func(r *Change) *bool { return &r.Asserted }),
		projections.UUID("batch", func(r *Change) *domain.BatchID { return &r.Batch }),
		projections.UUID("actor", func(r *Change) *domain.StaffID { return &r.Actor }),
	}
}

// Model is the read model.
func Model() projections.Model {
	history := projections.NewLog("ownership_history", 1, columns()...).
		Indexed("(customer, line, effective_at, position)", "(owner, position)", `("before", position)`)
	add := func(tx *projections.Tx, at *projections.Event, c Change) error {
		c.Position, c.EffectiveAt, c.RecordedAt = at.Position, at.EffectiveAt, at.RecordedAt
		c.Asserted, c.Batch, c.Actor = at.Asserted, at.Batch, at.Actor
		history.Append(tx, c)
		return nil
	}
	return projections.Model{
		Name: "ownership_history", Version: 1,
		Answers: "who owned a slot when, with effective and recorded time (`as_of`, `known_at`)",
		Tables:  []projections.TableDefinition{history},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e ownership.Established, at *projections.Event) error {
				return add(tx, at, Change{Customer: e.Customer, Line: e.Line, Kind: Established, Owner: e.Owner, Unit: e.Unit, Application: e.Application})
			}),
			projections.On(func(tx *projections.Tx, e ownership.Adjusted, at *projections.Event) error {
				return add(tx, at, Change{Customer: e.Customer, Line: e.Line, Kind: Adjusted, Owner: e.To, Before: e.From, Unit: e.Unit, Application: e.Application, Reason: e.Reason})
			}),
			projections.On(func(tx *projections.Tx, e ownership.Dissolved, at *projections.Event) error {
				return add(tx, at, Change{Customer: e.Customer, Line: e.Line, Kind: Dissolved, Before: e.Owner, Application: e.Application, Reason: e.Reason})
			}),
		},
	}
}

// Moment is a point in both times. The zero AsOf is now, the zero KnownAt is with
// all that is known today.
type Moment struct {
	AsOf    time.Time
	KnownAt time.Time
}

func (m Moment) where(w *query.Where) {
	if !m.AsOf.IsZero() {
		w.And("effective_at <= ?", m.AsOf)
	}
	if !m.KnownAt.IsZero() {
		w.And("recorded_at <= ?", m.KnownAt)
	}
}

// At gives, for each line, the change that made the owner at a moment; a line
// whose slot never had one, or had lost it, is left out. Who may see the customer
// is for the caller to ask first.
func At(ctx context.Context, db query.DB, customer domain.CustomerID, moment Moment) ([]Change, error) {
	var w query.Where
	w.And("customer = ?", customer.UUID())
	moment.where(&w)
	latest, err := query.Select(ctx, db, distinct(), "read.ownership_history", w, "ORDER BY line, effective_at DESC, position DESC")
	if err != nil {
		return nil, err
	}
	owned := latest[:0]
	for _, change := range latest {
		if change.Kind != Dissolved {
			owned = append(owned, change)
		}
	}
	return owned, nil
}

// distinct is the columns of the first row of each line.
func distinct() []projections.Column[Change] {
	all := columns()
	for i := range all {
		all[i] = all[i].As(`"` + all[i].Name + `"`)
	}
	all[0] = all[0].As("DISTINCT ON (line) " + all[0].Name)
	return all
}

// History gives every change of a customer's slots as known at a moment, by the
// business's time.
func History(ctx context.Context, db query.DB, customer domain.CustomerID, moment Moment) ([]Change, error) {
	var w query.Where
	w.And("customer = ?", customer.UUID())
	moment.where(&w)
	all := distinct()
	all[0] = columns()[0]
	return query.Select(ctx, db, all, "read.ownership_history", w, "ORDER BY line, effective_at, position")
}
