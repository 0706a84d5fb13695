package question

import (
	"errors"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/units"
)

// UnitFilter narrows the list of units.
type UnitFilter struct {
	Paging
	Below  domain.UnitID       `query:"below" doc:"此机构及其所有下级。 This unit and all below it."`
	Parent domain.UnitID       `query:"parent" doc:"此机构的直接下级。 Directly below this unit."`
	Code   string              `query:"code" maxLength:"64"`
	Kind   domain.UnitKind     `query:"kind"`
	Line   domain.BusinessLine `query:"line"`
	Name   string              `query:"name" maxLength:"100" doc:"名称以此开头。 The name begins with this."`
	Open   bool                `query:"open" doc:"不含已撤销的机构。 Leave out closed units."`
}

// Unit is a unit as it is shown.
type Unit struct {
	ID           domain.UnitID         `json:"id"`
	Parent       *Named[domain.UnitID] `json:"parent,omitempty" doc:"上级机构；最上级没有。 The unit above; missing at the top."`
	Code         string                `json:"code"`
	Name         string                `json:"name"`
	Kind         domain.UnitKind       `json:"kind"`
	Line         domain.BusinessLine   `json:"line,omitempty" doc:"自有或继承的业务条线；两条线共用则没有。 Own or inherited; missing where it serves both."`
	Model        domain.OwnershipModel `json:"model,omitempty" doc:"自有或继承的归属模式。 Own or inherited."`
	Path         domain.Path           `json:"path" doc:"自最上级起各级机构的标识。 The ids of the units from the top down to this one."`
	Closed       bool                  `json:"closed"`
	ClosedReason string                `json:"closed_reason,omitempty"`
	Since        time.Time             `json:"established_at"`
}

// Units are the organisation's units.
func Units() List[*UnitFilter, units.Query, units.Unit, Unit] {
	return List[*UnitFilter, units.Query, units.Unit, Unit]{
		About: About{
			Name: "list-units", Title: ledger.Say("机构列表", "List units"), Needs: staff.ReadUnits,
			Does: ledger.Say("列出机构，按上下级、种类、条线或名称筛选。", "Lists the organisation's units, by place in the tree, kind, line or name."),
		},
		Of: units.Units(),
		Choose: func(r *Reader, in *UnitFilter) (units.Query, error) {
			below, err := r.below(in.Below)
			return units.Query{
				Below: below, Parent: in.Parent, Code: in.Code, Kind: in.Kind, Line: in.Line, Name: in.Name, Open: in.Open,
			}, errors.Join(err, known("kind", in.Kind), known("line", in.Line))
		},
		Show: showUnit,
	}
}

func showUnit(r *Reader, u *units.Unit) Unit {
	return Unit{
		ID: u.Unit, Parent: r.Department(u.Parent), Code: u.Code, Name: u.Name, Kind: u.Kind, Line: u.Line, Model: u.Model, Path: u.Path,
		Closed: u.Closed, ClosedReason: u.ClosedReason, Since: r.when(u.EstablishedAt),
	}
}

// UnitAddress names one unit.
type UnitAddress struct {
	Fresh
	Unit domain.UnitID `path:"unit"`
}

// OneUnit is one unit.
func OneUnit() Single[*UnitAddress, Unit] {
	return single(About{
		Name: "get-unit", Title: ledger.Say("机构", "A unit"), Does: ledger.Say("查看一个机构。", "Shows one unit."),
	}, Units(), func(in *UnitAddress) any { return in.Unit })
}
