package http_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/api"

	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "write testdata/permissions.txt anew; read what changed before committing it")

const permissionTable = "testdata/permissions.txt"

// columnsOfReaders are the readers of the table: nobody, somebody without any role,
// and the roles in the order of domain.Roles.
var columnsOfReaders = strings.Fields("nobody none TEL WLT REL CTY FTM OHD MKT ADV SUP OPS CSV AUD INS ADM")

// reader is somebody who asks, or nobody.
type reader struct {
	*client
	staff domain.StaffID
	unit  domain.UnitID
}

// readers are one for each column. Every role is held where it is held in
// practice: at the outlet whose customer is asked for, at the unit above it, at the
// advisor's branch, or at the root.
func (h *house) readers() []reader {
	h.Helper()
	fitting := map[domain.Role]domain.UnitID{
		domain.RoleCountyManager: h.city, domain.RoleMarketingSupervisor: h.city, domain.RoleAdvisor: h.unitOf("W01"),
	}
	for _, role := range []domain.Role{domain.RoleTeller, domain.RoleWealthManager, domain.RoleRelationshipManager, domain.RoleFullTimeManager, domain.RoleOutletHead} {
		fitting[role] = h.north
	}
	hired := h.as("admin").done("/v1/staff", map[string]any{"employee_no": "E-none", "login": "none", "name": "员工", "unit": h.north})
	h.Must(h.auth.SetPassword(h.Context(), domain.StaffID(hired.ID), "none", password))
	settled := map[domain.Role]string{ // who have made what is asked for
		domain.RoleRelationshipManager: "ann", domain.RoleAdvisor: "dora", domain.RoleSuperior: "sue",
		domain.RoleOperations: "ops", domain.RoleOutletHead: "northhead", domain.RoleAdministrator: "admin",
	}
	all := []reader{{client: h.browser(), unit: h.north}, {h.as("none"), domain.StaffID(hired.ID), h.north}}
	for i, role := range domain.Roles.Values() {
		unit, known := fitting[role]
		if !known {
			unit = h.Root
		}
		login, is := settled[role]
		if !is {
			login = "reader-" + columnsOfReaders[i+2]
			h.hire(login, unit, role)
		}
		all = append(all, reader{h.as(login), h.people[login], unit})
	}
	return all
}

func (h *house) unitOf(code string) domain.UnitID {
	tree, err := h.Ledger.Tree(h.Context())
	h.Must(err)
	return tree.ByCode(code).ID
}

// stock brings one thing of each kind into the house, and gives the ids that stand in
// addresses.
func (h *house) stock() map[string]string {
	h.Helper()
	wealth := h.wealth()
	h.hire("dora", wealth, domain.RoleAdvisor)
	h.hire("ops", h.Root, domain.RoleOperations)
	h.hire("sue", h.Root, domain.RoleSuperior)
	ann, dora, ops, sue := h.as("ann"), h.as("dora"), h.as("ops"), h.as("sue")
	banked := h.customer("ann", h.north, "张三").String()
	ids := map[string]string{
		"customer": banked, "unit": h.north.String(), "staff": h.people["ann"].String(), "token": uuid.NewString(),
		"version": "1",
	}
	ids["application"] = ann.done("/v1/claims", map[string]any{"customer": banked}).ID.String()
	ids["referral"] = ann.done("/v1/referrals", map[string]any{"customer": banked, "target": h.people["bo"]}).ID.String()
	ids["request"] = ann.done("/v1/staff/"+ids["staff"]+"/access", map[string]any{"role": "TELLER", "unit": h.north}).ID.String()
	ids["product"] = ops.done("/v1/products", map[string]any{"code": "P1", "name": "稳健一号", "supplier": "示例资管"}).ID.String()
	ops.done("/v1/products/"+ids["product"]+"/opening", nil)
	sold := dora.done("/v1/customers", map[string]any{
		"party": "PERSON", "home_unit": wealth, "advisor": h.people["dora"], "nature": "DIRECT", "fields": map[string]any{
			"name": "李四", "phone": "13800138001", "identity_type": "RESIDENT_ID", "identity_number": canaryID, "source": "OWN", "address": "示例路", "bank_account": canaryAccount,
		},
	}).ID.String()
	ids["attachment"] = dora.done("/v1/customers/"+sold+"/attachments", map[string]any{"advisor": h.people["dora"]}).ID.String()
	dora.done("/v1/customers/"+sold+"/contacts", map[string]any{"advisor": h.people["dora"], "occurred_on": h.Ledger.Today(), "method": "PHONE"})
	ids["payment"] = dora.done("/v1/payments", map[string]any{
		"customer": sold, "product": ids["product"], "advisor": h.people["dora"], "amount_fen": 100, "nature": "DIRECT",
		"scheduled_on": h.Ledger.Today(), "identity_type": "RESIDENT_ID",
	}).ID.String()
	dora.done("/v1/payments/"+ids["payment"]+"/registration", map[string]any{
		"identity_number": canaryID, "papers": []string{strings.Repeat("0123456789abcdef", 4)},
		"source": map[string]any{"head_bank": "示例银行", "branch": "示例分行", "sub_branch": "示例支行", "account": "200099998888"},
	})
	ops.done("/v1/payments/"+ids["payment"]+"/confirmation", nil)
	ops.done("/v1/payments/"+ids["payment"]+"/attribution", nil)
	sue.done("/v1/policies", rulesOn(h.Ledger.Today()))
	ids["batch"] = ops.done("/v1/migrations", map[string]any{"name": "旧系统", "sources": []map[string]any{{"name": "a.xlsx", "sha256": strings.Repeat("ab", 32)}}}).ID.String()
	h.seen()
	var decisions struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	ops.get("/v1/attributions").is(http.StatusOK).read(&decisions)
	ids["decision"] = decisions.Items[0].ID
	return ids
}

