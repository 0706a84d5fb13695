package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// EstablishUnit adds a unit to the organisation.
type EstablishUnit struct {
	Parent domain.UnitID         `json:"parent,omitempty" doc:"上级机构；仅最上级不填。 The unit above; empty only for the root."`
	Code   string                `json:"code" doc:"机构代码，全公司唯一。 The unit's own number in the firm, unique."`
	Name   string                `json:"name"`
	Kind   domain.UnitKind       `json:"kind"`
	Line   domain.BusinessLine   `json:"line,omitempty" doc:"业务条线；网点以上不填。 Business line; empty above the outlets."`
	Model  domain.OwnershipModel `json:"model,omitempty" doc:"归属模式；不填则继承。 EXCLUSIVE or ATTACHED; inherited when empty."`
}

var establishUnit = ledger.Verb{
	Name: "establish-unit", Needs: staff.ManageUnits,
	Title:   ledger.Say("新设机构", "Establish a unit"),
	Does:    ledger.Say("在上级机构下新设一个机构。", "Adds a unit to the organisation, below another."),
	Refuses: slices.Concat(unusableUnit, []domain.Code{organisation.ErrDuplicate, organisation.ErrLevel, organisation.ErrLine}),
}

// Verb is establish-unit.
func (EstablishUnit) Verb() ledger.Verb { return establishUnit }

// Run adds the unit and answers with its id.
func (c EstablishUnit) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	unit := t.Made("unit")
	return ledger.Write(ctx, t, theTree(unit, c.Parent), func(_ context.Context, tree *organisation.Tree) ([]any, error) {
		return tree.Establish(organisation.Establishing{
			Unit: domain.UnitID(unit), Parent: c.Parent, Code: c.Code, Name: c.Name, Kind: c.Kind, Line: c.Line, Model: c.Model,
		})
	})
}
