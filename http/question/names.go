package question

import (
	"time"

	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/staff"
	"guishu/projections/migrations"
	"guishu/projections/products"
)

// Named is a thing with what people call it, wherever its id is shown (K-21).
type Named[ID comparable] struct {
	ID   ID     `json:"id"`
	Code string `json:"code,omitempty" doc:"机构代码、员工号、产品代码或客户号。 The unit's code, the employee number, the product's code or the customer number."`
	Name string `json:"name,omitempty" doc:"名称；客户姓名按读者的权限显示。 Its name; a customer's as the reader may see it."`
}

// named is the thing, nil where there is none.
func named[ID comparable](id ID, code, name string) *Named[ID] {
	var zero ID
	if id == zero {
		return nil
	}
	return &Named[ID]{ID: id, Code: code, Name: name}
}

// When is a time as every answer shows it: in the business's zone, in whole
// milliseconds. The zero time stays so, and is left out.
func When(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.In(zone).Truncate(time.Millisecond)
}

func (r *Reader) when(t time.Time) time.Time { return When(t, r.Location) }

// place is a unit's path and line, as the organisation is now.
func (r *Reader) place(id domain.UnitID) (domain.Path, domain.BusinessLine) {
	tree, err := r.Ledger.Tree(r.ctx)
	if err != nil {
		return "", "" // nowhere: nothing is shown
	}
	at := tree.Unit(id)
	return at.Path, at.Line
}

// Colleague is a member of staff by number and name, nil for nobody.
func (r *Reader) Colleague(id domain.StaffID) *Named[domain.StaffID] {
	if id.IsZero() {
		return nil
	}
	member, err := r.Ledger.Member(r.ctx, id)
	if err != nil || !member.Exists() {
		return named(id, "", "")
	}
	return named(id, member.EmployeeNo, member.Name.Reveal())
}

// Department is a unit by code and name, nil for none.
func (r *Reader) Department(id domain.UnitID) *Named[domain.UnitID] {
	if id.IsZero() {
		return nil
	}
	tree, err := r.Ledger.Tree(r.ctx)
	if err != nil {
		return named(id, "", "")
	}
	unit := tree.Unit(id)
	return named(id, unit.Code, unit.Name)
}

// client is a customer by number and name, as eyes on the customer see the name.
func client(eyes *eyes, id domain.CustomerID, number, name string) *Named[domain.CustomerID] {
	return named(id, number, eyes.shown(staff.FieldName, name, identity.MaskName))
}

// client is the customer that a question is about, or another one as those see them
// who see customers at a unit.
func (r *Reader) client(id domain.CustomerID, at domain.UnitID, mine bool) *Named[domain.CustomerID] {
	if c := &r.customer; c.Customer == id {
		return client(r.eyes.on(c.HomePath, c.HomeLine, c.Mine), id, c.CustomerNo, c.Name)
	}
	path, line := r.place(at)
	return client(r.eyes.on(path, line, mine), id, r.called[id].CustomerNo, r.called[id].Name)
}

// product is a product by code and name, nil for none.
func (r *Reader) product(id domain.ProductID) *Named[domain.ProductID] {
	return remembered(&r.products, id, func() *Named[domain.ProductID] {
		found, err := products.Products().One(r.ctx, r.Read, r.as(staff.Scope{}), id)
		if err != nil {
			return named(id, "", "")
		}
		return named(id, found.Code, found.Name)
	})
}

// batch is a migration batch by name, for those who may read of batches; nil for none.
func (r *Reader) batch(id domain.BatchID) *Named[domain.BatchID] {
	return remembered(&r.batches, id, func() *Named[domain.BatchID] {
		found, err := migrations.Migrations().One(r.ctx, r.Read, r.as(staff.Scope{}), id)
		if err != nil || !r.Principal.Holds(staff.ReadMigrations) {
			return named(id, "", "")
		}
		return named(id, "", found.Name)
	})
}

// remembered looks for a thing once for all rows of a page; nil for the zero id.
func remembered[ID comparable](known *map[ID]*Named[ID], id ID, look func() *Named[ID]) *Named[ID] {
	var none ID
	if id == none {
		return nil
	}
	if *known == nil {
		*known = map[ID]*Named[ID]{}
	}
	found, is := (*known)[id]
	if !is {
		found = look()
		(*known)[id] = found
	}
	return found
}
