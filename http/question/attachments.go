package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"
	"guishu/projections/attachments"
	"guishu/projections/customers"
)

// AttachmentFilter narrows the list of attachments.
type AttachmentFilter struct {
	Paging
	Moment
	Customer domain.CustomerID `query:"customer"`
	Advisor  domain.StaffID    `query:"advisor"`
	Active   bool              `query:"active" doc:"不含已结束的。 Leave out those that have ended."`
}

// CustomerAttachmentFilter narrows the list of one customer's attachments.
type CustomerAttachmentFilter struct {
	Paging
	Moment
	Customer domain.CustomerID `path:"customer"`
	Active   bool              `query:"active" doc:"不含已结束的。 Leave out those that have ended."`
}

// Attachment is an attachment as it is shown.
type Attachment struct {
	ID            domain.AttachmentID       `json:"id"`
	Customer      *Named[domain.CustomerID] `json:"customer"`
	Advisor       *Named[domain.StaffID]    `json:"advisor"`
	Unit          *Named[domain.UnitID]     `json:"unit" doc:"下挂时其所在机构。 The advisor's, when attached."`
	EntryPosition domain.Position           `json:"entry_position" doc:"录入的位置，小者在先；以此定优先。 Earlier is smaller; this decides priority."`
	EnteredAt     time.Time                 `json:"entered_at" doc:"按业务时间。 By the business's account."`
	RecordedAt    time.Time                 `json:"recorded_at"`
	Asserted      bool                      `json:"asserted"`
	Batch         *Named[domain.BatchID]    `json:"batch,omitempty"`
	Ended         bool                      `json:"ended"`
	EndedAt       time.Time                 `json:"ended_at,omitzero"`
	EndReason     string                    `json:"end_reason,omitempty"`
}

// Attachments are those within the reader's scope, in the order of entry.
func Attachments() List[*AttachmentFilter, attachments.Query, attachments.Attachment, Attachment] {
	return List[*AttachmentFilter, attachments.Query, attachments.Attachment, Attachment]{
		About: About{
			Name: "list-attachments", Title: ledger.Say("下挂列表", "List attachments"), Needs: staff.ReadCustomers, Models: customerModels(),
			Does: ledger.Say("按录入次序列出下挂。", "Lists attachments in the order of entry."),
		},
		Of: attachments.Attachments(),
		Choose: func(r *Reader, in *AttachmentFilter) (attachments.Query, error) {
			asOf, knownAt, err := in.times(r.Location)
			return attachments.Query{Customer: in.Customer, Advisor: in.Advisor, Active: in.Active, AsOf: asOf, KnownAt: knownAt}, err
		},
		Prepare: func(r *Reader, rows []attachments.Attachment) error {
			ids := make([]domain.CustomerID, len(rows))
			for i := range rows {
				ids[i] = rows[i].Customer
			}
			var err error
			r.called, err = customers.Called(r.ctx, r.Read, ids)
			return err
		},
		Show: showAttachment,
	}
}

// CustomerAttachments are the advisors of one customer, in the order of entry. All of
// them are shown to anyone who may read the customer: each advisor must be able to
// see who came first (B-30, B-31).
func CustomerAttachments() List[*CustomerAttachmentFilter, attachments.Query, attachments.Attachment, Attachment] {
	return List[*CustomerAttachmentFilter, attachments.Query, attachments.Attachment, Attachment]{
		About: About{
			Name: "list-customer-attachments", Title: ledger.Say("客户的下挂财富管理师", "Advisors of a customer"), Needs: staff.ReadCustomers, Models: customerModels(),
			Does: ledger.Say("按录入次序列出一位客户的所有下挂财富管理师。", "Lists all advisors of a customer in the order of entry."),
		},
		Of: attachments.Attachments(),
		Within: func(r *Reader, scope staff.Scope, in *CustomerAttachmentFilter) (staff.Scope, error) {
			return staff.Scope{Everywhere: true}, r.about(scope, in.Customer)
		},
		Choose: func(r *Reader, in *CustomerAttachmentFilter) (attachments.Query, error) {
			asOf, knownAt, err := in.times(r.Location)
			return attachments.Query{Customer: in.Customer, Active: in.Active, AsOf: asOf, KnownAt: knownAt}, err
		},
		Show: showAttachment,
	}
}

func showAttachment(r *Reader, t *attachments.Attachment) Attachment {
	return Attachment{
		ID: t.Attachment, Customer: r.client(t.Customer, t.Unit, t.Advisor == r.who()), Advisor: r.Colleague(t.Advisor), Unit: r.Department(t.Unit), EntryPosition: t.EntryPosition,
		EnteredAt: r.when(t.EntryTime), RecordedAt: r.when(t.EntryRecordedAt), Asserted: t.Asserted, Batch: r.batch(t.Batch),
		Ended: t.Ended, EndedAt: r.when(t.EndedTime), EndReason: t.EndReason,
	}
}

// ContactFilter narrows the list of a customer's contacts.
type ContactFilter struct {
	Paging
	Customer domain.CustomerID `path:"customer"`
	Advisor  domain.StaffID    `query:"advisor"`
}

// Contact is a contact on record as it is shown.
type Contact struct {
	ID         domain.ContactID          `json:"id"`
	Customer   *Named[domain.CustomerID] `json:"customer"`
	Advisor    *Named[domain.StaffID]    `json:"advisor"`
	OccurredOn domain.Date               `json:"occurred_on"`
	Method     attachment.ContactMethod  `json:"method"`
	Product    *Named[domain.ProductID]  `json:"product,omitempty"`
	TwoWay     bool                      `json:"two_way"`
	RecordedAt time.Time                 `json:"recorded_at"`
	Position   domain.Position           `json:"position"`
}

// Contacts are the contacts on record with a customer.
func Contacts() List[*ContactFilter, attachments.ContactQuery, attachments.Contact, Contact] {
	return List[*ContactFilter, attachments.ContactQuery, attachments.Contact, Contact]{
		About: About{
			Name: "list-contacts", Title: ledger.Say("客户联络记录列表", "Contacts with a customer"), Needs: staff.ReadCustomers, Models: customerModels(),
			Does: ledger.Say("列出与一位客户的联络记录，最近的在前。", "Lists the contacts on record with a customer, the newest first."),
		},
		Of: attachments.Contacts(),
		Within: func(r *Reader, scope staff.Scope, in *ContactFilter) (staff.Scope, error) {
			return scope, r.about(scope, in.Customer)
		},
		Choose: func(_ *Reader, in *ContactFilter) (attachments.ContactQuery, error) {
			return attachments.ContactQuery{Customer: in.Customer, Advisor: in.Advisor}, nil
		},
		Show: showContact,
	}
}

func showContact(r *Reader, c *attachments.Contact) Contact {
	return Contact{
		ID: c.Contact, Customer: r.client(c.Customer, c.Unit, c.Advisor == r.who()), Advisor: r.Colleague(c.Advisor), OccurredOn: c.OccurredOn, Method: c.Method,
		Product: r.product(c.Product), TwoWay: c.TwoWay, RecordedAt: r.when(c.RecordedAt), Position: c.Position,
	}
}
