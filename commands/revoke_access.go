package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RevokeAccess takes a role at a unit away, at once.
type RevokeAccess struct {
	Staff  domain.StaffID `json:"staff"`
	Role   domain.Role    `json:"role"`
	Unit   domain.UnitID  `json:"unit"`
	Reason string         `json:"reason"`
}

// RevokeAccess revokes. Errors: query/not-found-or-out-of-scope, form/required.
func (l *Ledger) RevokeAccess(ctx context.Context, call Call, c RevokeAccess) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"revoke-access", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMember(ctx, c.Staff, uuid.UUID(c.Staff), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		if err := t.authorise(staff.ApproveAccess, placeOf(tree.Unit(c.Unit))); err != nil {
			return nil, err
		}
		return member.Revoke(c.Role, c.Unit, c.Reason)
	})
}
