package staff_test

import (
	"errors"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// jurisdictions says, for each role and each kind of unit, whether the role can be
// held there and what it covers then:
//
//	U  the unit and all below it
//	P  all below the unit's parent, for which the department works
//	-  it cannot be held there
//
// It is written by hand from the rules, a reason beside each row.
//
//	HO head office  PR province  CI city  CO county  SL second-level unit  OU outlet
//	BR branch  DE department  IT IT  CS customer service  OP operations
const jurisdictions = `
                      HO PR CI CO SL OU BR DE IT CS OP
TELLER                -  -  -  -  -  U  -  -  -  -  -   A-05, A-61 普通柜员 works at an outlet
WEALTH_MANAGER        U  U  U  U  U  U  U  U  U  U  U   A-04 理财经理, at no level in particular
RELATIONSHIP_MANAGER  -  -  -  -  -  U  -  -  -  -  -   A-05 网点个人客户经理: the own outlet
COUNTY_MANAGER        U  U  U  U  -  -  -  -  -  -  -   A-06 县市级以上: the own level and below
FULL_TIME_MANAGER     U  U  U  U  U  U  U  U  U  U  U   A-29 专职客户经理, at no level in particular
OUTLET_HEAD           -  -  -  U  U  U  -  -  -  -  -   A-11, A-33 支局长, and the unit above that decides for it
MARKETING_SUPERVISOR  U  U  U  U  U  U  U  U  U  U  U   A-41 营销主管: 管辖范围
ADVISOR               U  U  U  U  U  U  U  U  U  U  U   B-09 财富管理师, of a 部门
SUPERIOR              U  U  U  U  U  U  U  U  U  U  U   B-22, B-27 部门 or 分公司 superior: of that department
OPERATIONS            U  U  U  U  U  -  U  U  -  -  P   B-14, B-20 运营部 confirms for all below its parent
CUSTOMER_SERVICE      U  U  U  U  U  -  U  U  -  P  -   B-05 客服部 works for all below its parent
AUDITOR               U  U  U  U  U  U  U  U  U  U  U   S-03 an auditor of a department audits the department
INSPECTOR             U  U  U  U  U  U  U  U  U  U  U   A-60 省公司、市局、所长: their own outlets
ADMINISTRATOR         U  U  U  U  U  U  U  U  P  U  U   B-03, B-04 总部IT部 maintains the system for all below its parent
`

var kindsOfTheTable = []domain.UnitKind{
	domain.HeadOffice, domain.Province, domain.City, domain.County, domain.SecondLevel, domain.Outlet,
	domain.Branch, domain.Department, domain.HQIT, domain.HQCustomerService, domain.OperationsUnit,
}

// around is a unit of that kind, with a unit below it, one beside it, its parent
// and one beyond that. Only their places matter here, not whether such a unit may
// stand there.
func around(kind domain.UnitKind) *organisation.Tree {
	established := func(name, parent string, kind domain.UnitKind) organisation.UnitEstablished {
		e := organisation.UnitEstablished{Unit: unit(name), Code: name, Name: name, Kind: kind, Model: domain.Exclusive}
		if parent != "" {
			e.Parent = unit(parent)
		}
		return e
	}
	return domaintest.Fold[organisation.Tree](
		established("firm", "", domain.HeadOffice), established("parent", "firm", domain.Province), established("beyond", "firm", domain.Province),
		established("here", "parent", kind), established("below", "here", domain.Outlet), established("beside", "parent", domain.Outlet),
	)
}

// S-03: a role covers the unit where it is held with all below it; only the role
// that a department is there for covers what the department's parent does.
func TestARoleReachesBeyondADepartmentOnlyIfTheDepartmentIsThereForIt(t *testing.T) {
	t.Parallel()
	rows := strings.Split(strings.TrimSpace(jurisdictions), "\n")[1:]
	if len(rows) != len(domain.Roles.Values()) || len(kindsOfTheTable) != len(domain.UnitKinds.Values()) {
		t.Fatalf("the table has %d roles and %d kinds of units", len(rows), len(kindsOfTheTable))
	}
	for _, row := range rows {
		cells := strings.Fields(row)
		role := domain.Role(cells[0])
		for i, kind := range kindsOfTheTable {
			tree := around(kind)
			who := domaintest.Fold[staff.State](staff.Hired{Staff: person("li"), Unit: unit("here")})
			_, err := who.RequestAccess(staff.Asking{Request: request("r"), Role: role, RequestedBy: person("li")}, tree.Unit(unit("here")))
			if held := err == nil; held != (cells[1+i] != "-") || (err != nil && !errors.Is(err, staff.ErrRole)) {
				t.Errorf("%s at %s: can be held %t, the table says %q: %v", role, kind, held, cells[1+i], err)
			}
			covers := map[string]bool{"here": true, "below": true, "firm": false, "beyond": false}
			covers["parent"], covers["beside"] = cells[1+i] == "P", cells[1+i] == "P"
			holder := staff.NewPrincipal(domaintest.Fold[staff.State](
				staff.Hired{Staff: person("li"), Unit: unit("here")},
				staff.AccessGranted{Request: request("r"), Staff: person("li"), Role: role, Unit: unit("here")},
			), tree)
			for at, want := range covers {
				if got := holder.HasRole(role, tree.Path(unit(at)), ""); got != want {
					t.Errorf("%s at %s covers %s: %t, want %t", role, kind, at, got, want)
				}
				for permission, reach := range staff.Permissions(role) {
					if may := holder.May(permission, tree.Path(unit(at)), ""); reach == staff.Jurisdiction && may != want {
						t.Errorf("%s at %s: %s of %s: %t, want %t", role, kind, permission, at, may, want)
					}
				}
			}
		}
	}
}

// S-02: one manages all of somebody only where all of their roles reach, wherever they
// themselves belong.
func TestWhoManagesAllOfSomebodyManagesWhereverTheirRolesReach(t *testing.T) {
	t.Parallel()
	tree := around(domain.Branch)
	holding := func(role domain.Role, at ...string) staff.Principal {
		events := []any{staff.Hired{Staff: person("li"), Unit: unit("here")}}
		for _, name := range at {
			events = append(events, staff.AccessGranted{Request: request(name), Staff: person("li"), Role: role, Unit: unit(name)})
		}
		return staff.NewPrincipal(domaintest.Fold[staff.State](events...), tree)
	}
	head := holding(domain.RoleSuperior, "here")
	for _, c := range []struct {
		whose staff.Principal
		want  bool
	}{
		{holding(domain.RoleAuditor), true},
		{holding(domain.RoleAuditor, "here"), true},
		{holding(domain.RoleAuditor, "below"), true},
		{holding(domain.RoleAuditor, "beside"), false},
		{holding(domain.RoleAuditor, "firm"), false},
		{holding(domain.RoleAuditor, "here", "firm"), false},
	} {
		if got := head.ManagesAllOf(c.whose); got != c.want {
			t.Errorf("the head of here manages all of who has %+v: %t, want %t", c.whose.Grants, got, c.want)
		}
	}
}
