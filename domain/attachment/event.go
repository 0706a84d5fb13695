// Package attachment is the wealth model: several advisors are attached (下挂)
// to one customer, each with its own entry position, and contacts with the
// customer are on record; attribution is decided from both (B-29 … B-31).
package attachment

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of the stream of a customer's attachments.
const StreamPrefix = "attachment-"

// ContactStreamPrefix begins the name of the stream of a customer's contact
// records, apart from attachments because it grows without end.
const ContactStreamPrefix = "contact-"

// Attached enters an advisor for a customer. Its position in the ledger is the
// entry position; a stated entry time is in the event's metadata, asserted, and
// counts only under an approved migration batch (B-31).
type Attached struct {
	Attachment domain.AttachmentID `label:"下挂|Attachment"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Advisor    domain.StaffID      `label:"财富管理师|Advisor"`
	Unit       domain.UnitID       `label:"财富管理师机构|Advisor's unit"` // the advisor's, when attached
}

// Ended closes an attachment; it stays readable and keeps what it earned (B-27).
type Ended struct {
	Attachment domain.AttachmentID `label:"下挂|Attachment"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Advisor    domain.StaffID      `label:"财富管理师|Advisor"`
	Reason     string              `label:"结束原因|Reason"`
}

// Requested asks that the advisor, who asks, be attached to a customer whom somebody
// else entered (B-30). Attachment is the id that the attachment will have.
type Requested struct {
	Attachment domain.AttachmentID `label:"下挂|Attachment"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Advisor    domain.StaffID      `label:"财富管理师|Advisor"`
	Unit       domain.UnitID       `label:"财富管理师机构|Advisor's unit"`      // when asked
	Home       domain.UnitID       `label:"客户归属机构|Customer's home unit"` // when asked: its head decides
	Reason     string              `label:"申请理由|Reason"`
}

// RequestApproved approves a request; Attached follows at once, and its position, not
// the request's, is the entry position.
type RequestApproved struct {
	Attachment domain.AttachmentID `label:"下挂|Attachment"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Advisor    domain.StaffID      `label:"财富管理师|Advisor"`
}

// RequestRefused refuses a request.
type RequestRefused struct {
	Attachment domain.AttachmentID `label:"下挂|Attachment"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Advisor    domain.StaffID      `label:"财富管理师|Advisor"`
	Reason     string              `label:"不同意原因|Reason"`
}

// RequestWithdrawn takes a request back.
type RequestWithdrawn struct {
	Attachment domain.AttachmentID `label:"下挂|Attachment"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Advisor    domain.StaffID      `label:"财富管理师|Advisor"`
}

// ContactRecorded is a contact with the customer (A-49, B-31). OccurredOn is
// what the advisor states; that it was entered before a payment is proven by
// its position.
type ContactRecorded struct {
	Contact    domain.ContactID  `label:"联络|Contact"`
	Customer   domain.CustomerID `label:"客户|Customer"`
	Advisor    domain.StaffID    `label:"财富管理师|Advisor"`
	Unit       domain.UnitID     `label:"财富管理师机构|Advisor's unit"`
	OccurredOn domain.Date       `label:"联络日期|Date of contact"`
	Method     ContactMethod     `label:"联络方式|Method"`
	Product    domain.ProductID  `label:"产品|Product"`              // what it was about, zero if no product
	TwoWay     bool              `label:"客户有回应|Customer answered"` // the customer answered
	Purpose    domain.Personal   `label:"联络目的|Purpose"`
	Outcome    domain.Personal   `label:"联络结果|Outcome"`
}

// Subject is the customer spoken with.
func (e ContactRecorded) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Made is the attachment.
func (e Attached) Made() uuid.UUID { return e.Attachment.UUID() }

// Made is the attachment that is asked for.
func (e Requested) Made() uuid.UUID { return e.Attachment.UUID() }

// Made is the contact.
func (e ContactRecorded) Made() uuid.UUID { return e.Contact.UUID() }
