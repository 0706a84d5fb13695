package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// CloseUnit ends a unit that has nothing open below it.
type CloseUnit struct {
	Unit   domain.UnitID `json:"unit"`
	Reason string        `json:"reason"`
}

var closeUnit = ledger.Verb{
	Name: "close-unit", Needs: staff.ManageUnits,
	Title:   ledger.Say("撤销机构", "Close a unit"),
	Does:    ledger.Say("撤销已无下属机构和在岗员工的机构。", "Ends a unit that has nothing open below it."),
	Refuses: slices.Concat(unusableUnit, []domain.Code{organisation.ErrInUse}),
}

// Verb is close-unit.
func (CloseUnit) Verb() ledger.Verb { return closeUnit }

// Run carries it out.
func (c CloseUnit) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theUnit(c.Unit), func(ctx context.Context, tree *organisation.Tree) ([]any, error) {
		staffBelow, err := t.Ledger().Census().StaffAt(ctx, tree.Path(c.Unit))
		if err != nil {
			return nil, ledger.Unavailable("count the unit's staff", err)
		}
		return tree.Close(c.Unit, staffBelow, c.Reason)
	})
}
