package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// RequestAccess asks that a member of staff may act in a role at a unit and all
// below it; anybody for themselves, superiors and administrators for others
// (B-28, B-36).
type RequestAccess struct {
	Staff domain.StaffID `json:"staff"`
	Role  domain.Role    `json:"role"`
	Unit  domain.UnitID  `json:"unit"`
}

// RequestAccess files a request and answers with its id. Errors:
// grant/already-held, staff/role, staff/unknown, unit/unknown.
func (l *Ledger) RequestAccess(ctx context.Context, call Call, c RequestAccess) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"request-access", c})
	if err != nil {
		return Answer{}, err
	}
	request := t.made("request", 0)
	return t.writeMember(ctx, c.Staff, request, func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		unit := tree.Unit(c.Unit)
		at := placeOf(unit)
		at.mine = call.Actor == c.Staff
		if err := t.authorise(staff.RequestAccess, at); err != nil {
			return nil, err
		}
		return member.RequestAccess(staff.Asking{Request: domain.RequestID(request), Role: c.Role, RequestedBy: call.Actor}, unit)
	})
}
