// Package attachments is the read model of the advisors of a customer, with the
// position of each entry, and of the contacts on record (B-29 … B-31, A-49).
package attachments

import (
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/projections"
	"guishu/projections/query"
)

// Attachment is an advisor's attachment to a customer.
type Attachment struct {
	Attachment      domain.AttachmentID
	Customer        domain.CustomerID
	Advisor         domain.StaffID
	Unit            domain.UnitID   // the advisor's, when attached
	EntryPosition   domain.Position // earlier is smaller (B-31)
	EntryEvent      uuid.UUID
	EntryTime       time.Time // by the business's account
	EntryRecordedAt time.Time
	Asserted        bool // EntryTime was stated or imported
	Batch           domain.BatchID
	Ended           bool
	EndedTime       time.Time
	EndedRecordedAt time.Time
	EndedPosition   domain.Position
	EndReason       string
}

func columns() []projections.Column[Attachment] {
	return []projections.Column[Attachment]{
		projections.UUID("attachment", func(r *Attachment) *domain.AttachmentID { return &r.Attachment }),
		projections.UUID("customer", func(r *Attachment) *domain.CustomerID { return &r.Customer }),
		projections.UUID("advisor", func(r *Attachment) *domain.StaffID { return &r.Advisor }),
		projections.UUID("unit", func(r *Attachment) *domain.UnitID { return &r.Unit }),
		projections.Int("entry_position", func(r *Attachment) *domain.Position { return &r.EntryPosition }),
		projections.UUID("entry_event", func(r *Attachment) *uuid.UUID { return &r.EntryEvent }),
		projections.Time("entry_time", func(r *Attachment) *time.Time { return &r.EntryTime }),
		projections.Time("entry_recorded_at", func(r *Attachment) *time.Time { return &r.EntryRecordedAt }),
		projections.Bool("asserted", func(r *Attachment) *bool { return &r.Asserted }),
		projections.UUID("batch", func(r *Attachment) *domain.BatchID { return &r.Batch }),
		projections.Bool("ended", func(r *Attachment) *bool { return &r.Ended }),
		projections.Time("ended_time", func(r *Attachment) *time.Time { return &r.EndedTime }),
		projections.Time("ended_recorded_at", func(r *Attachment) *time.Time { return &r.EndedRecordedAt }),
		projections.Int("ended_position", func(r *Attachment) *domain.Position { return &r.EndedPosition }),
		projections.Text("end_reason", func(r *Attachment) *string { return &r.EndReason }),
	}
}

// Contact is a contact on record. What was said stays sealed in its event.
type Contact struct {
	Position   domain.Position
	Contact    domain.ContactID
	Customer   domain.CustomerID
	Advisor    domain.StaffID
	Unit       domain.UnitID
	OccurredOn domain.Date
	Method     attachment.ContactMethod
	Product    domain.ProductID
	TwoWay     bool
	RecordedAt time.Time
}

func contactColumns() []projections.Column[Contact] {
	return []projections.Column[Contact]{
		projections.Int("position", func(r *Contact) *domain.Position { return &r.Position }),
		projections.UUID("contact", func(r *Contact) *domain.ContactID { return &r.Contact }),
		projections.UUID("customer", func(r *Contact) *domain.CustomerID { return &r.Customer }),
		projections.UUID("advisor", func(r *Contact) *domain.StaffID { return &r.Advisor }),
		projections.UUID("unit", func(r *Contact) *domain.UnitID { return &r.Unit }),
		projections.Day("occurred_on", func(r *Contact) *domain.Date { return &r.OccurredOn }),
		projections.Text("method", func(r *Contact) *attachment.ContactMethod { return &r.Method }),
		projections.UUID("product", func(r *Contact) *domain.ProductID { return &r.Product }),
		projections.Bool("two_way", func(r *Contact) *bool { return &r.TwoWay }),
		projections.Time("recorded_at", func(r *Contact) *time.Time { return &r.RecordedAt }),
	}
}

