package question

import (
	"guishu/domain"
	"guishu/projections/query"
)

// below is the path of a unit that a list is narrowed to; empty for none.
func (r *Reader) below(unit domain.UnitID) (domain.Path, error) {
	if unit.IsZero() {
		return "", nil
	}
	tree, err := r.Ledger.Tree(r.ctx)
	if err != nil {
		return "", err
	}
	path := tree.Path(unit)
	if path.IsZero() {
		return "", domain.ErrQueryFilter.At("below")
	}
	return path, nil
}

// days is a span of days in the business's time zone.
func (r *Reader) days(from, to domain.Date) query.Days {
	return query.Days{From: from, To: to, Zone: r.Location}
}

// span refuses days in the wrong order.
func span(from, to domain.Date) error {
	if !from.IsZero() && !to.IsZero() && from.After(to) {
		return domain.ErrQueryDateRange
	}
	return nil
}

// word is a value of an enumeration.
type word interface {
	~string
	Valid() bool
}

// known refuses a filter whose value is not empty and none of its enumeration: a
// slip would read as if there were nothing.
func known[W word](field string, value W) error {
	if value == "" || value.Valid() {
		return nil
	}
	return domain.ErrQueryFilter.At(field)
}
