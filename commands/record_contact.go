package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/product"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RecordContact puts a contact with a customer on record (A-49, B-31).
type RecordContact struct {
	Customer   domain.CustomerID        `json:"customer"`
	Advisor    domain.StaffID           `json:"advisor"`
	OccurredOn domain.Date              `json:"occurred_on"`
	Method     attachment.ContactMethod `json:"method"`
	Product    domain.ProductID         `json:"product,omitempty" doc:"所谈的产品，如有。 What it was about, if a product."`
	TwoWay     bool                     `json:"two_way,omitempty" doc:"客户有回应。 The customer answered."`
	Purpose    string                   `json:"purpose,omitempty"`
	Outcome    string                   `json:"outcome,omitempty"`
}

var recordContact = ledger.Verb{
	Name: "record-contact", Needs: staff.RecordContact,
	Title: ledger.Say("客户联络记录", "Record a contact"),
	Does:  ledger.Say("登记与客户的一次联络。", "Puts a contact with a customer on record."),
	Refuses: slices.Concat(absentStaff, []domain.Code{
		attachment.ErrNotAttached, attachment.ErrContactMethod, attachment.ErrContactTime, product.ErrUnknown, customer.ErrErased,
	}),
}

// Verb is record-contact.
func (RecordContact) Verb() ledger.Verb { return recordContact }

// Run records and answers with the contact's id. A customer whom the actor cannot
// read does not exist for them (A-41, B-35).
func (c RecordContact) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	id := t.Made("contact")
	return ledger.Write(ctx, t, c.target(id), func(ctx context.Context, s attachmentCase) ([]any, error) {
		if err := s.advisor.act(t); err != nil {
			return nil, err
		}
		if _, err := readable(ctx, t, s.customer, s.home); err != nil {
			return nil, err
		}
		if s.customer.Erased {
			return nil, customer.ErrErased
		}
		if !c.Product.IsZero() {
			bought, err := productOf(ctx, t.Ledger(), c.Product)
			if err != nil {
				return nil, err
			}
			if !bought.State.Known() {
				return nil, product.ErrUnknown.At("product")
			}
		}
		return s.Record(attachment.Contacting{
			Contact: domain.ContactID(id), Customer: c.Customer, Advisor: c.Advisor, Unit: s.advisor.unit.ID,
			OccurredOn: c.OccurredOn, Method: c.Method, Product: c.Product, TwoWay: c.TwoWay,
			Purpose: domain.NewPersonal(c.Purpose), Outcome: domain.NewPersonal(c.Outcome),
			Today: t.Today(), History: t.History(),
		})
	})
}

// target is the record of the customer's contacts, which rests on who is attached.
func (c RecordContact) target(id uuid.UUID) ledger.Target[attachmentCase] {
	attached := theAttachments(c.Customer, id, func(*attachment.State) domain.StaffID { return c.Advisor }, atTheAdvisors)
	return ledger.Target[attachmentCase]{
		ID: id, Stream: contactStream(c.Customer),
		Load: func(ctx context.Context, t *ledger.Task) (ledger.Found[attachmentCase], error) {
			found, err := attached.Load(ctx, t)
			if err != nil {
				return found, err
			}
			found.Revision, err = t.Ledger().LastRevision(ctx, contactStream(c.Customer))
			return found, err
		},
	}
}
