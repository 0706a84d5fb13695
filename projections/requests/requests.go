// Package requests is the read model of who asks to be attached to whose customer
// (B-30).
package requests

import (
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/projections"
	"guishu/projections/query"
)

// Request is an advisor's request to be attached, as it is now (B-30).
type Request struct {
	Attachment domain.AttachmentID // that it has when it is approved
	Customer   domain.CustomerID
	Home       domain.UnitID // the customer's, when asked
	Advisor    domain.StaffID
	Unit       domain.UnitID // the advisor's, when asked
	Reason     string
	Status     attachment.AskingStatus
	AskedAt    time.Time
	AnsweredBy domain.StaffID // zero while it waits
	AnsweredAt time.Time
	Refusal    string // why it was refused
	Position   domain.Position
}

func columns() []projections.Column[Request] {
	return []projections.Column[Request]{
		projections.UUID("attachment", func(r *Request) *domain.AttachmentID { return &r.Attachment }),
		projections.UUID("customer", func(r *Request) *domain.CustomerID { return &r.Customer }),
		projections.UUID("home", func(r *Request) *domain.UnitID { return &r.Home }),
		projections.UUID("advisor", func(r *Request) *domain.StaffID { return &r.Advisor }),
		projections.UUID("unit", func(r *Request) *domain.UnitID { return &r.Unit }),
		projections.Text("reason", func(r *Request) *string { return &r.Reason }),
		projections.Text("status", func(r *Request) *attachment.AskingStatus { return &r.Status }),
		projections.Time("asked_at", func(r *Request) *time.Time { return &r.AskedAt }),
		projections.UUID("answered_by", func(r *Request) *domain.StaffID { return &r.AnsweredBy }),
		projections.Time("answered_at", func(r *Request) *time.Time { return &r.AnsweredAt }),
		projections.Text("refusal", func(r *Request) *string { return &r.Refusal }),
		projections.Int("position", func(r *Request) *domain.Position { return &r.Position }),
	}
}

// Model is the read model.
func Model() projections.Model {
	table := projections.NewTable("attachment_requests", func(r *Request) *domain.AttachmentID { return &r.Attachment }, 1, columns()...).
		Indexed("(position)", "(status, position)", "(customer, position)", "(advisor, position)", "(home, position)")
	answered := func(tx *projections.Tx, id domain.AttachmentID, at *projections.Event, status attachment.AskingStatus, refusal string) error {
		return table.Change(tx, id, func(r *Request) {
			r.Status, r.Refusal, r.AnsweredBy, r.AnsweredAt = status, refusal, at.Actor, at.EffectiveAt
		})
	}
	return projections.Model{
		Name: "attachment_requests", Version: 1,
		Answers: "who asks to be attached to whose customer, and what became of it (B-30)",
		Tables:  []projections.TableDefinition{table},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e attachment.Requested, at *projections.Event) error {
				table.Create(tx, Request{
					Attachment: e.Attachment, Customer: e.Customer, Home: e.Home, Advisor: e.Advisor, Unit: e.Unit, Reason: e.Reason,
					Status: attachment.RequestPending, AskedAt: at.EffectiveAt, Position: at.Position,
				})
				return nil
			}),
			projections.On(func(tx *projections.Tx, e attachment.RequestApproved, at *projections.Event) error {
				return answered(tx, e.Attachment, at, attachment.RequestGranted, "")
			}),
			projections.On(func(tx *projections.Tx, e attachment.RequestRefused, at *projections.Event) error {
				return answered(tx, e.Attachment, at, attachment.RequestDenied, e.Reason)
			}),
			projections.On(func(tx *projections.Tx, e attachment.RequestWithdrawn, at *projections.Event) error {
				return answered(tx, e.Attachment, at, attachment.RequestTakenBack, "")
			}),
		},
	}
}

// Query chooses requests. A reader's own ones are those that they made; a
// jurisdiction has those for its customers.
type Query struct {
	Status   attachment.AskingStatus
	Customer domain.CustomerID
	Advisor  domain.StaffID
}

// Requests is the list of requests, the newest first.
func Requests() query.List[Query, Request] {
	return query.List[Query, Request]{
		Models: []string{"attachment_requests", "units"},
		Key:    "attachment",
		Sorts:  []query.Sort{{Name: "newest", Columns: []string{"position"}, Descending: true}, {Name: "oldest", Columns: []string{"position"}}},
		Rows: func(reader query.Reader, q Query) query.Rows[Request] {
			var w query.Where
			w.Within(reader, "", "advisor = ?", "home")
			query.Equal(&w, "status", q.Status)
			query.Equal(&w, "customer", q.Customer)
			query.Equal(&w, "advisor", q.Advisor)
			return query.Rows[Request]{Columns: columns(), From: "read.attachment_requests", Where: w}
		},
	}
}
