package payment

import (
	"slices"
	"time"

	"guishu/domain"
	"guishu/domain/identity"
)

// State is a payment as its events tell. The zero State does not exist yet.
type State struct {
	Status         Status // empty before it is reserved
	Deal           Deal   // with the amount of the last step
	ExternalNo     string // the number in the system it was imported from
	Nature         domain.Nature
	ScheduledOn    domain.Date
	IdentityType   identity.DocumentType
	IdentityNumber domain.Personal
	Source         Source
	Papers         []string
	RegisteredBy   domain.StaffID
	Exceptions     []domain.Exception // of all steps, in their order
	Reservation    domain.Fact
	Confirmation   domain.Fact // zero before
	last           time.Time   // effective time of the last step
}

// Apply folds one event in.
func (s *State) Apply(event any, fact domain.Fact) {
	switch e := event.(type) {
	case Reserved:
		s.step(StatusReserved, e.Deal, fact, e.Exceptions...)
		s.ExternalNo, s.Nature, s.ScheduledOn, s.Reservation = e.ExternalNo, e.Nature, e.ScheduledOn, fact
		s.IdentityType, s.IdentityNumber, s.Source, s.Papers = e.IdentityType, e.IdentityNumber, e.Source, e.Papers
	case Registered:
		s.step(StatusRegistered, e.Deal, fact, e.Exceptions...)
		s.RegisteredBy = e.RegisteredBy
		s.IdentityType, s.IdentityNumber, s.Source, s.Papers = e.IdentityType, e.IdentityNumber, e.Source, e.Papers
	case Confirmed:
		s.step(StatusConfirmed, e.Deal, fact, e.Exceptions...)
		s.Confirmation = fact
	case Returned:
		s.step(StatusReturned, e.Deal, fact)
	case Cancelled:
		s.step(StatusCancelled, e.Deal, fact)
	case Reversed:
		s.step(StatusReversed, e.Deal, fact)
	}
}

func (s *State) step(to Status, deal Deal, fact domain.Fact, exceptions ...domain.Exception) {
	s.Status, s.Deal = to, deal
	if fact.EffectiveAt.After(s.last) {
		s.last = fact.EffectiveAt
	}
	s.Exceptions = append(s.Exceptions, exceptions...)
}

// Clone is a copy that can be changed apart. Papers are never changed in place,
// so the copies share them.
func (s *State) Clone() *State {
	clone := *s
	clone.Exceptions = slices.Clip(s.Exceptions)
	return &clone
}

// Known says that the payment was reserved.
func (s *State) Known() bool { return s.Status != "" }

// CreditedFen is what the payment adds to sums of confirmed payments: its amount
// while confirmed, nothing before and nothing once reversed (B-18).
func (s *State) CreditedFen() domain.Fen {
	if s.Status != StatusConfirmed {
		return 0
	}
	return s.Deal.AmountFen
}

// May says whether the payment can go on to a state (B-11): reserved, registered,
// confirmed, in this order; back from registered to returned and from there to
// registered again; cancelled any time before confirmation; reversed after it.
func (s *State) May(to Status) bool {
	switch to {
	case StatusReserved:
		return s.Status == ""
	case StatusRegistered:
		return s.Status == StatusReserved || s.Status == StatusReturned
	case StatusConfirmed, StatusReturned:
		return s.Status == StatusRegistered
	case StatusCancelled:
		return s.Status == StatusReserved || s.Status == StatusRegistered || s.Status == StatusReturned
	case StatusReversed:
		return s.Status == StatusConfirmed
	}
	return false
}

// goTo refuses a step that the payment's state does not allow, naming the state
// it is in and the one it should get into.
func (s *State) goTo(to Status) error {
	if s.May(to) {
		return nil
	}
	from := s.Status
	if from == "" {
		from = "NONE"
	}
	return ErrState.With("state", string(from)).With("wanted", string(to))
}
