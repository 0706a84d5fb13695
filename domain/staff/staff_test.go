package staff_test

import (
	"errors"
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

var (
	unit    = domaintest.ID[domain.UnitID]
	person  = domaintest.ID[domain.StaffID]
	request = domaintest.ID[domain.RequestID]
)

// tree is a bank with two outlets of different lines, its operations department
// and a wealth firm's branch.
func tree() *organisation.Tree {
	return domaintest.Fold[organisation.Tree](
		organisation.UnitEstablished{Unit: unit("bank"), Code: "bank", Name: "bank", Kind: domain.HeadOffice, Model: domain.Exclusive},
		organisation.UnitEstablished{Unit: unit("county"), Parent: unit("bank"), Code: "county", Name: "county", Kind: domain.County},
		organisation.UnitEstablished{Unit: unit("self"), Parent: unit("county"), Code: "self", Name: "self", Kind: domain.Outlet, Line: domain.SelfOperated},
		organisation.UnitEstablished{Unit: unit("agency"), Parent: unit("county"), Code: "agency", Name: "agency", Kind: domain.Outlet, Line: domain.Agency},
		organisation.UnitEstablished{Unit: unit("operations"), Parent: unit("bank"), Code: "ops", Name: "ops", Kind: domain.OperationsUnit},
		organisation.UnitEstablished{Unit: unit("branch"), Parent: unit("bank"), Code: "branch", Name: "branch", Kind: domain.Branch, Model: domain.Attached},
		organisation.UnitEstablished{Unit: unit("closed"), Parent: unit("county"), Code: "closed", Name: "closed", Kind: domain.Outlet, Line: domain.Agency},
		organisation.UnitClosed{Unit: unit("closed"), Reason: "r"},
	)
}

func hired() staff.Hired {
	return staff.Hired{
		Staff: person("li"), EmployeeNo: "E-1", Login: "li.na", Name: domain.NewPersonal("李娜"), Unit: unit("self"), Superior: person("head"),
	}
}

func requested(name string, role domain.Role, at string) staff.AccessRequested {
	return staff.AccessRequested{Request: request(name), Staff: person("li"), Role: role, Unit: unit(at), RequestedBy: person("clerk")}
}

func granted(name string, role domain.Role, at string) staff.AccessGranted {
	return staff.AccessGranted{Request: request(name), Staff: person("li"), Role: role, Unit: unit(at), ApprovedBy: person("boss")}
}

func departed() staff.Departed {
	return staff.Departed{Staff: person("li"), On: domain.Date{}, Reason: "resigned"}
}

func day(text string) domain.Date {
	d, err := domain.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

type rule = domaintest.Rule[staff.State]

func TestHire(t *testing.T) {
	in := staff.Hiring{Staff: person("li"), EmployeeNo: " E-1 ", Login: "li.na", Name: " 李娜 ", Superior: person("head")}
	head := staff.Person{Staff: person("head"), Active: true}
	hire := func(change func(*staff.Hiring), at string, superior staff.Person) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) {
			in := in
			change(&in)
			return s.Hire(in, tree().Unit(unit(at)), superior)
		}
	}
	same := func(*staff.Hiring) {}
	bare := func(h *staff.Hiring) { h.EmployeeNo, h.Login = "", "" }
	imported := hired()
	imported.EmployeeNo, imported.Login = "", ""
	imported.Exceptions = []domain.Exception{{Code: "form/required", Fields: []string{"employee_no", "login"}}}
	domaintest.Run(t,
		rule{Name: "B-02 an employee joins a unit", When: hire(same, "self", head), Then: []any{hired()}},
		rule{Name: "B-02 an employee is hired once", Given: []any{hired()}, When: hire(same, "self", head), Refused: staff.ErrDuplicate},
		rule{Name: "B-02 the unit exists", When: hire(same, "nowhere", head), Refused: organisation.ErrUnknown, At: "unit"},
		rule{Name: "B-02 the unit is open", When: hire(same, "closed", head), Refused: organisation.ErrClosed, At: "unit"},
		rule{Name: "B-02 an employee has a name", When: hire(func(h *staff.Hiring) { h.Name = " " }, "self", head), Refused: domain.ErrFormRequired, At: "name"},
		rule{Name: "B-02 a name has no control characters", When: hire(func(h *staff.Hiring) { h.Name = "a\nb" }, "self", head), Refused: domain.ErrFormValue, At: "name"},
		rule{Name: "S-17 a name has nothing that nobody sees", When: hire(func(h *staff.Hiring) { h.Name = "李\u202e明" }, "self", head), Refused: domain.ErrFormInvisible, At: "name"},
		rule{Name: "B-02 an employee has a number and a sign-in name", When: hire(bare, "self", head), Refused: domain.ErrFormRequired, At: "employee_no"},
		rule{Name: "B-31 history may lack number and sign-in name, on record", When: hire(func(h *staff.Hiring) { bare(h); h.Provenance = domain.ApprovedHistory }, "self", head), Then: []any{imported}},
		rule{Name: "B-02 a sign-in name is made of letters, digits and - _ . @", When: hire(func(h *staff.Hiring) { h.Login = "li na" }, "self", head), Refused: domain.ErrFormValue, At: "login"},
		rule{Name: "B-02 an employee number has no spaces", When: hire(func(h *staff.Hiring) { h.EmployeeNo = "E 1" }, "self", head), Refused: domain.ErrFormValue, At: "employee_no"},
		rule{Name: "B-24 nobody is the own superior", When: hire(func(h *staff.Hiring) { h.Superior = h.Staff }, "self", head), Refused: domain.ErrFormValue, At: "superior"},
		rule{Name: "B-24 the superior exists", When: hire(same, "self", staff.Person{}), Refused: staff.ErrUnknown, At: "superior"},
		rule{Name: "B-24 the superior is active", When: hire(same, "self", staff.Person{Staff: person("head")}), Refused: staff.ErrInactive, At: "superior"},
	)
}

