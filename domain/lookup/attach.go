package lookup

import (
	"strconv"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// LookUpToAttach answers an advisor who looks for a customer to be attached to, and
// puts it on record as LookUp does, within the same quota (A-77, B-30). Errors:
// staff.ErrInactive, ErrKeysMissing, ErrLimit.
func (s *State) LookUpToAttach(by Means, found Found, asker ownership.Person, rules policy.ClaimRules) ([]any, Answer, error) {
	switch {
	case !asker.Active:
		return nil, "", staff.ErrInactive
	case !by.Valid():
		return nil, "", ErrKeysMissing
	}
	if err := s.within(rules); err != nil {
		return nil, "", err
	}
	answer := judgeToAttach(found, asker)
	return []any{lookedUp(by, answer, found, asker)}, answer, nil
}

// judgeToAttach gives the first reason that holds against attaching the asker.
func judgeToAttach(found Found, asker ownership.Person) Answer {
	home := found.Customer.Home
	switch {
	case found.Customer.Customer.IsZero():
		return NoSuchCustomer
	case found.NameDiffers:
		return NameMismatch
	case home.Model != domain.Attached:
		return Exclusive
	case home.Line != "" && asker.Unit.Line != "" && home.Line != asker.Unit.Line:
		return OtherLine
	}
	return Attachable
}

// RefusalToAttach is what an advisor is told who cannot be attached to the customer;
// nil for one who can.
func (a Answer) RefusalToAttach() error {
	switch a {
	case Attachable:
		return nil
	case NameMismatch:
		return ErrNameIDMismatch
	}
	return ErrNotAttachable
}

// within is nil while the day's quota lasts.
func (s *State) within(rules policy.ClaimRules) error {
	if rules.DailyLookUps > 0 && s.Count >= rules.DailyLookUps {
		return ErrLimit.With("limit", strconv.Itoa(rules.DailyLookUps))
	}
	return nil
}

func lookedUp(by Means, answer Answer, found Found, asker ownership.Person) LookedUp {
	event := LookedUp{Staff: asker.Staff, Unit: asker.Unit.ID, By: by, Answer: answer}
	if answer != NoSuchCustomer {
		event.Customer = found.Customer.Customer
	}
	return event
}
