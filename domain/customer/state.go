package customer

import (
	"slices"

	"guishu/domain"
	"guishu/domain/identity"
)

// State is a customer, folded from their stream. The zero State is a customer
// who was never registered.
type State struct {
	Customer     domain.CustomerID
	Profile      Profile
	CustomerNo   string // the core bank's, empty for a prospect not linked yet
	HomeUnit     domain.UnitID
	Nature       domain.Nature
	Advisor      domain.StaffID // named at entry
	RegisteredBy domain.StaffID
	Verification IDVerification
	FirstPayment domain.PaymentID // zero while potential
	PhoneTyped   domain.Position  // of the event in which somebody last typed the phone
	Exceptions   []domain.Exception
	Erased       bool
	ErasedAt     domain.Position // of the erasure, zero until then
}

// Exists says whether the customer was ever registered.
func (s *State) Exists() bool { return !s.Customer.IsZero() }

// Formal says whether the customer ever had a confirmed payment, which locks the
// fields (B-14, B-21).
func (s *State) Formal() bool { return !s.FirstPayment.IsZero() }

// Kind is derived from the first confirmed payment, never typed (B-08).
func (s *State) Kind() Kind {
	if s.Formal() {
		return Formal
	}
	return Prospect
}

// Identity is the customer's document; the zero document when none is known.
func (s *State) Identity() identity.Document {
	document, _ := identity.ParseDocument(s.Profile.IdentityType, s.Profile.IdentityNumber.Reveal(), domain.Date{})
	return document
}

// Clone gives a state that can change apart from this one.
func (s *State) Clone() *State {
	clone := *s
	clone.Exceptions = slices.Clone(s.Exceptions)
	return &clone
}

// Apply folds one event.
func (s *State) Apply(event any, fact domain.Fact) {
	switch e := event.(type) {
	case Registered:
		s.register(e, fact)
	case Supplemented:
		s.supplement(e, fact)
	case PhoneRecorded:
		s.Profile.Phone = e.Phone
	case IdentityVerified:
		s.Verification = e.Result
	case Linked:
		s.CustomerNo = e.CustomerNo
	case BecameFormal:
		if !s.Formal() {
			s.FirstPayment = e.Payment
		}
	case Erased:
		s.erase()
		s.ErasedAt = fact.Position
	}
}

func (s *State) register(e Registered, fact domain.Fact) {
	*s = State{
		Customer: e.Customer,
		Profile: Profile{
			Party: e.Party, Name: e.Name, IdentityType: e.IdentityType, IdentityNumber: e.IdentityNumber,
			Phone: e.Phone, Source: e.Source, ChannelType: e.ChannelType, Details: e.Details,
		},
		CustomerNo: e.CustomerNo, HomeUnit: e.HomeUnit, Nature: e.Nature, Advisor: e.Advisor,
		RegisteredBy: fact.Actor, Verification: IDNotChecked, PhoneTyped: fact.Position,
		Exceptions: slices.Clone(e.Exceptions),
	}
}

func (s *State) supplement(e Supplemented, fact domain.Fact) {
	if !e.Phone.IsZero() {
		s.PhoneTyped = fact.Position
	}
	given := Profile{
		Name: e.Name, IdentityType: e.IdentityType, IdentityNumber: e.IdentityNumber,
		Phone: e.Phone, Source: e.Source, ChannelType: e.ChannelType, Details: e.Details,
	}
	before := s.Profile
	for _, field := range personalFields {
		if value := *field.of(&given); !value.IsZero() {
			*field.of(&s.Profile) = value
		}
	}
	take(&s.Profile.IdentityType, given.IdentityType)
	take(&s.Profile.Source, given.Source)
	take(&s.Profile.ChannelType, given.ChannelType)
	for _, name := range e.Cleared {
		s.Profile.clear(name)
	}
	if before.Name != s.Profile.Name || before.IdentityNumber != s.Profile.IdentityNumber || before.IdentityType != s.Profile.IdentityType {
		s.Verification = IDNotChecked // it was the other name and number that were checked
	}
}

// erase leaves of each personal field only that there was one, which is what a
// fold of the stream gives once the key is gone.
func (s *State) erase() {
	s.Erased = true
	for _, field := range personalFields {
		if value := field.of(&s.Profile); !value.IsZero() {
			*value = domain.ErasedPersonal()
		}
	}
}
