package http

import (
	"time"

	"guishu/domain"
)

// named is a unit or a member of staff with what people call it.
type named[ID comparable] struct {
	ID   ID     `json:"id"`
	Code string `json:"code,omitempty" doc:"The unit's code or the employee number."`
	Name string `json:"name,omitempty"`
}

// some is the thing, nil where there is none.
func some[ID comparable](id ID, code, name string) *named[ID] {
	var zero ID
	if id == zero {
		return nil
	}
	return &named[ID]{ID: id, Code: code, Name: name}
}

// when is a time in the business's zone, nil where there is none.
func (a *asking) when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(a.server.Location)
	return &t
}

// day is a day, nil where there is none.
func day(d domain.Date) *domain.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

// place is a unit's path and line, as the organisation is now.
func (a *asking) place(id domain.UnitID) (domain.Path, domain.BusinessLine) {
	tree, err := a.server.Ledger.Tree(a.ctx)
	if err != nil {
		return "", "" // nowhere: nothing is shown
	}
	at := tree.Unit(id)
	return at.Path, at.Line
}

// colleague is a member of staff by number and name.
func (a *asking) colleague(id domain.StaffID) *named[domain.StaffID] {
	if id.IsZero() {
		return nil
	}
	member, err := a.server.Ledger.Member(a.ctx, id)
	if err != nil || !member.Exists() {
		return some(id, "", "")
	}
	return some(id, member.EmployeeNo, member.Name.Reveal())
}

// department is a unit by code and name.
func (a *asking) department(id domain.UnitID) *named[domain.UnitID] {
	if id.IsZero() {
		return nil
	}
	tree, err := a.server.Ledger.Tree(a.ctx)
	if err != nil {
		return some(id, "", "")
	}
	unit := tree.Unit(id)
	return some(id, unit.Code, unit.Name)
}
