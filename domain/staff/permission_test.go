package staff_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/staff"
)

// acting is somebody who holds the roles at the units, and works at the first.
func acting(held ...staff.AccessGranted) staff.Principal {
	given := []any{staff.Hired{Staff: person("li"), Unit: held[0].Unit}}
	for _, h := range held {
		given = append(given, h)
	}
	return staff.NewPrincipal(domaintest.Fold[staff.State](given...), tree())
}

func as(role domain.Role, at string) staff.AccessGranted {
	return staff.AccessGranted{Request: request(string(role) + at), Staff: person("li"), Role: role, Unit: unit(at)}
}

func TestMay(t *testing.T) {
	t.Parallel()
	paths := tree()
	for _, c := range []struct {
		rule       string
		who        staff.Principal
		permission staff.Permission
		at         string
		line       domain.BusinessLine
		want       bool
	}{
		{"A-11 an outlet head decides in the own outlet", acting(as(domain.RoleOutletHead, "self")), staff.DecideClaim, "self", domain.SelfOperated, true},
		{"A-11 an outlet head decides nowhere else", acting(as(domain.RoleOutletHead, "self")), staff.DecideClaim, "agency", domain.Agency, false},
		{"A-11 a county head decides below", acting(as(domain.RoleOutletHead, "county")), staff.DecideClaim, "agency", domain.Agency, true},
		{"A-07 an outlet head of one line does not decide in the other", acting(as(domain.RoleOutletHead, "self")), staff.DecideClaim, "self", domain.Agency, false},
		{"A-11 a manager decides nothing", acting(as(domain.RoleRelationshipManager, "self")), staff.DecideClaim, "self", domain.SelfOperated, false},
		{"A-41 a manager does not read the outlet's customers", acting(as(domain.RoleRelationshipManager, "self")), staff.ReadCustomers, "self", domain.SelfOperated, false},
		{"A-41 a marketing supervisor reads the jurisdiction", acting(as(domain.RoleMarketingSupervisor, "county")), staff.ReadCustomers, "self", domain.SelfOperated, true},
		{"B-06 operations confirm for the whole firm", acting(as(domain.RoleOperations, "operations")), staff.ConfirmPayment, "branch", "", true},
		{"B-06 an advisor confirms nothing", acting(as(domain.RoleAdvisor, "branch")), staff.ConfirmPayment, "branch", "", false},
		{"B-04 an administrator reads no customers", acting(as(domain.RoleAdministrator, "bank")), staff.ReadCustomers, "self", domain.SelfOperated, false},
		{"B-04 an administrator manages units", acting(as(domain.RoleAdministrator, "bank")), staff.ManageUnits, "self", "", true},
		{"A-60 an inspector reads", acting(as(domain.RoleInspector, "county")), staff.ReadCustomers, "self", domain.SelfOperated, true},
		{"A-60 an inspector changes nothing", acting(as(domain.RoleInspector, "county")), staff.RegisterCustomer, "self", domain.SelfOperated, false},
		{"everybody reads the list of units", acting(as(domain.RoleTeller, "self")), staff.ReadUnits, "bank", "", true},
		{"what no table names is denied", acting(as(domain.RoleAdministrator, "bank")), "no.such", "bank", "", false},
		{"an unknown role may nothing", staff.Principal{Unit: unit("bank"), Grants: []staff.Grant{{Role: "GOD", Path: paths.Path(unit("bank"))}}}, staff.ReadUnits, "bank", "", false},
		{"nobody may nothing", staff.Principal{}, staff.ReadUnits, "bank", "", false},
		{"nowhere is within nothing", acting(as(domain.RoleOutletHead, "county")), staff.DecideClaim, "nowhere", domain.Agency, false},
		{"two roles add up", acting(as(domain.RoleOutletHead, "self"), as(domain.RoleOutletHead, "agency")), staff.DecideClaim, "agency", domain.Agency, true},
	} {
		if got := c.who.May(c.permission, paths.Path(unit(c.at)), c.line); got != c.want {
			t.Errorf("%s: %v, want %v", c.rule, got, c.want)
		}
	}
}

