package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
)

// MoveUnit puts a unit, with everything below it, under another parent.
type MoveUnit struct {
	Unit   domain.UnitID `json:"unit"`
	Parent domain.UnitID `json:"parent"`
}

// MoveUnit moves a unit; the actor must manage both places. Errors:
// unit/unknown, unit/cycle, unit/line, unit/level.
func (l *Ledger) MoveUnit(ctx context.Context, call Call, c MoveUnit) (Answer, error) {
	return l.changeUnit(ctx, call, verb{"move-unit", c}, c.Unit, []domain.UnitID{c.Parent}, func(tree *organisation.Tree) ([]any, error) {
		return tree.Move(c.Unit, c.Parent)
	})
}
