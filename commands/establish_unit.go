package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// EstablishUnit adds a unit to the organisation.
type EstablishUnit struct {
	Parent domain.UnitID         `json:"parent,omitempty" doc:"The unit above; empty only for the root."`
	Code   string                `json:"code" doc:"The unit's own number in the firm, unique."`
	Name   string                `json:"name"`
	Kind   domain.UnitKind       `json:"kind"`
	Line   domain.BusinessLine   `json:"line,omitempty" doc:"Business line; empty above the outlets."`
	Model  domain.OwnershipModel `json:"model,omitempty" doc:"EXCLUSIVE or ATTACHED; inherited when empty."`
}

// EstablishUnit adds a unit and answers with its id. Errors: unit/duplicate,
// unit/unknown, unit/closed, unit/level, unit/line.
func (l *Ledger) EstablishUnit(ctx context.Context, call Call, c EstablishUnit) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"establish-unit", c})
	if err != nil {
		return Answer{}, err
	}
	unit := t.made("unit", 0)
	return t.write(ctx, organisation.Stream, unit, func(ctx context.Context) (outcome, error) {
		tree, err := l.tree(ctx)
		if err != nil {
			return outcome{}, err
		}
		if err := t.authorise(staff.ManageUnits, placeOf(tree.State.Unit(c.Parent))); err != nil {
			return outcome{}, err
		}
		events, err := tree.State.Establish(organisation.Establishing{
			Unit: domain.UnitID(unit), Parent: c.Parent, Code: c.Code, Name: c.Name, Kind: c.Kind, Line: c.Line, Model: c.Model,
		})
		return outcome{Revision: tree.Revision, Events: events}, err
	})
}
