package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
)

// CloseUnit ends a unit that has nothing open below it.
type CloseUnit struct {
	Unit   domain.UnitID `json:"unit"`
	Reason string        `json:"reason"`
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
