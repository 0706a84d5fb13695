package projections

import (
	"fmt"
	"reflect"

	"guishu/domain/customer"
)

// Subject is whom a column is about.
type Subject int

const (
	// Nobody: the column holds no personal data.
	Nobody Subject = iota
	// OfCustomer: the customer's own data, or of people around them. Folding the
	// customer's erasure empties it (design §6).
	OfCustomer
	// OfStaff: a member of staff's, such as their name. The firm's records name those
	// who acted for as long as the records are kept, so nothing empties it.
	OfStaff
)

// String is the subject as a description of tables says it.
func (s Subject) String() string {
	switch s {
	case OfCustomer:
		return "a customer"
	case OfStaff:
		return "a member of staff"
	}
	return "nobody"
}

// Personal marks a column that holds personal data in clear, and says whose it is.
// It is never shown in a Difference. A model with a column about a customer must
// fold customer.Erased (see Table.Empty), or it is refused at the start.
func (c Column[R]) Personal(of Subject) Column[R] {
	c.personal = of
	return c
}

// foldsErasures says that the model has rows of persons who can be erased.
func (p *plan) foldsErasures() bool { return p.handlers[reflect.TypeFor[customer.Erased]()] != nil }

// keepsNobodyErased refuses a model that would keep a customer after the erasure.
func (p *plan) keepsNobodyErased() error {
	for _, table := range p.Tables {
		for _, c := range table.columns() {
			if c.personal != OfCustomer {
				continue
			}
			about := fmt.Sprintf("read model %q: column %s of table %s is about a customer", p.Name, c.name, table.name())
			if table.onlyGrows() {
				return fmt.Errorf("%s, and no row of a log can be emptied: keep it in a Table", about)
			}
			if !p.foldsErasures() {
				return fmt.Errorf("%s, and no handler folds customer.Erased: add one that empties it (Table.Empty)", about)
			}
		}
	}
	return nil
}
