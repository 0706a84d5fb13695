package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RenameUnit gives a unit another name.
type RenameUnit struct {
	Unit domain.UnitID `json:"unit"`
	Name string        `json:"name"`
}

// MoveUnit puts a unit, with everything below it, under another parent.
type MoveUnit struct {
	Unit   domain.UnitID `json:"unit"`
	Parent domain.UnitID `json:"parent"`
}

// CloseUnit ends a unit that has nothing open below it.
type CloseUnit struct {
	Unit   domain.UnitID `json:"unit"`
	Reason string        `json:"reason"`
}

// RenameUnit renames a unit. Errors: unit/unknown, form/required.
func (l *Ledger) RenameUnit(ctx context.Context, call Call, c RenameUnit) (Answer, error) {
	return l.changeUnit(ctx, call, verb{"rename-unit", c}, c.Unit, nil, func(tree *organisation.Tree) ([]any, error) {
		return tree.Rename(c.Unit, c.Name)
	})
}

// MoveUnit moves a unit; the actor must manage both places. Errors:
// unit/unknown, unit/cycle, unit/line, unit/level.
func (l *Ledger) MoveUnit(ctx context.Context, call Call, c MoveUnit) (Answer, error) {
	return l.changeUnit(ctx, call, verb{"move-unit", c}, c.Unit, []domain.UnitID{c.Parent}, func(tree *organisation.Tree) ([]any, error) {
		return tree.Move(c.Unit, c.Parent)
	})
}

// CloseUnit closes a unit. Errors: unit/unknown, unit/in-use, form/required.
func (l *Ledger) CloseUnit(ctx context.Context, call Call, c CloseUnit) (Answer, error) {
	return l.changeUnit(ctx, call, verb{"close-unit", c}, c.Unit, nil, func(tree *organisation.Tree) ([]any, error) {
		staffBelow, err := l.census.StaffAt(ctx, tree.Path(c.Unit))
		if err != nil {
			return nil, unavailable("count the unit's staff", err)
		}
		return tree.Close(c.Unit, staffBelow, c.Reason)
	})
}

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
