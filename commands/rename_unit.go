package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
)

// RenameUnit gives a unit another name.
type RenameUnit struct {
	Unit domain.UnitID `json:"unit"`
	Name string        `json:"name"`
}

// RenameUnit renames a unit. Errors: unit/unknown, form/required.
func (l *Ledger) RenameUnit(ctx context.Context, call Call, c RenameUnit) (Answer, error) {
	return l.changeUnit(ctx, call, verb{"rename-unit", c}, c.Unit, nil, func(tree *organisation.Tree) ([]any, error) {
		return tree.Rename(c.Unit, c.Name)
	})
}
