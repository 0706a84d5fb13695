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

// longestReason is the most characters a reason may have.
const longestReason = 500

// Claim is an application to become the owner of a slot without one.
type Claim struct {
	Application domain.ApplicationID
	Kind        ApplicationKind // ESTABLISH or CROSS_INSTITUTION; empty picks by Person.KindFor
	Line        domain.BusinessLine
	Phone       string // maintained with the application, may be empty
	FiledToday  int    // applications the applicant has filed today, counted where MaxClaimsPerDay needs it
}

// File files a claim: by somebody of the customer's line, for a customer within
// reach or, as an application kind of its own, across institutions where the
// policy allows it; for a slot that nobody owns; once for each applicant, and in
// parallel where the policy allows it (A-05 … ).
func (s *State) File(in Claim, customer Customer, applicant Person, rules policy.ClaimRules) ([]any, error) {
	if in.Kind == "" {
		in.Kind = applicant.KindFor(customer.Home)
	}
	phone, err := in.check(customer)
	if err != nil {
		return nil, err
	}
	if err := applicant.mayOwn(customer.Home, in.Line); err != nil {
		return nil, err
	}
	if err := reachable(in.Kind, applicant, customer, rules); err != nil {
		return nil, err
	}
	if err := s.open(in.Application, applicant.Staff); err != nil {
		return nil, err
	}
	switch {
	case s.Owned():
		return nil, ErrAlreadyOwned
	case !rules.ParallelApplications && len(s.Pending()) > 0:
		return nil, ErrPendingByOther
	case rules.MaxClaimsPerDay > 0 && in.FiledToday >= rules.MaxClaimsPerDay:
		return nil, ErrDailyLimit
	}
	if err := applicant.hasRoom(rules); err != nil {
		return nil, err
	}
	return []any{ClaimFiled{
		Application: in.Application, Kind: in.Kind, Customer: customer.Customer, Line: in.Line,
		Applicant: applicant.Staff, Unit: applicant.Unit.ID, HomeUnit: customer.Home.ID, Phone: phone,
	}}, nil
}

// check reads what the claim says by itself, and gives its phone as it is kept.
func (in Claim) check(whose Customer) (domain.Personal, error) {
	switch {
	case in.Application.IsZero():
		return domain.Personal{}, domain.ErrFormRequired.At("application")
	case in.Kind != EstablishRelation && in.Kind != CrossInstitution:
		return domain.Personal{}, domain.ErrFormValue.At("kind")
	case !in.Line.Valid():
		return domain.Personal{}, ErrLineMismatch.At("line")
	case whose.Customer.IsZero() || !whose.Home.Known():
		return domain.Personal{}, domain.ErrQueryNotFoundOrOutOfScope
	case whose.Erased:
		return domain.Personal{}, customer.ErrErased
	}
	if strings.TrimSpace(in.Phone) == "" {
		return domain.Personal{}, nil
	}
	phone, err := identity.ParsePhone(in.Phone)
	if err != nil {
		return domain.Personal{}, identity.ErrPhoneFormat.At("phone")
	}
	return domain.NewPersonal(phone.Text()), nil
}

// reachable is nil when a claim of that kind is right for that home (A-05, A-06,
// A crossing that turned out near home is no harm; it only asks more.
func reachable(kind ApplicationKind, applicant Person, customer Customer, rules policy.ClaimRules) error {
	switch {
	case applicant.near(customer.Home):
		return nil
	case kind != CrossInstitution:
		return applicant.outOfReach()
	case !crossingAllowed(rules):
		return ErrCrossInstitutionDisabled
	}
	return nil
}

func crossingAllowed(rules policy.ClaimRules) bool {
	return rules.CrossInstitution == policy.CrossFree || rules.CrossInstitution == policy.CrossHomeHeadApproval
}