func TestRequestAccess(t *testing.T) {
	ask := func(name string, role domain.Role, at string) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) {
			return s.RequestAccess(staff.Asking{Request: request(name), Role: role, RequestedBy: person("clerk")}, tree().Unit(unit(at)))
		}
	}
	rm := domain.RoleRelationshipManager
	domaintest.Run(t,
		rule{Name: "B-28 access is asked for", Given: []any{hired()}, When: ask("1", rm, "self"), Then: []any{requested("1", rm, "self")}},
		rule{Name: "A-05 an outlet's manager is one at an outlet", Given: []any{hired()}, When: ask("1", rm, "county"), Refused: staff.ErrRole, At: "unit"},
		rule{Name: "A-06 a county's manager is none at an outlet", Given: []any{hired()}, When: ask("1", domain.RoleCountyManager, "self"), Refused: staff.ErrRole, At: "unit"},
		rule{Name: "A-06 a county has a manager", Given: []any{hired()}, When: ask("1", domain.RoleCountyManager, "county"), Then: []any{requested("1", domain.RoleCountyManager, "county")}},
		rule{Name: "B-06 an outlet has no operations", Given: []any{hired()}, When: ask("1", domain.RoleOperations, "self"), Refused: staff.ErrRole, At: "unit"},
		rule{Name: "B-05 operations are no customer service", Given: []any{hired()}, When: ask("1", domain.RoleCustomerService, "operations"), Refused: staff.ErrRole, At: "unit"},
		rule{Name: "A-61 a bank's head is head of outlets or counties", Given: []any{hired()}, When: ask("1", domain.RoleOutletHead, "bank"), Refused: staff.ErrRole, At: "unit"},
		rule{Name: "A-61 a role is from the list", Given: []any{hired()}, When: ask("1", "JANITOR", "self"), Refused: staff.ErrRole, At: "role"},
		rule{Name: "B-28 a role is at an open unit", Given: []any{hired()}, When: ask("1", rm, "closed"), Refused: organisation.ErrClosed},
		rule{Name: "B-28 what is held is not asked for", Given: []any{hired(), requested("1", rm, "self"), granted("1", rm, "self")}, When: ask("2", rm, "self"), Refused: staff.ErrGrantAlreadyHeld},
		rule{Name: "B-28 what is asked for is not asked for twice", Given: []any{hired(), requested("1", rm, "self")}, When: ask("2", rm, "self"), Refused: staff.ErrGrantAlreadyHeld},
		rule{Name: "B-28 a refused role may be asked for again", Given: []any{hired(), requested("1", rm, "self"), staff.AccessRefused{Request: request("1")}}, When: ask("2", rm, "self"), Then: []any{requested("2", rm, "self")}},
		rule{Name: "A-76 a request's id is used once", Given: []any{hired(), requested("1", rm, "self")}, When: ask("1", domain.RoleTeller, "self"), Refused: domain.ErrIdempotencyKeyReused},
		rule{Name: "B-28 nobody asks for those who left", Given: []any{hired(), departed()}, When: ask("1", rm, "self"), Refused: staff.ErrInactive},
		rule{Name: "B-28 nobody asks for those who never came", When: ask("1", rm, "self"), Refused: staff.ErrUnknown},
		rule{Name: "B-28 the first administrator is approved by nobody", Given: []any{hired()},
			When: func(s *staff.State) ([]any, error) { return s.AppointFirst(request("1"), tree().Root()) },
			Then: []any{
				staff.AccessRequested{Request: request("1"), Staff: person("li"), Role: domain.RoleAdministrator, Unit: unit("bank"), RequestedBy: person("li")},
				staff.AccessGranted{Request: request("1"), Staff: person("li"), Role: domain.RoleAdministrator, Unit: unit("bank")},
			}},
		rule{Name: "B-28 the first administrator is one of everything", Given: []any{hired()},
			When:    func(s *staff.State) ([]any, error) { return s.AppointFirst(request("1"), tree().Unit(unit("county"))) },
			Refused: staff.ErrRole},
	)
}

