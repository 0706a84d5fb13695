package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// MoveUnit puts a unit, with everything below it, under another parent.
type MoveUnit struct {
	Unit   domain.UnitID `json:"unit"`
	Parent domain.UnitID `json:"parent"`
}

var moveUnit = ledger.Verb{
	Name: "move-unit", Needs: staff.ManageUnits,
	Title:   ledger.Say("机构划转", "Move a unit"),
	Does:    ledger.Say("把机构连同其下属机构划归另一上级；操作人须同时管理两处。", "Puts a unit, with everything below it, under another parent; the actor must manage both units."),
	Refuses: slices.Concat(unusableUnit, []domain.Code{domain.ErrUnitCycle, organisation.ErrLevel, organisation.ErrLine}),
}

// Verb is move-unit.
func (MoveUnit) Verb() ledger.Verb { return moveUnit }

// Run carries it out.
func (c MoveUnit) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theTree(uuid.UUID(c.Unit), c.Unit, c.Parent), func(_ context.Context, tree *organisation.Tree) ([]any, error) {
		return tree.Move(c.Unit, c.Parent)
	})
}