func TestOwn(t *testing.T) {
	t.Parallel()
	paths := tree()
	manager := acting(as(domain.RoleRelationshipManager, "self"))
	here := paths.Path(unit("self"))
	if !manager.MayFor(staff.ReadCustomers, here, domain.SelfOperated, true) || manager.MayFor(staff.ReadCustomers, here, domain.SelfOperated, false) {
		t.Error("B-35 a manager reads what is the own, and no more")
	}
	if newcomer := staff.NewPrincipal(domaintest.Fold[staff.State](hired()), paths); !newcomer.MayOwn(staff.RequestAccess) || newcomer.MayOwn(staff.ReadCustomers) || newcomer.Holds(staff.ReadUnits) {
		t.Error("B-36 who has no role may ask for one, and no more")
	}
	if !manager.Holds(staff.FileClaim) || manager.Holds(staff.DecideClaim) {
		t.Error("A-04 a manager files claims and decides none")
	}
	operations := acting(as(domain.RoleOperations, "operations"))
	if !operations.HasRole(domain.RoleOperations, paths.Path(unit("branch")), "") || operations.HasRole(domain.RoleSuperior, paths.Path(unit("branch")), "") {
		t.Error("B-06 the role that confirms is held or not")
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	paths := tree()
	both := acting(as(domain.RoleOutletHead, "self"), as(domain.RoleOutletHead, "county"), as(domain.RoleOutletHead, "agency"))
	scope := both.Scope(staff.ReadCustomers)
	if len(scope.Areas) != 1 || scope.Areas[0] != (staff.Area{Path: paths.Path(unit("county"))}) || scope.Own || scope.Everywhere {
		t.Errorf("A-41 areas within others are left out: %+v", scope)
	}
	apart := acting(as(domain.RoleOutletHead, "self"), as(domain.RoleRelationshipManager, "agency")).Scope(staff.ReadCustomers)
	if len(apart.Areas) != 1 || apart.Areas[0] != (staff.Area{Path: paths.Path(unit("self")), Line: domain.SelfOperated}) || !apart.Own {
		t.Errorf("A-41 jurisdiction here and the own there: %+v", apart)
	}
	if !acting(as(domain.RoleAdministrator, "bank")).Scope(staff.ReadCustomers).Empty() || !(staff.Principal{}).Scope(staff.ReadUnits).Empty() {
		t.Error("B-04 no scope is empty")
	}
	if !acting(as(domain.RoleTeller, "self")).Scope(staff.ReadProducts).Everywhere {
		t.Error("products belong to no unit")
	}
}

// A principal's list shows exactly what it may read one by one.
func TestScopeAgreesWithMay(t *testing.T) {
	t.Parallel()
	paths := tree()
	for _, role := range domain.Roles.Values() {
		for at := range paths.Units() {
			p := acting(staff.AccessGranted{Role: role, Unit: at.ID})
			for _, permission := range staff.AllPermissions.Values() {
				scope := p.Scope(permission)
				for to := range paths.Units() {
					listed := scope.Everywhere
					for _, area := range scope.Areas {
						listed = listed || area.Path.Contains(to.Path) && (area.Line == "" || to.Line == "" || area.Line == to.Line)
					}
					if may := p.May(permission, to.Path, to.Line); may != listed {
						t.Errorf("%s at %s: %s of %s listed %v, may %v", role, at.Code, permission, to.Code, listed, may)
					}
				}
			}
		}
	}
}

func TestFieldPolicy(t *testing.T) {
	t.Parallel()
	paths := tree()
	here := paths.Path(unit("self"))
	manager, head := acting(as(domain.RoleRelationshipManager, "self")), acting(as(domain.RoleOutletHead, "self"))
	inspector, administrator := acting(as(domain.RoleInspector, "county")), acting(as(domain.RoleAdministrator, "bank"))
	for _, c := range []struct {
		rule  string
		who   staff.Principal
		field staff.Field
		mine  bool
		want  staff.Visibility
	}{
		{"C-04 an own customer's number is masked", manager, staff.FieldIdentityNumber, true, staff.Masked},
		{"A-39 an own customer's birthday is plain", manager, staff.FieldBirthday, true, staff.Plain},
		{"A-41 another's customer is hidden", manager, staff.FieldName, false, staff.Hidden},
		{"A-41 a head sees the outlet's customers", head, staff.FieldName, false, staff.Plain},
		{"C-04 a head sees phones masked", head, staff.FieldPhone, false, staff.Masked},
		{"A-60 an inspector sees names, to find forms", inspector, staff.FieldName, false, staff.Plain},
		{"A-60 an inspector sees no account", inspector, staff.FieldBankAccount, false, staff.Hidden},
		{"B-04 an administrator sees no customer field", administrator, staff.FieldName, true, staff.Hidden},
		{"an unknown field is hidden", head, "salary", false, staff.Hidden},
	} {
		if got := c.who.Sees(c.field, here, domain.SelfOperated, c.mine); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
	if !manager.MayReveal(staff.FieldPhone, here, domain.SelfOperated, true) || manager.MayReveal(staff.FieldPhone, here, domain.SelfOperated, false) {
		t.Error("C-04 a manager reveals own customers' fields, and no others")
	}
	if inspector.MayReveal(staff.FieldPhone, here, domain.SelfOperated, false) || administrator.MayReveal(staff.FieldPhone, here, domain.SelfOperated, true) {
		t.Error("A-60, B-04 inspectors and administrators reveal nothing")
	}
}

// B-35: a search by a field finds exactly the customers whose field the searcher
// sees in full; by the whole of the field also those that they may reveal (BR-13).
func TestScopeSearchingAgreesWithSees(t *testing.T) {
	t.Parallel()
	paths := tree()
	for _, role := range domain.Roles.Values() {
		for at := range paths.Units() {
			p := acting(staff.AccessGranted{Role: role, Unit: at.ID})
			for _, field := range staff.Fields.Values() {
				scope, exact := p.ScopeSearching([]staff.Field{field}, nil), p.ScopeSearching(nil, []staff.Field{field})
				for to := range paths.Units() {
					for _, mine := range []bool{false, true} {
						found := scope.Everywhere || mine && scope.Own
						for _, area := range scope.Areas {
							found = found || area.Path.Contains(to.Path) && (area.Line == "" || to.Line == "" || area.Line == to.Line)
						}
						byWhole := mine && exact.Own
						for _, area := range exact.Areas {
							byWhole = byWhole || area.Path.Contains(to.Path) && (area.Line == "" || to.Line == "" || area.Line == to.Line)
						}
						may := p.Sees(field, to.Path, to.Line, mine) == staff.Plain || p.MayReveal(field, to.Path, to.Line, mine)
						if may != byWhole {
							t.Errorf("%s at %s: the whole of %s in %s, own %t: found %t, may know %t", role, at.Code, field, to.Code, mine, byWhole, may)
						}
						if sees := p.Sees(field, to.Path, to.Line, mine) == staff.Plain; sees != found {
							t.Errorf("%s at %s: %s in %s, own %t: found %t, seen %t", role, at.Code, field, to.Code, mine, found, sees)
						}
					}
				}
			}
		}
	}
}

// B-04: the tables say it for every permission and field, whatever is added.
func TestAdministratorSeesNoCustomer(t *testing.T) {
	t.Parallel()
	for field, visibility := range staff.FieldPolicy(domain.RoleAdministrator) {
		if visibility != staff.Hidden {
			t.Errorf("an administrator sees %s %s", field, visibility)
		}
	}
	for _, permission := range []staff.Permission{staff.ReadCustomers, staff.RevealFields, staff.ReadClaims, staff.ReadPayments, staff.ReadPerformance} {
		if _, has := staff.Permissions(domain.RoleAdministrator)[permission]; has {
			t.Errorf("an administrator has %s", permission)
		}
	}
}

// C-04: nobody sees a number, phone, address or account in full without a reveal
// that is on record.
func TestSensitiveFieldsAreNeverPlain(t *testing.T) {
	t.Parallel()
	for _, role := range domain.Roles.Values() {
		policy := staff.FieldPolicy(role)
		for _, field := range []staff.Field{staff.FieldIdentityNumber, staff.FieldPhone, staff.FieldAddress, staff.FieldBankAccount} {
			if policy[field] == staff.Plain {
				t.Errorf("%s sees %s in full", role, field)
			}
		}
	}
	if len(staff.FieldPolicy(domain.RoleTeller)) != len(staff.Fields.Values()) {
		t.Error("a field has no policy")
	}
}

// Every permission is somebody's, and every role has one: a table with an empty
// row or column was not filled in.
func TestMatrixIsFilledIn(t *testing.T) {
	t.Parallel()
	held := map[staff.Permission]int{}
	for _, role := range domain.Roles.Values() {
		granted := staff.Permissions(role)
		if len(granted) == 0 {
			t.Errorf("%s may nothing", role)
		}
		for permission := range granted {
			held[permission]++
		}
	}
	for _, permission := range staff.AllPermissions.Values() {
		if held[permission] == 0 {
			t.Errorf("nobody has %s", permission)
		}
	}
	if len(staff.Permissions("GOD")) != 0 {
		t.Error("an unknown role may something")
	}
}

func BenchmarkMay(b *testing.B) {
	paths := tree()
	head := acting(as(domain.RoleOutletHead, "county"))
	here := paths.Path(unit("self"))
	for b.Loop() {
		if !head.May(staff.DecideClaim, here, domain.SelfOperated) {
			b.Fatal("denied")
		}
	}
}
