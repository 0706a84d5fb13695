package ownership

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// Consent is the home outlet head's agreement to a claim from outside.
type Consent struct {
	Application domain.ApplicationID
	By          domain.StaffID
	// HeadsHome says that the customer's home unit is within the jurisdiction
	// that By has as an outlet head.
	HeadsHome bool
}

// Consent lets a claim from another institution go on to its approval. The
// head consents once, and not to an own application or to the own gain.
func (s *State) Consent(in Consent) ([]any, error) {
	application, err := s.decidable(in.Application, in.By)
	switch {
	case err != nil:
		return nil, err
	case !in.HeadsHome:
		return nil, ErrOutOfJurisdiction
	case application.Kind != CrossInstitution && application.Kind != AdjustRelation:
		return nil, domain.ErrFormValue.At("application")
	case !application.ConsentedBy.IsZero():
		return nil, ErrNotPending
	}
	return []any{HomeHeadConsented{Application: in.Application, By: in.By}}, nil
}

// Approval is an approver's yes.
type Approval struct {
	Application domain.ApplicationID
	Approver    domain.StaffID
}

// Approve decides an application in favour. gains is who
// would own the slot, as they are now; the zero Person for a dissolution. customer
// carries the phone on record: an ownership is not decided without a valid phone,
// the application's or the recorded one.
//
// Every other pending application for the slot is superseded in the same
// decision. Whoever then comes too late is told claim/already-owned while the
// slot has an owner, else approval/not-pending.
func (s *State) Approve(in Approval, customer Customer, gains Person, rules policy.ClaimRules) ([]any, error) {
	application, err := s.decidable(in.Application, in.Approver)
	if err != nil {
		return nil, err
	}
	if err := s.stillRight(application, customer, gains, rules); err != nil {
		return nil, err
	}
	if err := consented(application, in.Approver, customer, gains, rules); err != nil {
		return nil, err
	}
	if application.Kind != DissolveRelation && !hasPhone(application, customer) {
		return nil, ErrPhoneRequired.At("phone")
	}
	events := []any{ClaimApproved{Application: in.Application, Approver: in.Approver}, s.outcome(application, gains)}
	for _, rival := range s.Pending() {
		if rival.Application != in.Application {
			events = append(events, ClaimSuperseded{Application: rival.Application, Winner: in.Application})
		}
	}
	return events, nil
}

// outcome is the event that changes who owns the slot.
func (s *State) outcome(a Application, gains Person) any {
	switch a.Kind {
	case AdjustRelation:
		return Adjusted{
			Customer: s.Customer, Line: s.Line, From: s.Owner, To: gains.Staff, Unit: gains.Unit.ID,
			Application: a.Application, Reason: a.Reason,
		}
	case DissolveRelation:
		return Dissolved{Customer: s.Customer, Line: s.Line, Owner: s.Owner, Application: a.Application, Reason: a.Reason}
	}
	return Established{
		Customer: s.Customer, Line: s.Line, Owner: gains.Staff, Unit: gains.Unit.ID, Application: a.Application,
	}
}

// stillRight checks what may have changed since the application was filed: the
// slot, the one who gains, and where they work.
func (s *State) stillRight(a Application, whose Customer, gains Person, rules policy.ClaimRules) error {
	switch {
	case a.Establishes() && s.Owned():
		return ErrAlreadyOwned
	case !a.Establishes() && !s.Owned():
		return ErrNotOwned
	case a.Kind == DissolveRelation:
		return nil
	case whose.Erased:
		return customer.ErrErased
	case gains.Staff != a.Gains():
		return staff.ErrUnknown.At("owner")
	case gains.Staff == s.Owner:
		return ErrSameOwner
	}
	if err := gains.mayOwn(whose.Home, s.Line); err != nil {
		return err
	}
	kind := a.Kind
	if kind == AdjustRelation {
		kind = CrossInstitution
	}
	if err := reachable(kind, gains, whose, rules); err != nil {
		return err
	}
	return gains.hasRoom(rules)
}

// consented asks for the home outlet head's consent where the owner would be of
// another institution; it must come from somebody else than the approver, as the
// second of two.
func consented(a Application, approver domain.StaffID, customer Customer, gains Person, rules policy.ClaimRules) error {
	crosses := a.Kind != DissolveRelation && !gains.near(customer.Home)
	if !crosses || rules.CrossInstitution != policy.CrossHomeHeadApproval {
		return nil
	}
	if a.ConsentedBy.IsZero() || a.ConsentedBy == approver {
		return ErrSecondApproverRequired
	}
	return nil
}

// hasPhone says whether the application or the customer has a valid phone.
func hasPhone(a Application, customer Customer) bool {
	for _, phone := range []domain.Personal{a.Phone, customer.Phone} {
		if _, err := identity.ParsePhone(phone.Reveal()); err == nil {
			return true
		}
	}
	return false
}

// Rejection is an approver's no, with its reason.
type Rejection struct {
	Application domain.ApplicationID
	Approver    domain.StaffID
	Reason      string
}

// Reject decides an application against, with a reason of the least length that
// the policy asks for, and with one letter at least.
func (s *State) Reject(in Rejection, rules policy.ClaimRules) ([]any, error) {
	if _, err := s.decidable(in.Application, in.Approver); err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(in.Reason)
	switch {
	case domain.Wordless(reason), utf8.RuneCountInString(domain.Visible(reason)) < rules.RejectReasonRunes:
		return nil, ErrRejectReasonRequired.At("reason")
	case utf8.RuneCountInString(reason) > longestReason || !utf8.ValidString(reason):
		return nil, domain.ErrFormValue.At("reason")
	}
	return []any{ClaimRejected{Application: in.Application, Approver: in.Approver, Reason: reason}}, nil
}

// decidable is the application, if it is pending and this person may decide it:
// not the applicant, and not the one who gains.
func (s *State) decidable(id domain.ApplicationID, by domain.StaffID) (Application, error) {
	application, known := s.Find(id)
	switch {
	case !known:
		return Application{}, domain.ErrQueryNotFoundOrOutOfScope
	case by.IsZero(), by == application.Applicant, by == application.Gains():
		return Application{}, ErrSelfApproval
	case application.Status == ApplicationSuperseded && application.Establishes() && s.Owned():
		return Application{}, ErrAlreadyOwned
	case !application.Pending():
		return Application{}, ErrNotPending
	}
	return application, nil
}
