package lookup

import (
	"slices"

	"guishu/domain"
)

// State is one employee's look-ups on one day.
type State struct {
	Staff domain.StaffID
	Count int
	found []domain.CustomerID // whom the looker named rightly
}

// Clone gives a state that can change apart from this one.
func (s *State) Clone() *State {
	clone := *s
	clone.found = slices.Clone(s.found)
	return &clone
}

// Apply folds one event.
func (s *State) Apply(event any, _ domain.Fact) {
	if e, ok := event.(LookedUp); ok {
		s.Staff = e.Staff
		s.Count++
		if !e.Customer.IsZero() && e.Answer != NameMismatch {
			s.found = append(s.found, e.Customer)
		}
	}
}

// Found says whether a look-up of the day found the customer, claimable or not
// (A-77, B-30).
func (s *State) Found(customer domain.CustomerID) bool { return slices.Contains(s.found, customer) }
