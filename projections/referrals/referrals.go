// Package referrals is the read model of customers offered to colleagues.
package referrals

import (
	"time"

	"guishu/domain"
	"guishu/domain/referral"
	"guishu/projections"
	"guishu/projections/query"
)

// Referral is a referral as it is now.
type Referral struct {
	Referral   domain.ReferralID
	Customer   domain.CustomerID
	Line       domain.BusinessLine
	Referrer   domain.StaffID
	Unit       domain.UnitID // the referrer's, when offered
	Target     domain.StaffID
	TargetUnit domain.UnitID
	Status     referral.Status // never EXPIRED here: that follows from ExpiresOn and the day
	Reason     string          // why it was rejected
	OfferedAt  time.Time
	ExpiresOn  domain.Date
	AnsweredAt time.Time // zero while it waits
	Position   domain.Position
}

// On is where the referral stands on a day.
func (r *Referral) On(day domain.Date) referral.Status {
	return (&referral.State{Status: r.Status, Terms: referral.Offered{ExpiresOn: r.ExpiresOn}}).On(day)
}

func columns() []projections.Column[Referral] {
	return []projections.Column[Referral]{
		projections.UUID("referral", func(r *Referral) *domain.ReferralID { return &r.Referral }),
		projections.UUID("customer", func(r *Referral) *domain.CustomerID { return &r.Customer }),
		projections.Text("line", func(r *Referral) *domain.BusinessLine { return &r.Line }),
		projections.UUID("referrer", func(r *Referral) *domain.StaffID { return &r.Referrer }),
		projections.UUID("unit", func(r *Referral) *domain.UnitID { return &r.Unit }),
		projections.UUID("target", func(r *Referral) *domain.StaffID { return &r.Target }),
		projections.UUID("target_unit", func(r *Referral) *domain.UnitID { return &r.TargetUnit }),
		projections.Text("status", func(r *Referral) *referral.Status { return &r.Status }),
		projections.Text("reason", func(r *Referral) *string { return &r.Reason }),
		projections.Time("offered_at", func(r *Referral) *time.Time { return &r.OfferedAt }),
		projections.Day("expires_on", func(r *Referral) *domain.Date { return &r.ExpiresOn }),
		projections.Time("answered_at", func(r *Referral) *time.Time { return &r.AnsweredAt }),
		projections.Int("position", func(r *Referral) *domain.Position { return &r.Position }),
	}
}

// Model is the read model.
func Model() projections.Model {
	table := projections.NewTable("referrals", func(r *Referral) *domain.ReferralID { return &r.Referral }, 1, columns()...).
		Indexed("(position)", "(status, position)", "(customer, position)", "(referrer, position)", "(target, position)", "(unit, position)", "(target_unit, position)")
	answered := func(tx *projections.Tx, id domain.ReferralID, at *projections.Event, status referral.Status, reason string) error {
		return table.Change(tx, id, func(r *Referral) { r.Status, r.Reason, r.AnsweredAt = status, reason, at.EffectiveAt })
	}
	return projections.Model{
		Name: "referrals", Version: 1,
		Answers: "who offered a customer to whom, and what became of it (A-56)",
		Tables:  []projections.TableDefinition{table},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e referral.Offered, at *projections.Event) error {
				table.Create(tx, Referral{
					Referral: e.Referral, Customer: e.Customer, Line: e.Line, Referrer: e.Referrer, Unit: e.Unit, Target: e.Target, TargetUnit: e.TargetUnit,
					Status: referral.StatusOffered, OfferedAt: at.EffectiveAt, ExpiresOn: e.ExpiresOn, Position: at.Position,
				})
				return nil
			}),
			projections.On(func(tx *projections.Tx, e referral.Accepted, at *projections.Event) error {
				return answered(tx, e.Referral, at, referral.StatusAccepted, "")
			}),
			projections.On(func(tx *projections.Tx, e referral.Rejected, at *projections.Event) error {
				return answered(tx, e.Referral, at, referral.StatusRejected, e.Reason)
			}),
			projections.On(func(tx *projections.Tx, e referral.Cancelled, at *projections.Event) error {
				return answered(tx, e.Referral, at, referral.StatusCancelled, "")
			}),
		},
	}
}

// Query chooses referrals. A reader's own ones are those that they offered or were offered; a
// jurisdiction has those from it and to it.
type Query struct {
	Status   referral.Status // on the day Today
	Today    domain.Date
	Customer domain.CustomerID
	Referrer domain.StaffID
	Target   domain.StaffID
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "line", "referrer = ? OR target = ?", "unit", "target_unit")
	query.Equal(&w, "customer", q.Customer)
	query.Equal(&w, "referrer", q.Referrer)
	query.Equal(&w, "target", q.Target)
	switch q.Status {
	case referral.StatusOffered:
		w.And("status = ? AND expires_on >= ?", string(referral.StatusOffered), q.Today.UTC())
	case referral.StatusExpired:
		w.And("status = ? AND expires_on < ?", string(referral.StatusOffered), q.Today.UTC())
	default:
		query.Equal(&w, "status", q.Status)
	}
	return w
}

// Referrals is the list of referrals, the newest first.
func Referrals() query.List[Query, Referral] {
	return query.List[Query, Referral]{
		Models: []string{"referrals", "units"},
		Key:    "referral",
		Sorts:  []query.Sort{{Name: "newest", Columns: []string{"position"}, Descending: true}, {Name: "oldest", Columns: []string{"position"}}},
		Rows: func(reader query.Reader, q Query) query.Rows[Referral] {
			return query.Rows[Referral]{Columns: columns(), From: "read.referrals", Where: q.where(reader)}
		},
	}
}
