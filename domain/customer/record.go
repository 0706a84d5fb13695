package customer

import (
	"strings"

	"guishu/domain"
	"guishu/domain/identity"
)

// Verification is the front office's answer about name and number.
type Verification struct {
	Result   IDVerification
	Evidence string // reference of the slip
}

// VerifyIdentity records the answer of the networked verification. It
// needs a document to be about, and evidence of any answer that was given.
func (s *State) VerifyIdentity(in Verification) ([]any, error) {
	if err := s.present(); err != nil {
		return nil, err
	}
	in.Evidence = strings.TrimSpace(in.Evidence)
	switch {
	case !in.Result.Valid() || in.Result == IDNotChecked:
		return nil, domain.ErrFormValue.At("result")
	case s.Profile.IdentityNumber.IsZero():
		return nil, ErrRequired.At("identity_number").With("fields", "identity_number")
	case in.Evidence == "":
		return nil, domain.ErrFormRequired.At("evidence")
	case len(in.Evidence) > longestLine:
		return nil, domain.ErrFormValue.At("evidence")
	}
	return []any{IdentityVerified{Customer: s.Customer, Result: in.Result, Evidence: in.Evidence}}, nil
}

// Link ties the customer to the core bank's customer number; one number
// a customer. That no other customer has it is the registry's to keep. No events
// when the link stands.
func (s *State) Link(customerNo string) ([]any, error) {
	if err := s.present(); err != nil {
		return nil, err
	}
	customerNo = strings.TrimSpace(customerNo)
	switch {
	case !wellFormedNo(customerNo):
		return nil, ErrLinkKeyFormat.At("customer_no")
	case s.CustomerNo == customerNo:
		return nil, nil
	case s.CustomerNo != "":
		return nil, ErrAlreadyLinked.At("customer_no")
	}
	return []any{Linked{Customer: s.Customer, CustomerNo: customerNo}}, nil
}

// RecordPhone takes over the phone of an application that was approved at a
// position, of a formal customer too: it is what the approval was about (A-09,
// No events when it is the phone on record, or when somebody has typed
// another one since the approval.
func (s *State) RecordPhone(phone domain.Personal, application domain.ApplicationID, approved domain.Position) ([]any, error) {
	if err := s.present(); err != nil {
		return nil, err
	}
	switch {
	case phone.Erased():
		return nil, ErrErased
	case approved < s.PhoneTyped:
		return nil, nil
	}
	number, err := identity.ParsePhone(phone.Reveal())
	if err != nil {
		return nil, at(err, "phone")
	}
	canonical := domain.NewPersonal(number.Text())
	if canonical == s.Profile.Phone {
		return nil, nil
	}
	return []any{PhoneRecorded{Customer: s.Customer, Phone: canonical, Application: application}}, nil
}

// Erase says that the customer's key is destroyed, with the legal ground. What
// happened stays on record; who it was is gone. No events the second time.
func (s *State) Erase(basis string) ([]any, error) {
	basis = strings.TrimSpace(basis)
	switch {
	case !s.Exists():
		return nil, domain.ErrQueryNotFoundOrOutOfScope
	case s.Erased:
		return nil, nil
	case domain.Wordless(basis):
		return nil, domain.ErrFormRequired.At("basis")
	case len(basis) > longestLine:
		return nil, domain.ErrFormValue.At("basis")
	}
	return []any{Erased{Customer: s.Customer, Basis: basis}}, nil
}
