package http

import (
	"errors"
	"net/http"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/units"
)

// unitRoutes are about the organisation.
func (s *Server) unitRoutes() {
	const area = "机构 Units"
	// The units, as a tree.
	list(s, area, route{http.MethodGet, "/v1/units", "list-units", "机构列表", "List units", forStaff}, unitList(), chooseUnits, showUnit)
	// One unit.
	one(s, area, route{http.MethodGet, "/v1/units/{unit}", "get-unit", "机构", "A unit", forStaff}, []string{"units"}, s.unit)
	// Add a unit below another.
	command(s, area, route{http.MethodPost, "/v1/units", "establish-unit", "新设机构", "Establish a unit", forStaff}, do[commands.EstablishUnit](s))
	// Give it another name.
	command(s, area, route{http.MethodPost, "/v1/units/{unit}/name", "rename-unit", "机构更名", "Rename a unit", forStaff}, do[commands.RenameUnit](s))
	// Put it, with all below it, under another one.
	command(s, area, route{http.MethodPost, "/v1/units/{unit}/parent", "move-unit", "机构划转", "Move a unit", forStaff}, do[commands.MoveUnit](s))
	// End it.
	command(s, area, route{http.MethodPost, "/v1/units/{unit}/closure", "close-unit", "撤销机构", "Close a unit", forStaff}, do[commands.CloseUnit](s))
}

// unitFilter chooses units.
type unitFilter struct {
	Paging
	Below  domain.UnitID       `query:"below" doc:"This unit and all below it."`
	Parent domain.UnitID       `query:"parent" doc:"Directly below this unit."`
	Code   string              `query:"code" maxLength:"64"`
	Kind   domain.UnitKind     `query:"kind"`
	Line   domain.BusinessLine `query:"line"`
	Name   string              `query:"name" maxLength:"100" doc:"Begins with."`
	Open   bool                `query:"open" doc:"Leave out closed units."`
}

// unit is a unit as the API shows it.
type unit struct {
	ID           domain.UnitID         `json:"id"`
	Parent       domain.UnitID         `json:"parent,omitempty"`
	Code         string                `json:"code"`
	Name         string                `json:"name"`
	Kind         domain.UnitKind       `json:"kind"`
	Line         domain.BusinessLine   `json:"line,omitempty" doc:"Own or inherited; missing where it serves both."`
	Model        domain.OwnershipModel `json:"model,omitempty" doc:"Own or inherited."`
	Path         domain.Path           `json:"path"`
	Closed       bool                  `json:"closed"`
	ClosedReason string                `json:"closed_reason,omitempty"`
	Since        time.Time             `json:"established_at"`
}

func unitList() lister[units.Query, units.Unit] {
	return lister[units.Query, units.Unit]{models: []string{"units"}, list: units.List, count: units.Count}
}

func chooseUnits(a *asking, in *unitFilter) (units.Query, error) {
	if _, err := a.scope(staff.ReadUnits); err != nil {
		return units.Query{}, err
	}
	below, err := a.below(in.Below)
	return units.Query{
		Below: below, Parent: in.Parent, Code: in.Code, Kind: in.Kind, Line: in.Line, Name: in.Name, Open: in.Open,
		Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, errors.Join(err, known("kind", in.Kind), known("line", in.Line))
}

func showUnit(_ *asking, u *units.Unit) unit {
	return unit{
		ID: u.Unit, Parent: u.Parent, Code: u.Code, Name: u.Name, Kind: u.Kind, Line: u.Line, Model: u.Model, Path: u.Path,
		Closed: u.Closed, ClosedReason: u.ClosedReason, Since: u.EstablishedAt,
	}
}

// unitAddress names one unit.
type unitAddress struct {
	Fresh
	Unit domain.UnitID `path:"unit"`
}

func (s *Server) unit(a *asking, in *unitAddress) (unit, error) {
	if _, err := a.scope(staff.ReadUnits); err != nil {
		return unit{}, err
	}
	found, err := units.Get(a.ctx, s.Read, in.Unit)
	return showUnit(a, &found), err
}
