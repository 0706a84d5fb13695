package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// changeUnit writes one decision of the tree about a unit the actor manages,
// and, where others are named, manages too.
func (l *Ledger) changeUnit(ctx context.Context, call Call, v verb, unit domain.UnitID, others []domain.UnitID, decide func(*organisation.Tree) ([]any, error)) (Answer, error) {
	t, err := l.begin(ctx, call, v)
	if err != nil {
		return Answer{}, err
	}
	return t.write(ctx, organisation.Stream, uuid.UUID(unit), func(ctx context.Context) (outcome, error) {
		tree, err := l.tree(ctx)
		if err != nil {
			return outcome{}, err
		}
		for _, id := range append([]domain.UnitID{unit}, others...) {
			if err := t.authorise(staff.ManageUnits, placeOf(tree.State.Unit(id))); err != nil {
				return outcome{}, err
			}
		}
		events, err := decide(tree.State)
		return outcome{Revision: tree.Revision, Events: events}, err
	})
}
