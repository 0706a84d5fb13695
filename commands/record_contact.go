package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// RecordContact puts a contact with a customer on record (A-49, B-31).
type RecordContact struct {
	Customer   domain.CustomerID        `json:"customer"`
	Advisor    domain.StaffID           `json:"advisor"`
	OccurredOn domain.Date              `json:"occurred_on"`
	Method     attachment.ContactMethod `json:"method"`
	Product    domain.ProductID         `json:"product,omitempty" doc:"What it was about, if a product."`
	TwoWay     bool                     `json:"two_way,omitempty" doc:"The customer answered."`
	Purpose    string                   `json:"purpose,omitempty"`
	Outcome    string                   `json:"outcome,omitempty"`
}

// RecordContact records and answers with the contact's id. A customer whom the
// actor cannot read does not exist for them (A-41, B-35). Errors:
// attachment/not-attached, contact/method, contact/time, product/unknown.
func (l *Ledger) RecordContact(ctx context.Context, call Call, c RecordContact) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"record-contact", c})
	if err != nil {
		return Answer{}, err
	}
	id := t.made("contact", 0)
	stream := streamOf(attachment.ContactStreamPrefix, c.Customer)
	return t.write(ctx, stream, id, func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(staff.RecordContact); err != nil {
			return outcome{}, err
		}
		who, home, err := l.customerAt(ctx, c.Customer)
		if err != nil {
			return outcome{}, err
		}
		unit, err := t.actFor(ctx, staff.RecordContact, c.Advisor)
		if err != nil {
			return outcome{}, err
		}
		if _, err := t.readable(ctx, who.State, home); err != nil {
			return outcome{}, err
		}
		if who.State.Erased {
			return outcome{}, customer.ErrErased
		}
		if !c.Product.IsZero() {
			bought, err := l.product(ctx, c.Product)
			if err != nil {
				return outcome{}, err
			}
			if !bought.State.Known() {
				return outcome{}, product.ErrUnknown.At("product")
			}
		}
		attached, err := l.attachments(ctx, c.Customer)
		if err != nil {
			return outcome{}, err
		}
		events, err := attached.State.Record(attachment.Contacting{
			Contact: domain.ContactID(id), Customer: c.Customer, Advisor: c.Advisor, Unit: unit.ID,
			OccurredOn: c.OccurredOn, Method: c.Method, Product: c.Product, TwoWay: c.TwoWay,
			Purpose: domain.NewPersonal(c.Purpose), Outcome: domain.NewPersonal(c.Outcome),
			Today: t.today(), History: t.history,
		})
		if err != nil {
			return outcome{}, err
		}
		last, err := l.lastRevision(ctx, stream)
		return outcome{Revision: last, Events: events}, err
	})
}

// lastRevision is the newest revision of a stream that is a record and decides
// nothing.
func (l *Ledger) lastRevision(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	record, err := load[record](ctx, l, stream)
	return record.Revision, err
}

// record is the state of a stream that only grows.
type record struct{}

// Apply folds nothing: only the revision counts.
func (*record) Apply(any, domain.Fact) {}

// Clone gives the same nothing.
func (r *record) Clone() *record { return r }
