package referral

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/domain/staff"
)

// OpenDays is for how many natural days after the day of the offer a referral can
// be answered.
const OpenDays = 7

// longestText is how many characters a remark or a reason may have.
const longestText = 500

// Offering is a customer to be offered to a colleague.
type Offering struct {
	Referral domain.ReferralID
	Customer ownership.Customer
	Referrer ownership.Person
	Target   ownership.Person
	Remark   string // may be empty
	Today    domain.Date
}

// Offer offers a customer to a colleague of the same business line. Errors:
// ErrSelf, ErrCrossLine, customer.ErrErased, staff.ErrUnknown, staff.ErrInactive,
// domain.ErrFormValue.
func (s *State) Offer(in Offering) ([]any, error) {
	remark := strings.TrimSpace(in.Remark)
	switch {
	case s.Known():
		return nil, ErrNotOffered
	case in.Customer.Erased:
		return nil, customer.ErrErased
	case in.Target.Staff.IsZero():
		return nil, staff.ErrUnknown.At("target")
	case in.Target.Staff == in.Referrer.Staff:
		return nil, ErrSelf.At("target")
	case !in.Target.Active:
		return nil, staff.ErrInactive.At("target")
	case !in.Target.Unit.Serves(in.Referrer.Unit.Line) || !in.Target.Unit.Serves(in.Customer.Home.Line):
		return nil, ErrCrossLine.At("target")
	case utf8.RuneCountInString(remark) > longestText:
		return nil, domain.ErrFormValue.At("remark")
	}
	return []any{Offered{
		Referral: in.Referral, Customer: in.Customer.Customer, Line: in.Target.Unit.Line,
		Referrer: in.Referrer.Staff, Unit: in.Referrer.Unit.ID, Target: in.Target.Staff, TargetUnit: in.Target.Unit.ID,
		Remark: domain.NewPersonal(remark), ExpiresOn: in.Today.AddDays(OpenDays),
	}}, nil
}

// Answering is an answer to a referral.
type Answering struct {
	By    domain.StaffID
	Today domain.Date
}

// Accept takes the customer on: only the colleague asked can, once, while the
// offer is open (A-56, C-06). Errors: ErrNotTarget, ErrNotOffered, ErrExpired.
func (s *State) Accept(in Answering) ([]any, error) {
	if err := s.answerable(in, s.Terms.Target, ErrNotTarget); err != nil {
		return nil, err
	}
	return []any{Accepted{Referral: s.Terms.Referral, Customer: s.Terms.Customer, By: in.By}}, nil
}

// Reject declines, with the reason. Errors: as Accept, ErrReasonRequired,
// domain.ErrFormValue.
func (s *State) Reject(in Answering, reason string) ([]any, error) {
	reason = strings.TrimSpace(reason)
	if err := s.answerable(in, s.Terms.Target, ErrNotTarget); err != nil {
		return nil, err
	}
	switch {
	case domain.Wordless(reason):
		return nil, ErrReasonRequired.At("reason")
	case utf8.RuneCountInString(reason) > longestText:
		return nil, domain.ErrFormValue.At("reason")
	}
	return []any{Rejected{Referral: s.Terms.Referral, Customer: s.Terms.Customer, By: in.By, Reason: reason}}, nil
}

// Cancel takes an offer back while it is open. Errors: ErrNotReferrer,
// ErrNotOffered, ErrExpired.
func (s *State) Cancel(in Answering) ([]any, error) {
	if err := s.answerable(in, s.Terms.Referrer, ErrNotReferrer); err != nil {
		return nil, err
	}
	return []any{Cancelled{Referral: s.Terms.Referral, Customer: s.Terms.Customer, By: in.By}}, nil
}

// answerable is nil when somebody may answer the offer on a day.
func (s *State) answerable(in Answering, who domain.StaffID, otherwise domain.Code) error {
	switch {
	case in.By != who:
		return otherwise
	case s.Status != StatusOffered:
		return ErrNotOffered.With("status", string(s.Status))
	case s.On(in.Today) == StatusExpired:
		return ErrExpired.With("expired_on", s.Terms.ExpiresOn.String())
	}
	return nil
}
