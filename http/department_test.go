package http_test

import (
	"net/http"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/staff"
)

// S-03: roles at a department that serves the firm see the department, unless they
// are what it is there for: customer service sees the firm's customers, its head and
// its auditor see none.
func TestADepartmentsPeopleSeeWhatTheDepartmentIsThereFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.Unit(h.Root, "I01", domain.HQIT, "")
	service := h.Unit(h.Root, "K01", domain.HQCustomerService, "")
	customer := h.known("ann", h.north)
	readers := map[string]int{} // how many customers each sees
	for at, unit := range map[string]domain.UnitID{"it": it, "service": service} {
		for _, role := range []domain.Role{domain.RoleSuperior, domain.RoleAuditor, domain.RoleMarketingSupervisor, domain.RoleInspector} {
			login := strings.ToLower(at + "-" + string(role))
			h.hire(login, unit, role)
			readers[login] = 0
		}
	}
	h.hire("service-itself", service, domain.RoleCustomerService)
	readers["service-itself"] = 1
	h.seen()
	for login, sees := range readers {
		who := h.as(login)
		var page customerPage
		if who.get("/v1/customers").is(http.StatusOK).read(&page); len(page.Items) != sees {
			t.Errorf("%s is shown %d customers, want %d", login, len(page.Items), sees)
		}
		want := http.StatusNotFound
		if sees > 0 {
			want = http.StatusOK
		}
		for _, path := range []string{"", "/timeline", "/ownership", "/contacts", "/attachments"} {
			who.get("/v1/customers/" + customer.String() + path).is(want)
		}
		who.get("/v1/staff/" + h.people["ann"].String()).is(want)
	}
	h.as("it-superior").post("/v1/staff/"+h.people["ann"].String()+"/invitation", map[string]any{}).is(http.StatusNotFound)
}

// S-02: who manages where somebody works, and not all that their roles cover, cannot
// come in as them.
func TestNobodyResetsWhoseRolesReachFurtherThanTheyManage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	it := h.Unit(h.Root, "I01", domain.HQIT, "")
	h.hire("it-head", it, domain.RoleSuperior)
	administrator := h.hire("it-admin", it, domain.RoleAdministrator)
	clerk := h.hire("it-clerk", it, domain.RoleInspector)
	auditor := h.Hire("auditor", h.north, domain.RoleAuditor, h.Root)
	h.hire("north-superior", h.north, domain.RoleSuperior)
	for _, c := range []struct {
		by, of string
		who    domain.StaffID
		status int
	}{
		{"it-head", "the department's administrator, who is the firm's", administrator, http.StatusForbidden},
		{"it-head", "an inspector of the department", clerk, http.StatusOK},
		{"north-superior", "an auditor of the firm, who works at the outlet", auditor, http.StatusForbidden},
		{"admin", "an auditor of the firm", auditor, http.StatusOK},
		{"it-admin", "an auditor of the firm", auditor, http.StatusOK},
	} {
		t.Logf("%s resets %s", c.by, c.of)
		answer := h.as(c.by).post("/v1/staff/"+c.who.String()+"/invitation", map[string]any{})
		if answer.is(c.status); c.status == http.StatusForbidden {
			answer.refuses(http.StatusForbidden, staff.ErrBeyondReach)
		}
	}
}
