package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// TransferStaff moves a member of staff to another unit; roles at the old unit
// end with it.
type TransferStaff struct {
	Staff    domain.StaffID `json:"staff"`
	Unit     domain.UnitID  `json:"unit" doc:"The new unit."`
	Superior domain.StaffID `json:"superior,omitempty" doc:"The new direct superior."`
}

// RecordDeparture ends an employment and every access at once (B-28).
type RecordDeparture struct {
	Staff  domain.StaffID `json:"staff"`
	On     domain.Date    `json:"on" doc:"The last day."`
	Reason string         `json:"reason"`
}

// TransferStaff transfers; the actor must manage both places. Errors:
// staff/inactive, unit/unknown, unit/closed.
func (l *Ledger) TransferStaff(ctx context.Context, call Call, c TransferStaff) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"transfer-staff", c})
	if err != nil {
		return Answer{}, err
	}
	superior, err := l.person(ctx, c.Superior)
	if err != nil {
		return Answer{}, err
	}
	return t.writeMember(ctx, c.Staff, uuid.UUID(c.Staff), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		for _, unit := range []domain.UnitID{member.Unit, c.Unit} {
			if err := t.authorise(staff.ManageStaff, placeOf(tree.Unit(unit))); err != nil {
				return nil, err
			}
		}
		return member.Transfer(tree.Unit(c.Unit), c.Superior, superior)
	})
}

// RecordDeparture records that somebody leaves. Open approvals and payments of
// theirs must be settled first (B-27). Errors: staff/inactive,
// departure/open-approvals, form/required.
func (l *Ledger) RecordDeparture(ctx context.Context, call Call, c RecordDeparture) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"record-departure", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMember(ctx, c.Staff, uuid.UUID(c.Staff), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		if err := t.authorise(staff.ManageStaff, placeOf(tree.Unit(member.Unit))); err != nil {
			return nil, err
		}
		open, err := l.census.OpenWork(ctx, c.Staff)
		if err != nil {
			return nil, unavailable("look for open work", err)
		}
		return member.Depart(staff.Leaving{On: c.On, Reason: c.Reason, Open: open}, l.Today())
	})
}