// rulesOn is the body that publishes rules.
func rulesOn(day domain.Date) map[string]any {
	return map[string]any{"effective_on": day, "rules": map[string]any{
		"claim":   map[string]any{"disclosure": "merged", "cross_institution": "off", "reject_reason_characters": 2, "daily_look_ups": 50, "approval_working_days": 2},
		"payment": map[string]any{"confirm_role": "OPERATIONS"}, "masking": map[string]any{},
		"attribution": map[string]any{"mode": "TIME_FIRST", "split": "winner_takes_all", "communicated_within_days": 30, "efficiency": map[string]any{"contacts_weight": 40, "quality_weight": 30, "choice_weight": 30, "contacts_cap": 10}},
	}}
}

// sentBy is what a reader at a unit sends to a route: bodies that only the reader's
// permission, or that there is no such thing, can refuse.
func sentBy(route string, reader domain.StaffID, unit domain.UnitID, today domain.Date) map[string]any {
	none := uuid.NewString()
	reason := map[string]any{"reason": "理由"}
	switch route {
	case "POST /v1/units":
		return map[string]any{"parent": unit, "code": "X-" + none[:8], "name": "新网点", "kind": "OUTLET", "line": "SELF_OPERATED"}
	case "POST /v1/units/{unit}/name":
		return map[string]any{"name": "新名"}
	case "POST /v1/units/{unit}/parent":
		return map[string]any{"parent": none}
	case "POST /v1/staff":
		return map[string]any{"employee_no": none[:8], "login": none[:8], "name": "新人", "unit": unit}
	case "POST /v1/staff/{staff}/unit":
		return map[string]any{"unit": unit}
	case "POST /v1/staff/{staff}/departure":
		return map[string]any{"on": today, "reason": "离职"}
	case "POST /v1/staff/{staff}/access":
		return map[string]any{"role": "TELLER", "unit": unit}
	case "POST /v1/staff/{staff}/access/revocation":
		return map[string]any{"role": "TELLER", "unit": unit, "reason": "调岗"}
	case "POST /v1/customers":
		return map[string]any{"party": "PERSON", "home_unit": unit, "fields": map[string]any{"name": "新客", "phone": "13800138000", "source": "OWN"}}
	case "POST /v1/customers/search":
		return map[string]any{"name": "张"}
	case "POST /v1/staff/search":
		return map[string]any{"name": "员工"}
	case "POST /v1/customers/{customer}/supplement":
		return map[string]any{"fields": map[string]any{"remark": "x"}}
	case "POST /v1/customers/{customer}/verification":
		return map[string]any{"result": "MATCH", "evidence": "slip-1"}
	case "POST /v1/customers/{customer}/link":
		return map[string]any{"customer_no": "C000777"}
	case "POST /v1/customers/{customer}/erasure":
		return map[string]any{"basis": "本人要求"}
	case "POST /v1/customers/{customer}/reveal":
		return map[string]any{"fields": []string{"phone"}, "purpose": "回访"}
	case "POST /v1/look-ups", "POST /v1/attachment-look-ups":
		return map[string]any{"customer_no": "C000001"}
	case "POST /v1/claims":
		return map[string]any{"customer": none, "line": "SELF_OPERATED"}
	case "POST /v1/adjustments":
		return map[string]any{"customer": none, "line": "SELF_OPERATED", "new_owner": reader, "reason": "交接"}
	case "POST /v1/dissolutions":
		return map[string]any{"customer": none, "line": "SELF_OPERATED", "reason": "销户"}
	case "POST /v1/referrals":
		return map[string]any{"customer": none, "target": none}
	case "POST /v1/customers/{customer}/attachment-requests/{attachment}/approval", "POST /v1/customers/{customer}/attachment-requests/{attachment}/withdrawal":
		return map[string]any{}
	case "POST /v1/customers/{customer}/attachments":
		return map[string]any{"advisor": reader}
	case "POST /v1/customers/{customer}/contacts":
		return map[string]any{"advisor": reader, "occurred_on": today, "method": "PHONE"}
	case "POST /v1/products":
		return map[string]any{"code": none[:8], "name": "产品", "supplier": "示例基金"}
	case "POST /v1/products/{product}/inception":
		return map[string]any{"established_on": today}
	case "POST /v1/payments":
		return map[string]any{"customer": none, "product": none, "advisor": reader, "amount_fen": 1, "nature": "DIRECT", "scheduled_on": today, "identity_type": "PASSPORT"}
	case "POST /v1/policies":
		return rulesOn(today)
	case "POST /v1/migrations":
		return map[string]any{"name": "旧系统", "sources": []map[string]any{{"name": "a.xlsx", "sha256": strings.Repeat("ab", 32)}}}
	case "POST /v1/migrations/{batch}/closure":
		return map[string]any{"imported": 1, "rejected": 0}
	case "POST /v1/session":
		return map[string]any{"login": 1}
	case "POST /v1/me/tokens":
		return map[string]any{"name": "nightly"}
	case "POST /v1/me/password":
		return map[string]any{"current": password, "password": "short"}
	case "POST /v1/payments/{payment}/registration", "POST /v1/payments/{payment}/confirmation", "POST /v1/payments/{payment}/attribution",
		"POST /v1/payments/{payment}/attribution/counter-entry",
		"POST /v1/products/{product}/opening", "POST /v1/staff/{staff}/invitation", "POST /v1/staff/{staff}/access/{request}/approval", "POST /v1/staff/{staff}/access/{request}/withdrawal",
		"POST /v1/migrations/{batch}/approval", "POST /v1/applications/{application}/approval", "POST /v1/applications/{application}/consent",
		"POST /v1/applications/{application}/withdrawal", "POST /v1/referrals/{referral}/acceptance", "POST /v1/referrals/{referral}/cancellation":
		return map[string]any{}
	}
	return reason
}

