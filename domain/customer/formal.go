package customer

import (
	"slices"

	"guishu/domain"
)

// BecomeFormal makes the customer formal by their first confirmed payment and
// locks the fields (B-14). Any later payment changes nothing: no events. An
// erased customer becomes formal too, because the payment did happen.
func (s *State) BecomeFormal(payment domain.PaymentID) ([]any, error) {
	switch {
	case !s.Exists():
		return nil, domain.ErrQueryNotFoundOrOutOfScope
	case payment.IsZero():
		return nil, domain.ErrFormRequired.At("payment")
	case s.Formal():
		return nil, nil
	}
	return []any{BecameFormal{Customer: s.Customer, Payment: payment}}, nil
}

// MissingForFormal names the fields that a formal customer must have and this one
// does not; a payment cannot be registered before they are there (B-13).
func (s *State) MissingForFormal() []string { return s.Completeness().Missing }

// Completeness says how much of what a formal customer must have is known.
type Completeness struct {
	Required int
	Filled   int
	Missing  []string // in the order the fields are asked for
}

// Complete says that nothing is missing.
func (c Completeness) Complete() bool { return len(c.Missing) == 0 }

// Completeness counts the formal field set (B-09, B-13).
func (s *State) Completeness() Completeness {
	required := s.Profile.requiredForFormal()
	c := Completeness{Required: len(required)}
	for _, name := range required {
		if !s.Profile.filled(name) {
			c.Missing = append(c.Missing, name)
		}
	}
	c.Filled = c.Required - len(c.Missing)
	return c
}

// Open is those of the exceptions, of the customer's registration or of imported
// payments, whose fields are not all there by now (B-16).
func (s *State) Open(exceptions []domain.Exception) []domain.Exception {
	var open []domain.Exception
	for _, exception := range exceptions {
		lacks := func(field string) bool { return !s.Profile.filled(field) }
		if len(exception.Fields) == 0 || slices.ContainsFunc(exception.Fields, lacks) {
			open = append(open, exception)
		}
	}
	return open
}

// ToBeCompleted says on which of an advisor's two lists the customer is: to be
// completed while potential, incomplete or with open exceptions, else among my
// customers (B-16).
func (s *State) ToBeCompleted(open []domain.Exception) bool {
	return !s.Formal() || !s.Completeness().Complete() || len(open) > 0
}
