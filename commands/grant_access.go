package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// GrantAccess approves a request (B-28).
type GrantAccess struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
}

// GrantAccess grants. Errors: grant/self-approval, grant/not-pending,
// query/not-found-or-out-of-scope.
func (l *Ledger) GrantAccess(ctx context.Context, call Call, c GrantAccess) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"grant-access", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMember(ctx, c.Staff, uuid.UUID(c.Request), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		unit, err := t.answering(member, tree, c.Request)
		if err != nil {
			return nil, err
		}
		return member.Grant(c.Request, call.Actor, unit)
	})
}
