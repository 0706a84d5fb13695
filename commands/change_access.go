package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RequestAccess asks that a member of staff may act in a role at a unit and all
// below it; anybody for themselves, superiors and administrators for others
// (B-28, B-36).
type RequestAccess struct {
	Staff domain.StaffID `json:"staff"`
	Role  domain.Role    `json:"role"`
	Unit  domain.UnitID  `json:"unit"`
}

// GrantAccess approves a request (B-28).
type GrantAccess struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
}

// RefuseAccess declines a request with its reason (B-28).
type RefuseAccess struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
	Reason  string           `json:"reason"`
}

// RevokeAccess takes a role at a unit away, at once.
type RevokeAccess struct {
	Staff  domain.StaffID `json:"staff"`
	Role   domain.Role    `json:"role"`
	Unit   domain.UnitID  `json:"unit"`
	Reason string         `json:"reason"`
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

// answering is the unit of a request that the actor may answer.
func (t *task) answering(member *staff.State, tree *organisation.Tree, id domain.RequestID) (organisation.Unit, error) {
	request, _ := member.Request(id)
	unit := tree.Unit(request.Unit)
	return unit, t.authorise(staff.ApproveAccess, placeOf(unit))
}

// writeMember writes one decision about a member of staff.
func (t *task) writeMember(ctx context.Context, who domain.StaffID, id uuid.UUID, decide func(*staff.State, *organisation.Tree) ([]any, error)) (Answer, error) {
	return t.write(ctx, staffStream(who), id, func(ctx context.Context) (outcome, error) {
		member, err := t.ledger.member(ctx, who)
		if err != nil {
			return outcome{}, err
		}
		tree, err := t.ledger.tree(ctx)
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(member.State, tree.State)
		return outcome{Revision: member.Revision, Events: events}, err
	})
}
