package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

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