// cell is an answer as the table writes it: its status, and how many rows a list
// shows.
func (r reply) cell() string {
	if r.status != http.StatusOK || !strings.Contains(r.body, `"items":`) {
		return strconv.Itoa(r.status)
	}
	var list struct {
		Items []any `json:"items"`
	}
	r.read(&list)
	return fmt.Sprintf("%d:%d", r.status, len(list.Items))
}

// asks sends a request to a route. Commands are about things that do not exist, so
// that one reader's request does not change the next one's.
func (r reader) asks(route api.Route, ids map[string]string) reply {
	address := route.Path
	for name, id := range ids {
		if route.Method != http.MethodGet {
			id = uuid.NewString()
		}
		if name == "staff" && route.Path == "/v1/staff/{staff}/access" {
			id = r.staff.String()
		}
		address = strings.ReplaceAll(address, "{"+name+"}", id)
	}
	switch {
	case route.Path == "/metrics":
		return r.get(address, "X-Forwarded-For", "192.0.2.1") // not from this machine
	case route.Method == http.MethodPost:
		return r.post(address, sentBy("POST "+route.Path, r.staff, r.unit, r.h.Ledger.Today()))
	}
	return r.send(route.Method, address, nil)
}

// turn is when a route is walked: what reads before what writes, signing out last.
func turn(route api.Route) int {
	switch {
	case route.Path == "/v1/session":
		return 2
	case route.Method == http.MethodGet || strings.HasSuffix(route.Path, "/search"):
		return 0
	}
	return 1
}

