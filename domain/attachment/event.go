// Package attachment is the wealth model: several advisors are attached (下挂)
// to one customer, each with its own entry position, and contacts with the
// customer are on record; attribution is decided from both (B-29 … B-31).
package attachment

import "guishu/domain"

// StreamPrefix begins the name of the stream of a customer's attachments.
const StreamPrefix = "attachment-"

// ContactStreamPrefix begins the name of the stream of a customer's contact
// records, apart from attachments because it grows without end.
const ContactStreamPrefix = "contact-"

// Attached enters an advisor for a customer. Its position in the ledger is the
// entry position; a stated entry time is in the event's metadata, asserted, and
// counts only under an approved migration batch (B-31).
type Attached struct {
	Attachment domain.AttachmentID
	Customer   domain.CustomerID
	Advisor    domain.StaffID
	Unit       domain.UnitID // the advisor's, when attached
}

// Ended closes an attachment; it stays readable and keeps what it earned (B-27).
type Ended struct {
	Attachment domain.AttachmentID
	Customer   domain.CustomerID
	Advisor    domain.StaffID
	Reason     string
}

// ContactRecorded is a contact with the customer (A-49, B-31). OccurredOn is
// what the advisor states; that it was entered before a payment is proven by
// its position.
type ContactRecorded struct {
	Contact    domain.ContactID
	Customer   domain.CustomerID
	Advisor    domain.StaffID
	Unit       domain.UnitID
	OccurredOn domain.Date
	Method     ContactMethod
	Product    domain.ProductID // what it was about, zero if no product
	TwoWay     bool             // the customer answered
	Purpose    domain.Personal
	Outcome    domain.Personal
}

// Subject is the customer spoken with.
func (e ContactRecorded) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Events describes every event of attachments and contacts.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Attached]("attachment.attached", 1),
		domain.DescribeEvent[Ended]("attachment.ended", 1),
		domain.DescribeEvent[ContactRecorded]("contact.recorded", 1),
	}
}
