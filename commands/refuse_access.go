package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RefuseAccess declines a request with its reason (B-28).
type RefuseAccess struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
	Reason  string           `json:"reason"`
}

// RefuseAccess refuses. Errors: as GrantAccess, form/required.
func (l *Ledger) RefuseAccess(ctx context.Context, call Call, c RefuseAccess) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"refuse-access", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMember(ctx, c.Staff, uuid.UUID(c.Request), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		if _, err := t.answering(member, tree, c.Request); err != nil {
			return nil, err
		}
		return member.Refuse(c.Request, call.Actor, c.Reason)
	})
}
