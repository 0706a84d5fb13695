package http

import (
	"net/http"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"
	"guishu/projections/attachments"
)

// attachmentRoutes are about the advisors of a customer.
func (s *Server) attachmentRoutes() {
	const area = "下挂 Attachments"
	// Attachments within the reader's scope, in the order of entry.
	list(s, area, route{http.MethodGet, "/v1/attachments", "list-attachments", "下挂列表", "List attachments", forStaff}, attachmentList(), chooseAttachments, showAttachment)
	// The advisors of one customer, in the order of entry (B-30, B-31).
	list(s, area, route{http.MethodGet, "/v1/customers/{customer}/attachments", "list-customer-attachments", "客户的下挂财富管理师", "Advisors of a customer", forStaff}, attachmentList(), chooseCustomersAttachments, showAttachment)
	// The contacts on record with a customer.
	list(s, area, route{http.MethodGet, "/v1/customers/{customer}/contacts", "list-contacts", "客户联络记录列表", "Contacts with a customer", forStaff}, contactList(), chooseContacts, showContact)
	// Attach an advisor; the position of the entry is what counts (B-31).
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/attachments", "attach-advisor", "下挂财富管理师", "Attach an advisor", forStaff}, do[commands.AttachAdvisor](s))
	// End an attachment.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/attachments/{attachment}/end", "end-attachment", "结束下挂", "End an attachment", forStaff}, do[commands.EndAttachment](s))
	// Record a contact with the customer.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/contacts", "record-contact", "客户联络记录", "Record a contact", forStaff}, do[commands.RecordContact](s))
}

// attachmentFilter chooses attachments.
type attachmentFilter struct {
	Paging
	Moment
	Customer domain.CustomerID `query:"customer"`
	Advisor  domain.StaffID    `query:"advisor"`
	Active   bool              `query:"active" doc:"Leave out those that have ended."`
}

// customerAttachments chooses one customer's attachments.
type customerAttachments struct {
	Paging
	Moment
	Customer domain.CustomerID `path:"customer"`
	Active   bool              `query:"active" doc:"Leave out those that have ended."`
}

// attached is an attachment as the API shows it.
type attached struct {
	ID            domain.AttachmentID `json:"id"`
	Customer      domain.CustomerID   `json:"customer"`
	Advisor       domain.StaffID      `json:"advisor"`
	Unit          domain.UnitID       `json:"unit" doc:"The advisor's, when attached."`
	EntryPosition domain.Position     `json:"entry_position" doc:"Earlier is smaller; this decides priority."`
	EnteredAt     *time.Time          `json:"entered_at" doc:"By the business's account."`
	RecordedAt    *time.Time          `json:"recorded_at"`
	Asserted      bool                `json:"asserted"`
	Batch         domain.BatchID      `json:"batch,omitempty"`
	Ended         bool                `json:"ended"`
	EndedAt       *time.Time          `json:"ended_at,omitempty"`
	EndReason     string              `json:"end_reason,omitempty"`
}

// contactFilter chooses contacts.
type contactFilter struct {
	Paging
	Customer domain.CustomerID `path:"customer"`
	Advisor  domain.StaffID    `query:"advisor"`
}

// contact is a contact on record as the API shows it.
type contact struct {
	ID         domain.ContactID         `json:"id"`
	Customer   domain.CustomerID        `json:"customer"`
	Advisor    domain.StaffID           `json:"advisor"`
	OccurredOn domain.Date              `json:"occurred_on"`
	Method     attachment.ContactMethod `json:"method"`
	Product    domain.ProductID         `json:"product,omitempty"`
	TwoWay     bool                     `json:"two_way"`
	RecordedAt *time.Time               `json:"recorded_at"`
	Position   domain.Position          `json:"position"`
}

func attachmentList() lister[attachments.Query, attachments.Attachment] {
	return lister[attachments.Query, attachments.Attachment]{models: append(customerModels(), "attachments"), list: attachments.List, count: attachments.Count, oneOrder: true}
}

func contactList() lister[attachments.ContactQuery, attachments.Contact] {
	return lister[attachments.ContactQuery, attachments.Contact]{models: append(customerModels(), "attachments"), list: attachments.ListContacts, count: attachments.CountContacts, oneOrder: true}
}

func chooseAttachments(a *asking, in *attachmentFilter) (attachments.Query, error) {
	scope, err := a.scope(staff.ReadCustomers)
	if err != nil {
		return attachments.Query{}, err
	}
	asOf, knownAt, err := in.times(a.server.Location)
	return attachments.Query{
		Scope: scope, Who: a.who(), Customer: in.Customer, Advisor: in.Advisor, Active: in.Active, AsOf: asOf, KnownAt: knownAt,
		After: in.after(), Limit: in.Limit,
	}, err
}

// chooseCustomersAttachments shows all advisors of a customer to whoever may read
// the customer: each of them must be able to see who came first (B-30).
func chooseCustomersAttachments(a *asking, in *customerAttachments) (attachments.Query, error) {
	if _, err := a.reach(in.Customer); err != nil {
		return attachments.Query{}, err
	}
	asOf, knownAt, err := in.times(a.server.Location)
	return attachments.Query{
		Scope: staff.Scope{Everywhere: true}, Who: a.who(), Customer: in.Customer, Active: in.Active, AsOf: asOf, KnownAt: knownAt,
		After: in.after(), Limit: in.Limit,
	}, err
}

func showAttachment(a *asking, t *attachments.Attachment) attached {
	return attached{
		ID: t.Attachment, Customer: t.Customer, Advisor: t.Advisor, Unit: t.Unit, EntryPosition: t.EntryPosition,
		EnteredAt: a.when(t.EntryTime), RecordedAt: a.when(t.EntryRecordedAt), Asserted: t.Asserted, Batch: t.Batch,
		Ended: t.Ended, EndedAt: a.when(t.EndedTime), EndReason: t.EndReason,
	}
}

func chooseContacts(a *asking, in *contactFilter) (attachments.ContactQuery, error) {
	if _, err := a.reach(in.Customer); err != nil {
		return attachments.ContactQuery{}, err
	}
	scope, err := a.scope(staff.ReadCustomers)
	return attachments.ContactQuery{Scope: scope, Who: a.who(), Customer: in.Customer, Advisor: in.Advisor, After: in.after(), Limit: in.Limit}, err
}

func showContact(a *asking, c *attachments.Contact) contact {
	return contact{
		ID: c.Contact, Customer: c.Customer, Advisor: c.Advisor, OccurredOn: c.OccurredOn, Method: c.Method, Product: c.Product,
		TwoWay: c.TwoWay, RecordedAt: a.when(c.RecordedAt), Position: c.Position,
	}
}
