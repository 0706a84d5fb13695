package attachment

import (
	"unicode/utf8"

	"guishu/domain"
)

// Contacting is a contact with the customer to be put on record.
type Contacting struct {
	Contact    domain.ContactID
	Customer   domain.CustomerID
	Advisor    domain.StaffID
	Unit       domain.UnitID // the advisor's
	OccurredOn domain.Date
	Method     ContactMethod
	Product    domain.ProductID // zero if it was about none
	TwoWay     bool             // the customer answered
	Purpose    domain.Personal
	Outcome    domain.Personal
	Today      domain.Date
	History    domain.History
}

// longestNote is how many characters purpose and outcome may have.
const longestNote = 2000

// Record puts a contact on record, for the stream of the customer's contacts
// (A-49, B-31). The advisor is attached; under an approved migration batch it is
// enough to have been. The contact has taken place.
//
// Errors: ErrFormRequired, ErrFormValue, ErrContactMethod, ErrContactTime,
// ErrNotAttached.
func (s *State) Record(in Contacting) ([]any, error) {
	_, attached := s.Of(in.Advisor)
	if in.History.Approved() {
		attached = s.EverAttached(in.Advisor)
	}
	switch {
	case in.Contact.IsZero():
		return nil, domain.ErrFormRequired.At("contact")
	case in.Customer.IsZero():
		return nil, domain.ErrFormRequired.At("customer")
	case in.OccurredOn.IsZero():
		return nil, domain.ErrFormRequired.At("occurred_on")
	case in.OccurredOn.After(in.Today):
		return nil, ErrContactTime.At("occurred_on")
	case !in.Method.Valid():
		return nil, ErrContactMethod.At("method")
	case utf8.RuneCountInString(in.Purpose.Reveal()) > longestNote:
		return nil, domain.ErrFormValue.At("purpose")
	case utf8.RuneCountInString(in.Outcome.Reveal()) > longestNote:
		return nil, domain.ErrFormValue.At("outcome")
	case !attached:
		return nil, ErrNotAttached.At("advisor")
	}
	return []any{ContactRecorded{
		Contact: in.Contact, Customer: in.Customer, Advisor: in.Advisor, Unit: in.Unit, OccurredOn: in.OccurredOn,
		Method: in.Method, Product: in.Product, TwoWay: in.TwoWay, Purpose: in.Purpose, Outcome: in.Outcome,
	}}, nil
}