func TestAnswerAccess(t *testing.T) {
	rm := domain.RoleRelationshipManager
	pending := []any{hired(), requested("1", rm, "self")}
	grant := func(name, by, at string) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) {
			return s.Grant(staff.Approval{Request: request(name), Approver: person(by)}, tree().Unit(unit(at)))
		}
	}
	withdraw := func(by string) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) { return s.Withdraw(request("1"), person(by)) }
	}
	refuse := func(by, reason string) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) { return s.Refuse(request("1"), person(by), reason) }
	}
	revoke := func(role domain.Role, reason string) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) { return s.Revoke(role, unit("self"), reason) }
	}
	held := append(pending, granted("1", rm, "self"))
	domaintest.Run(t,
		rule{Name: "B-28 somebody else grants access", Given: pending, When: grant("1", "boss", "self"), Then: []any{granted("1", rm, "self")}},
		rule{Name: "B-28 who asked does not grant", Given: pending, When: grant("1", "clerk", "self"), Refused: staff.ErrGrantSelfApproval},
		rule{Name: "B-28 who gains does not grant", Given: pending, When: grant("1", "li", "self"), Refused: staff.ErrGrantSelfApproval},
		rule{Name: "B-28 nobody does not grant", Given: pending, When: func(s *staff.State) ([]any, error) {
			return s.Grant(staff.Approval{Request: request("1")}, tree().Unit(unit("self")))
		}, Refused: staff.ErrGrantSelfApproval},
		rule{Name: "B-28 a request is answered once", Given: held, When: grant("1", "boss", "self"), Refused: staff.ErrGrantNotPending},
		rule{Name: "B-28 a refused request is not granted", Given: append(pending, staff.AccessRefused{Request: request("1")}), When: grant("1", "boss", "self"), Refused: staff.ErrGrantNotPending},
		rule{Name: "B-28 an unknown request is not granted", Given: pending, When: grant("2", "boss", "self"), Refused: domain.ErrQueryNotFoundOrOutOfScope},
		rule{Name: "B-28 access is granted where it was asked for", Given: pending, When: grant("1", "boss", "agency"), Refused: organisation.ErrUnknown},
		rule{Name: "B-28 those who left are granted nothing", Given: append(pending, departed()), When: grant("1", "boss", "self"), Refused: staff.ErrInactive},
		rule{Name: "B-28 a request at the unit that was left is not granted",
			Given: append(pending, staff.Transferred{Staff: person("li"), From: unit("self"), To: unit("agency")}), When: grant("1", "boss", "self"), Refused: staff.ErrGrantNotPending},
		rule{Name: "B-28 who asked takes a request back", Given: pending, When: withdraw("clerk"),
			Then: []any{staff.AccessWithdrawn{Request: request("1"), Staff: person("li"), WithdrawnBy: person("clerk")}}},
		rule{Name: "B-28 nobody else takes a request back", Given: pending, When: withdraw("boss"), Refused: domain.ErrQueryNotFoundOrOutOfScope, At: "request"},
		rule{Name: "B-28 an answered request is not taken back", Given: append(pending, staff.AccessRefused{Request: request("1")}), When: withdraw("clerk"), Refused: staff.ErrGrantNotPending},
		rule{Name: "B-28 a withdrawn request is not granted", Given: append(pending, staff.AccessWithdrawn{Request: request("1")}), When: grant("1", "boss", "self"), Refused: staff.ErrGrantNotPending},
		rule{Name: "B-28 a request is refused with a reason", Given: pending, When: refuse("boss", " not needed "),
			Then: []any{staff.AccessRefused{Request: request("1"), Staff: person("li"), RefusedBy: person("boss"), Reason: "not needed"}}},
		rule{Name: "B-28 a refusal has a reason", Given: pending, When: refuse("boss", " "), Refused: domain.ErrFormRequired, At: "reason"},
		rule{Name: "B-28 a refusal has a reason in words (S-14)", Given: pending, When: refuse("boss", "."), Refused: domain.ErrFormRequired, At: "reason"},
		rule{Name: "B-28 who asked does not refuse", Given: pending, When: refuse("clerk", "x"), Refused: staff.ErrGrantSelfApproval},
		rule{Name: "B-28 access is taken away with a reason", Given: held, When: revoke(rm, "moved"),
			Then: []any{staff.AccessRevoked{Staff: person("li"), Role: rm, Unit: unit("self"), Reason: "moved"}}},
		rule{Name: "B-28 taking away has a reason", Given: held, When: revoke(rm, "1."), Refused: domain.ErrFormRequired},
		rule{Name: "B-28 what is not held is not taken away", Given: held, When: revoke(domain.RoleTeller, "x"), Refused: domain.ErrQueryNotFoundOrOutOfScope},
	)
}

