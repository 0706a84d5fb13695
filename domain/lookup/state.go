package lookup

import "guishu/domain"

// State is one employee's look-ups on one day.
type State struct {
	Staff domain.StaffID
	Count int
}

// Clone gives a state that can change apart from this one.
func (s *State) Clone() *State {
	clone := *s
	return &clone
}

// Apply folds one event.
func (s *State) Apply(event any, _ domain.Fact) {
	if e, ok := event.(LookedUp); ok {
		s.Staff = e.Staff
		s.Count++
	}
}