// open is nil when the applicant may file an application under that id: the id
// is new, and the applicant waits for no other decision on the slot.
func (s *State) open(id domain.ApplicationID, applicant domain.StaffID) error {
	if _, known := s.Find(id); known {
		return domain.ErrIdempotencyKeyReused
	}
	for _, a := range s.Applications {
		if a.Pending() && a.Applicant == applicant {
			return ErrDuplicatePending
		}
	}
	return nil
}

// Change is an application to adjust or dissolve the ownership of a slot.
type Change struct {
	Application domain.ApplicationID
	Reason      string
	// Supervises says that the owner's unit is within the applicant's
	// jurisdiction: an outlet head must adjust for whoever is away or left.
	Supervises bool
}

// FileAdjustment asks that somebody else shall own the slot.
// The owner may ask, or who supervises them; the new owner must be somebody who
// could have claimed the customer.
func (s *State) FileAdjustment(in Change, whose Customer, applicant, newOwner Person, rules policy.ClaimRules) ([]any, error) {
	reason, err := s.changeable(in, applicant)
	switch {
	case err != nil:
		return nil, err
	case whose.Erased:
		return nil, customer.ErrErased
	case newOwner.Staff == s.Owner:
		return nil, ErrSameOwner.At("new_owner")
	}
	if err := at(newOwner.mayOwn(whose.Home, s.Line), "new_owner"); err != nil {
		return nil, err
	}
	if !newOwner.near(whose.Home) && !crossingAllowed(rules) {
		return nil, ErrCrossInstitutionDisabled.At("new_owner")
	}
	if err := at(newOwner.hasRoom(rules), "new_owner"); err != nil {
		return nil, err
	}
	return []any{ClaimFiled{
		Application: in.Application, Kind: AdjustRelation, Customer: s.Customer, Line: s.Line,
		Applicant: applicant.Staff, Unit: applicant.Unit.ID, HomeUnit: whose.Home.ID,
		NewOwner: newOwner.Staff, Reason: reason,
	}}, nil
}

// FileDissolution asks that nobody shall own the slot any more, of an
// erased customer too.
func (s *State) FileDissolution(in Change, customer Customer, applicant Person) ([]any, error) {
	reason, err := s.changeable(in, applicant)
	if err != nil {
		return nil, err
	}
	return []any{ClaimFiled{
		Application: in.Application, Kind: DissolveRelation, Customer: s.Customer, Line: s.Line,
		Applicant: applicant.Staff, Unit: applicant.Unit.ID, HomeUnit: customer.Home.ID, Reason: reason,
	}}, nil
}

// changeable is nil when the applicant may ask for a change of this ownership.
func (s *State) changeable(in Change, applicant Person) (string, error) {
	reason := strings.TrimSpace(in.Reason)
	switch {
	case in.Application.IsZero():
		return "", domain.ErrFormRequired.At("application")
	case !s.Owned():
		return "", ErrNotOwned
	case !applicant.Active:
		return "", staff.ErrInactive
	case applicant.Staff != s.Owner && !in.Supervises:
		return "", ErrNotOwner
	case domain.Wordless(reason):
		return "", domain.ErrFormRequired.At("reason")
	case !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > longestReason:
		return "", domain.ErrFormValue.At("reason")
	}
	return reason, s.open(in.Application, applicant.Staff)
}

// Withdraw takes an application back, by its applicant, while it is pending
//
func (s *State) Withdraw(id domain.ApplicationID, by domain.StaffID) ([]any, error) {
	application, known := s.Find(id)
	switch {
	case !known:
		return nil, domain.ErrQueryNotFoundOrOutOfScope
	case by != application.Applicant:
		return nil, ErrNotApplicant
	case !application.Pending():
		return nil, ErrNotPending
	}
	return []any{ClaimWithdrawn{Application: id}}, nil
}

// at says which field a refusal is about; nil for no refusal.
func at(err error, field string) error {
	refusal, ok := domain.AsError(err)
	if !ok {
		return err
	}
	return refusal.At(field)
}
