package payment

import (
	"time"

	"guishu/domain"
	"guishu/domain/identity"
)

// Registering completes a payment. What is left empty is taken from the
// reservation, or from the registration that was returned.
type Registering struct {
	AmountFen       domain.Fen // 0: as reserved
	IdentityType    identity.DocumentType
	IdentityNumber  domain.Personal
	Source          Source
	Papers          []string
	RegisteredBy    domain.StaffID
	RequiredPapers  int      // of the policy
	CustomerMissing []string // formal fields that the customer still lacks (B-13)
	History         domain.History
	Now             time.Time
}

// Register registers a payment: now everything is complete (B-12), the customer's
// formal fields too (B-13). A returned payment is registered again. Under an
// approved migration batch what is missing becomes exceptions.
//
// Errors: ErrState, ErrAmount, ErrMoneyOverflow, ErrDate,
// ErrRequired, ErrAccountRequired, ErrAttachmentRequired,
// ErrCustomerIncomplete, identity.ErrAccountFormat,
// identity.ErrCardChecksum, ErrFormValue, and those of
// identity.ParseDocument.
func (s *State) Register(in Registering) ([]any, error) {
	if err := s.goTo(StatusRegistered); err != nil {
		return nil, err
	}
	event := s.registration(in)
	if err := checkAmount(event.Deal.AmountFen); err != nil {
		return nil, err
	}
	if err := event.Source.check(); err != nil {
		return nil, err
	}
	switch {
	case event.IdentityType != "" && !event.IdentityType.Valid():
		return nil, identity.ErrIDType.At("identity_type")
	case in.RegisteredBy.IsZero():
		return nil, ErrRequired.At("registered_by")
	case !in.History.Between(s.last, in.Now):
		return nil, ErrDate.At("effective_at")
	}
	var err error
	if event.Papers, err = distinctPapers(event.Papers); err != nil {
		return nil, err
	}
	if event.IdentityNumber, err = checkIdentity(event.IdentityType, event.IdentityNumber); err != nil {
		return nil, err
	}
	if event.Source.Account, err = checkAccount(event.Source.Account); err != nil {
		return nil, err
	}
	if event.Exceptions, err = event.gates(in); err != nil {
		return nil, err
	}
	return []any{event}, nil
}

func (s *State) registration(in Registering) Registered {
	event := Registered{
		Deal: s.Deal, RegisteredBy: in.RegisteredBy, IdentityType: in.IdentityType, IdentityNumber: in.IdentityNumber,
		Source: in.Source.trimmed().or(s.Source), Papers: in.Papers,
	}
	if in.AmountFen != 0 {
		event.Deal.AmountFen = in.AmountFen
	}
	if event.IdentityType == "" {
		event.IdentityType = s.IdentityType
	}
	if event.IdentityNumber.Reveal() == "" {
		event.IdentityNumber = s.IdentityNumber
	}
	if len(event.Papers) == 0 {
		event.Papers = s.Papers
	}
	return event
}

// gates holds that everything is complete now (B-12, B-13), which history may lack.
func (e *Registered) gates(in Registering) ([]domain.Exception, error) {
	gates := domain.Gates{Provenance: in.History.Provenance}
	gates.Require(e.IdentityType != "", ErrRequired, "identity_type")
	gates.Require(e.IdentityNumber.Reveal() != "", ErrRequired, "identity_number")
	gates.Require(e.Source.HeadBank != "", ErrRequired, "head_bank")
	gates.Require(e.Source.Branch != "", ErrRequired, "branch")
	gates.Require(e.Source.SubBranch != "", ErrRequired, "sub_branch")
	gates.Require(e.Source.Account.Reveal() != "", ErrAccountRequired, "account")
	gates.Require(len(e.Papers) >= in.RequiredPapers, ErrAttachmentRequired, "papers")
	for _, field := range in.CustomerMissing {
		gates.Require(false, ErrCustomerIncomplete, field)
	}
	return gates.Pass()
}