func TestTransferAndDeparture(t *testing.T) {
	transfer := func(at string) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) {
			return s.Transfer(tree().Unit(unit(at)), domain.StaffID{}, staff.Person{})
		}
	}
	today := day("2026-05-20")
	leave := func(in staff.Leaving) func(*staff.State) ([]any, error) {
		return func(s *staff.State) ([]any, error) { return s.Depart(in, today) }
	}
	leaving := staff.Leaving{On: today, Reason: "resigned"}
	domaintest.Run(t,
		rule{Name: "A-71 an employee moves to another unit", Given: []any{hired()}, When: transfer("agency"),
			Then: []any{staff.Transferred{Staff: person("li"), From: unit("self"), To: unit("agency")}}},
		rule{Name: "A-71 nobody moves to where they are", Given: []any{hired()}, When: transfer("self"), Refused: domain.ErrFormValue, At: "unit"},
		rule{Name: "A-71 nobody moves to a closed unit", Given: []any{hired()}, When: transfer("closed"), Refused: organisation.ErrClosed},
		rule{Name: "B-28 those who left do not move", Given: []any{hired(), departed()}, When: transfer("agency"), Refused: staff.ErrInactive},
		rule{Name: "B-28 a departure ends the employment", Given: []any{hired()}, When: leave(leaving),
			Then: []any{staff.Departed{Staff: person("li"), On: today, Reason: "resigned"}}},
		rule{Name: "B-28 nobody leaves twice", Given: []any{hired(), departed()}, When: leave(leaving), Refused: staff.ErrAlreadyDeparted},
		rule{Name: "B-27 what waits for a decision is reassigned first", Given: []any{hired()},
			When: leave(staff.Leaving{On: today, Reason: "x", Open: []string{"b", "a"}}), Refused: staff.ErrOpenApprovals},
		rule{Name: "B-28 a departure does not lie in the future", Given: []any{hired()}, When: leave(staff.Leaving{On: today.AddDays(1), Reason: "x"}), Refused: domain.ErrFormValue, At: "on"},
		rule{Name: "B-28 a departure has a day", Given: []any{hired()}, When: leave(staff.Leaving{Reason: "x"}), Refused: domain.ErrFormRequired, At: "on"},
		rule{Name: "B-28 a departure has a reason", Given: []any{hired()}, When: leave(staff.Leaving{On: today, Reason: "?"}), Refused: domain.ErrFormRequired, At: "reason"},
		rule{Name: "B-28 who never came does not leave", When: leave(leaving), Refused: staff.ErrUnknown},
	)
}

