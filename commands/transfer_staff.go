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
