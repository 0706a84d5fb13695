package payment

import (
	"slices"
	"time"

	"guishu/domain"
)

// State is a payment as its events tell. The zero State does not exist yet.
type State struct {
	Status         domain.PaymentStatus // empty before it is reserved
	Deal           Deal                 // with the amount of the last step
	Nature         domain.Nature
	ScheduledOn    domain.Date
	IdentityType   domain.DocumentType
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
		s.step(domain.PaymentReserved, e.Deal, fact, e.Exceptions...)
		s.Nature, s.ScheduledOn, s.Reservation = e.Nature, e.ScheduledOn, fact
		s.IdentityType, s.IdentityNumber, s.Source, s.Papers = e.IdentityType, e.IdentityNumber, e.Source, e.Papers
	case Registered:
		s.step(domain.PaymentRegistered, e.Deal, fact, e.Exceptions...)
		s.RegisteredBy = e.RegisteredBy
		s.IdentityType, s.IdentityNumber, s.Source, s.Papers = e.IdentityType, e.IdentityNumber, e.Source, e.Papers
	case Confirmed:
		s.step(domain.PaymentConfirmed, e.Deal, fact, e.Exceptions...)
		s.Confirmation = fact
	case Returned:
		s.step(domain.PaymentReturned, e.Deal, fact)
	case Cancelled:
		s.step(domain.PaymentCancelled, e.Deal, fact)
	case Reversed:
		s.step(domain.PaymentReversed, e.Deal, fact)
	}
}

func (s *State) step(to domain.PaymentStatus, deal Deal, fact domain.Fact, exceptions ...domain.Exception) {
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
	if s.Status != domain.PaymentConfirmed {
		return 0
	}
	return s.Deal.AmountFen
}

// May says whether the payment can go on to a state (B-11): reserved, registered,
// confirmed, in this order; back from registered to returned and from there to
// registered again; cancelled any time before confirmation; reversed after it.
func (s *State) May(to domain.PaymentStatus) bool {
	switch to {
	case domain.PaymentReserved:
		return s.Status == ""
	case domain.PaymentRegistered:
		return s.Status == domain.PaymentReserved || s.Status == domain.PaymentReturned
	case domain.PaymentConfirmed, domain.PaymentReturned:
		return s.Status == domain.PaymentRegistered
	case domain.PaymentCancelled:
		return s.Status == domain.PaymentReserved || s.Status == domain.PaymentRegistered || s.Status == domain.PaymentReturned
	case domain.PaymentReversed:
		return s.Status == domain.PaymentConfirmed
	}
	return false
}

// goTo refuses a step that the payment's state does not allow, naming the state
// it is in and the one it should get into.
func (s *State) goTo(to domain.PaymentStatus) error {
	if s.May(to) {
		return nil
	}
	from := s.Status
	if from == "" {
		from = "NONE"
	}
	return domain.ErrPaymentState.With("state", string(from)).With("wanted", string(to))
}
