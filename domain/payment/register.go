package payment

import (
	"time"

	"guishu/domain"
)

// Registering completes a payment. What is left empty is taken from the
// reservation, or from the registration that was returned.
type Registering struct {
	AmountFen       domain.Fen // 0: as reserved
	IdentityType    domain.IdentityType
	IdentityNumber  domain.Personal // canonical form
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
// Errors: ErrPaymentState, ErrPaymentAmount, ErrMoneyOverflow, ErrPaymentDate,
// ErrPaymentRequired, ErrPaymentAccountRequired, ErrPaymentAttachmentRequired,
// ErrPaymentCustomerIncomplete, ErrIdentityAccountFormat,
// ErrIdentityCardChecksum, ErrFormValue.
func (s *State) Register(in Registering) ([]any, error) {
	if err := s.goTo(domain.PaymentRegistered); err != nil {
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
	case in.RegisteredBy.IsZero():
		return nil, domain.ErrPaymentRequired.At("registered_by")
	case !in.History.Between(s.last, in.Now):
		return nil, domain.ErrPaymentDate.At("effective_at")
	}
	var err error
	if event.Papers, err = distinctPapers(event.Papers); err != nil {
		return nil, err
	}
	if event.Source.Account, err = checkAccount(event.Source.Account); err != nil {
		return nil, err
	}
	if err := event.complete(in); err != nil {
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

// complete holds the gates on missing fields.
func (e *Registered) complete(in Registering) error {
	lacking := func(refusal *domain.Error, fields ...string) error {
		return in.History.Lacking(&e.Exceptions, refusal, fields...)
	}
	if missing := e.missing(); len(missing) > 0 {
		if err := lacking(domain.ErrPaymentRequired.At(missing[0]), missing...); err != nil {
			return err
		}
	}
	if e.Source.Account.Reveal() == "" {
		if err := lacking(domain.ErrPaymentAccountRequired.At("account")); err != nil {
			return err
		}
	}
	if len(e.Papers) < in.RequiredPapers {
		if err := lacking(domain.ErrPaymentAttachmentRequired.At("papers")); err != nil {
			return err
		}
	}
	if len(in.CustomerMissing) > 0 {
		return lacking(customerIncomplete(in.CustomerMissing), in.CustomerMissing...)
	}
	return nil
}

// missing is the fields that must be complete now, without the account, which has
// a code of its own (B-12).
func (e *Registered) missing() []string {
	var missing []string
	for _, field := range []struct {
		name  string
		empty bool
	}{
		{"identity_type", e.IdentityType == ""},
		{"identity_number", e.IdentityNumber.Reveal() == ""},
		{"head_bank", e.Source.HeadBank == ""},
		{"branch", e.Source.Branch == ""},
		{"sub_branch", e.Source.SubBranch == ""},
	} {
		if field.empty {
			missing = append(missing, field.name)
		}
	}
	return missing
}