// B-28: what somebody may do ends with the unit they leave, and at once with the
// departure.
func TestAccessEnds(t *testing.T) {
	t.Parallel()
	rm, head := domain.RoleRelationshipManager, domain.RoleOutletHead
	given := []any{hired(), requested("1", rm, "self"), granted("1", rm, "self"), requested("2", head, "agency"), granted("2", head, "agency"), requested("3", domain.RoleTeller, "agency")}

	moved := domaintest.Fold[staff.State](append(given, staff.Transferred{Staff: person("li"), From: unit("self"), To: unit("agency")})...)
	if moved.Holds(rm, unit("self")) || !moved.Holds(head, unit("agency")) || len(moved.Pending()) != 1 {
		t.Errorf("after a transfer: %+v", moved.Grants)
	}
	left := domaintest.Fold[staff.State](append(given, departed())...)
	if left.Active() || len(left.Grants) != 0 || len(left.Pending()) != 0 {
		t.Errorf("after the departure: %+v", left)
	}
	p := staff.NewPrincipal(left, tree())
	for _, permission := range staff.AllPermissions.Values() {
		if p.Holds(permission) || p.May(permission, tree().Path(unit("agency")), domain.Agency) {
			t.Errorf("after the departure %s is still allowed", permission)
		}
	}
}

// S-02: one person alone gives nobody a role that sees customers or decides; the first
// administrator makes the second one.
func TestWhoHiredSomebodyDoesNotApproveTheirAccess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role    domain.Role
		at, by  string
		first   bool
		refused bool
	}{
		{domain.RoleRelationshipManager, "self", "recruiter", true, true},
		{domain.RoleRelationshipManager, "self", "recruiter", false, true},
		{domain.RoleRelationshipManager, "self", "boss", false, false},
		{domain.RoleSuperior, "bank", "recruiter", true, true},
		{domain.RoleAuditor, "bank", "recruiter", true, true},
		{domain.RoleAdministrator, "bank", "recruiter", true, false},
		{domain.RoleAdministrator, "bank", "recruiter", false, true},
		{domain.RoleAdministrator, "bank", "boss", false, false},
	} {
		state := new(staff.State)
		state.Apply(hired(), domain.Fact{Actor: person("recruiter")})
		state.Apply(requested("1", c.role, c.at), domain.Fact{Actor: person("clerk")})
		_, err := state.Grant(staff.Approval{Request: request("1"), Approver: person(c.by), First: c.first}, tree().Unit(unit(c.at)))
		if c.refused != errors.Is(err, staff.ErrGrantHirer) || !c.refused && err != nil {
			t.Errorf("%s by the %s, the first administrator %t: %v", c.role, c.by, c.first, err)
		}
	}
}
