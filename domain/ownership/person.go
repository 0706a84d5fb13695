package ownership

import (
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// Person is what a decision needs to know of somebody who owns or would own a
// customer, as they are when it is decided.
type Person struct {
	Staff  domain.StaffID
	Unit   organisation.Unit // where they work
	Active bool
	Owned  int // customers they own now, counted where MaxOwned needs it
}

// Customer is what a decision needs to know of the customer of the slot.
type Customer struct {
	Customer domain.CustomerID
	Home     organisation.Unit // 客户归属机构
	Phone    domain.Personal   // on record, may be empty
	Erased   bool              // nobody gains them any more; applications and owners are let go
	ErasedAt domain.Position   // of the erasure, zero until then
}

// near says whether the customer's home is within the person's own reach: the
// own outlet, or for those above the outlets, the own unit with all below
// it.
func (p Person) near(home organisation.Unit) bool { return p.Unit.Path.Contains(home.Path) }

// KindFor is the kind of application this person files to become the owner of a
// customer at home: ESTABLISH within the own reach, CROSS_INSTITUTION beyond it.
func (p Person) KindFor(home organisation.Unit) ApplicationKind {
	if p.near(home) {
		return EstablishRelation
	}
	return CrossInstitution
}

// mayOwn is nil when the person may own a customer with that home in the line:
// active, at an open unit, and never across business lines.
func (p Person) mayOwn(home organisation.Unit, line domain.BusinessLine) error {
	switch {
	case p.Staff.IsZero():
		return staff.ErrUnknown
	case !p.Active:
		return staff.ErrInactive
	}
	if err := p.Unit.Usable(); err != nil {
		return err
	}
	switch {
	case !home.Serves(line):
		return ErrCrossLine
	case p.Unit.Serves(line):
		return nil
	case home.Line == line:
		return ErrCrossLine // theirs is the other line, and so is not the customer's
	}
	return ErrLineMismatch
}

// hasRoom is nil while the person may own one more customer.
func (p Person) hasRoom(rules policy.ClaimRules) error {
	if rules.MaxOwned > 0 && p.Owned >= rules.MaxOwned {
		return ErrCapacity
	}
	return nil
}

// outOfReach is the refusal for a customer beyond the person's own reach (A-05,
//
func (p Person) outOfReach() error {
	if p.Unit.Kind == domain.Outlet {
		return ErrScopeOutlet
	}
	return ErrScopeSubtree
}