// row is a row of the table: the permission that a route needs, and how each reader
// fares.
type row struct {
	permission string
	cells      []string
}

// What stands for a permission where a route needs none.
const (
	anybody  = "anybody"
	signedIn = "signed-in"
)

// needs is the permission that a route declares.
func needs(route api.Route) string {
	switch {
	case route.Needs != "":
		return string(route.Needs)
	case route.Entrance == api.ForAnybody:
		return anybody
	}
	return signedIn
}

// complaint says what is wrong with how a reader fares, by the matrix.
func (r reader) complaint(t *testing.T, permission, cell string) string {
	refused := cell == "401" || cell == "403"
	switch {
	case permission == anybody:
		if refused {
			return "is refused what anybody may ask"
		}
	case r.staff.IsZero():
		if cell != "401" {
			return "is answered without signing in"
		}
	case permission == signedIn:
		if refused {
			return "is refused what everybody signed in may ask"
		}
	default:
		if !slices.Contains(staff.AllPermissions.Values(), staff.Permission(permission)) {
			return "asks for what needs the permission " + permission + ", which there is not"
		}
		who, err := r.h.Ledger.Principal(t.Context(), r.staff)
		r.h.Must(err)
		switch holds := who.Holds(staff.Permission(permission)); {
		case holds && refused:
			return "holds " + permission + " and is refused"
		case !holds && cell != "403":
			return "lacks " + permission + " and is answered"
		}
	}
	return ""
}

// The table in testdata says how each reader fares at each route, and the permission
// matrix says so too. A list that forgets its permission is answered to readers whom
// the matrix denies it.
func TestEveryRouteIsOpenToWhomTheMatrixSays(t *testing.T) { // A-41, B-28, B-35
	t.Parallel()
	h := newHouse(t)
	ids := h.stock()
	readers := h.readers()
	h.seen()
	table, walked := readPermissions(t), map[string]row{}
	routes := h.server.Routes()
	slices.SortStableFunc(routes, func(a, b api.Route) int { return turn(a) - turn(b) })
	for _, route := range routes {
		name := route.Method + " " + route.Path
		found := row{permission: needs(route)}
		for i, reader := range readers {
			cell := reader.asks(route, ids).cell()
			if wrong := reader.complaint(t, found.permission, cell); wrong != "" {
				t.Errorf("%s: %s %s: %s", name, columnsOfReaders[i], wrong, cell)
			}
			found.cells = append(found.cells, cell)
		}
		if was := table[name]; !*update && (was.permission != found.permission || !slices.Equal(was.cells, found.cells)) {
			t.Errorf("%s\n got %v\nwant %v", name, found, was)
		}
		walked[name] = found
	}
	if *update {
		writePermissions(t, walked)
		return
	}
	for name := range table {
		if _, is := walked[name]; !is {
			t.Errorf("%s is in the table and not in the server", name)
		}
	}
}

// readPermissions reads the table.
func readPermissions(t *testing.T) map[string]row {
	t.Helper()
	text, err := os.ReadFile(permissionTable)
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]row{}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) > 3 && words[0] != "#" {
			table[words[0]+" "+words[1]] = row{words[2], words[3:]}
		}
	}
	return table
}

// writePermissions writes the table, by address.
func writePermissions(t *testing.T, table map[string]row) {
	t.Helper()
	var text strings.Builder
	write := func(method, path, permission string, cells []string) {
		line := fmt.Sprintf("%-6s %-58s %-20s", method, path, permission)
		for _, cell := range cells {
			line += fmt.Sprintf(" %-6s", cell)
		}
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	text.WriteString("# How each reader fares at each route: the status, and after a colon how many rows a\n" +
		"# list shows. Commands are about things that do not exist. The permission is what the\n" +
		"# route needs; the readers' cells must be what the permission matrix says of it.\n")
	write("#", "", "permission", columnsOfReaders)
	names := slices.SortedFunc(maps.Keys(table), func(a, b string) int {
		methodA, pathA, _ := strings.Cut(a, " ")
		methodB, pathB, _ := strings.Cut(b, " ")
		return cmp.Or(strings.Compare(pathA, pathB), strings.Compare(methodA, methodB))
	})
	for _, name := range names {
		method, path, _ := strings.Cut(name, " ")
		write(method, path, table[name].permission, table[name].cells)
	}
	if err := os.WriteFile(permissionTable, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
