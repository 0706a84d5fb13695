package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// RenameUnit gives a unit another name.
type RenameUnit struct {
	Unit domain.UnitID `json:"unit"`
	Name string        `json:"name"`
}

var renameUnit = ledger.Verb{
	Name: "rename-unit", Needs: staff.ManageUnits,
	Title:   ledger.Say("机构更名", "Rename a unit"),
	Does:    ledger.Say("更改机构名称。", "Gives a unit another name."),
	Refuses: unusableUnit,
}

// Verb is rename-unit.
func (RenameUnit) Verb() ledger.Verb { return renameUnit }

// Run carries it out.
func (c RenameUnit) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theUnit(c.Unit), func(_ context.Context, tree *organisation.Tree) ([]any, error) {
		return tree.Rename(c.Unit, c.Name)
	})
}
