package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"

	"github.com/google/uuid"
)

// unusableUnit is what a command about a unit that is not open is refused with.
var unusableUnit = []domain.Code{organisation.ErrUnknown, organisation.ErrClosed}

// theTree is the organisation, in which a unit is made or changed; the actor must
// manage every unit that is named in where.
func theTree(unit uuid.UUID, where ...domain.UnitID) ledger.Target[*organisation.Tree] {
	return ledger.StateOf(unit, organisation.Stream, func(_ *ledger.Task, _, tree *organisation.Tree) (ledger.Where, error) {
		return placesOf(tree, where...), nil
	})
}

// theUnit is a unit of the organisation.
func theUnit(id domain.UnitID) ledger.Target[*organisation.Tree] { return theTree(uuid.UUID(id), id) }

// newAt is something new that belongs to a unit.
func newAt(kind, prefix string, id domain.UnitID) ledger.Source[organisation.Unit] {
	return ledger.Source[organisation.Unit]{
		Kind: kind, Prefix: prefix,
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[organisation.Unit], err error) {
			tree, err := t.Ledger().Tree(ctx)
			if err != nil {
				return found, err
			}
			unit := tree.Unit(id)
			return ledger.Found[organisation.Unit]{State: unit, Where: ledger.PlaceOf(unit)}, nil
		},
	}
}

// placesOf are where units are.
func placesOf(tree *organisation.Tree, units ...domain.UnitID) ledger.Places {
	places := make(ledger.Places, len(units))
	for i, id := range units {
		places[i] = ledger.PlaceOf(tree.Unit(id))
	}
	return places
}