// Model is the read model.
func Model() projections.Model {
	attachments := projections.NewTable("attachments", func(r *Attachment) *domain.AttachmentID { return &r.Attachment }, 1, columns()...).
		Indexed("(customer, entry_position)", "(advisor, entry_position)", "(entry_position)", "(unit, entry_position)")
	contacts := projections.NewLog("contacts", 1, contactColumns()...).
		Indexed("(customer, position)", "(advisor, position)", "(unit, position)")
	return projections.Model{
		Name: "attachments", Version: 2,
		Answers: "advisors of a customer with entry position; contacts on record",
		Tables:  []projections.TableDefinition{attachments, contacts},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e attachment.Attached, at *projections.Event) error {
				attachments.Create(tx, Attachment{
					Attachment: e.Attachment, Customer: e.Customer, Advisor: e.Advisor, Unit: e.Unit,
					EntryPosition: at.Position, EntryEvent: at.Event, EntryTime: at.EffectiveAt,
					EntryRecordedAt: at.RecordedAt, Asserted: at.Asserted, Batch: at.Batch,
				})
				return nil
			}),
			projections.On(func(tx *projections.Tx, e attachment.Ended, at *projections.Event) error {
				return attachments.Change(tx, e.Attachment, func(row *Attachment) {
					row.Ended, row.EndReason = true, e.Reason
					row.EndedTime, row.EndedRecordedAt, row.EndedPosition = at.EffectiveAt, at.RecordedAt, at.Position
				})
			}),
			projections.On(func(tx *projections.Tx, e attachment.ContactRecorded, at *projections.Event) error {
				contacts.Append(tx, Contact{
					Position: at.Position, Contact: e.Contact, Customer: e.Customer, Advisor: e.Advisor, Unit: e.Unit,
					OccurredOn: e.OccurredOn, Method: e.Method, Product: e.Product, TwoWay: e.TwoWay, RecordedAt: at.RecordedAt,
				})
				return nil
			}),
		},
	}
}

// Query chooses attachments. A reader's own ones are those of the reader as advisor.
type Query struct {
	Customer domain.CustomerID
	Advisor  domain.StaffID
	Active   bool      // leave out those that have ended
	AsOf     time.Time // attached at that time by the business's account
	KnownAt  time.Time // … as far as was recorded then
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "", "advisor = ?", "unit")
	query.Equal(&w, "customer", q.Customer)
	query.Equal(&w, "advisor", q.Advisor)
	if q.Active && q.KnownAt.IsZero() {
		w.And("NOT ended")
	}
	if !q.KnownAt.IsZero() {
		w.And("entry_recorded_at <= ?", q.KnownAt)
		if q.Active {
			w.And("NOT ended OR ended_recorded_at > ?", q.KnownAt)
		}
	}
	if !q.AsOf.IsZero() {
		w.And("entry_time <= ?", q.AsOf)
		if q.KnownAt.IsZero() {
			w.And("NOT ended OR ended_time > ?", q.AsOf)
		} else {
			w.And("NOT ended OR ended_time > ? OR ended_recorded_at > ?", q.AsOf, q.KnownAt)
		}
	}
	return w
}

// Attachments is the list of attachments in the order of entry, which is the order of
// priority (B-31).
func Attachments() query.List[Query, Attachment] {
	return query.List[Query, Attachment]{
		Models: []string{"attachments", "units"},
		Key:    "attachment",
		Sorts:  []query.Sort{{Name: "entry", Columns: []string{"entry_position"}}},
		Rows: func(reader query.Reader, q Query) query.Rows[Attachment] {
			return query.Rows[Attachment]{Columns: columns(), From: "read.attachments", Where: q.where(reader), Finish: q.hideLaterEnd}
		},
	}
}

// hideLaterEnd leaves out an end that came after AsOf, or was recorded after KnownAt.
func (q Query) hideLaterEnd(row *Attachment) {
	notYet := !q.AsOf.IsZero() && row.EndedTime.After(q.AsOf)
	notKnown := !q.KnownAt.IsZero() && row.EndedRecordedAt.After(q.KnownAt)
	if row.Ended && (notYet || notKnown) {
		row.Ended, row.EndReason, row.EndedTime, row.EndedRecordedAt, row.EndedPosition = false, "", time.Time{}, time.Time{}, 0
	}
}

// ContactQuery chooses contacts.
type ContactQuery struct {
	Customer domain.CustomerID
	Advisor  domain.StaffID
}

// Contacts is the list of contacts, the newest first.
func Contacts() query.List[ContactQuery, Contact] {
	return query.List[ContactQuery, Contact]{
		Models: []string{"attachments", "units"},
		Key:    "position",
		Sorts:  []query.Sort{{Name: "newest", Columns: []string{"position"}, Descending: true}},
		Rows: func(reader query.Reader, q ContactQuery) query.Rows[Contact] {
			var w query.Where
			w.Within(reader, "", "advisor = ?", "unit")
			query.Equal(&w, "customer", q.Customer)
			query.Equal(&w, "advisor", q.Advisor)
			return query.Rows[Contact]{Columns: contactColumns(), From: "read.contacts", Where: w}
		},
	}
}
