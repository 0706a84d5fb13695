package http_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"

	"github.com/google/uuid"
)

// What must never be seen by who only sees it masked.
const (
	canaryPhone   = "13912345678"
	canaryID      = "11010519491231002X"
	canaryAddress = "金丝雀路八号"
	canaryAccount = "6222020200112233446"
)

func canaries() []string { return []string{canaryPhone, canaryID, canaryAddress, canaryAccount} }

// known registers a customer with everything that is personal.
func (h *house) known(by string, at domain.UnitID) domain.CustomerID {
	h.Helper()
	answer, err := h.Ledger.Do(h.Context(), h.As(h.people[by]), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: at, CustomerNo: "C10001", Fields: commands.CustomerFields{
			Name: "欧阳晓明", Phone: canaryPhone, IdentityType: identity.ResidentCard, IdentityNumber: canaryID, Source: customer.SourceOwn,
			Address: "北京市朝阳区" + canaryAddress, BankAccount: canaryAccount, Employer: "示例公司",
		},
	})
	h.Must(err)
	return domain.CustomerID(answer.ID)
}

type customerPage struct {
	Items []struct {
		ID             domain.CustomerID `json:"id"`
		Name           string            `json:"name"`
		Phone          string            `json:"phone"`
		IdentityNumber string            `json:"identity_number"`
		Birthday       string            `json:"birthday"`
		Employer       string            `json:"employer"`
	} `json:"items"`
	Count *int `json:"count"`
}

func TestFieldsAreShownAsTheRoleMaySeeThem(t *testing.T) { // B-35, C-03, C-04
	t.Parallel()
	h := newHouse(t)
	h.hire("auditor", h.Root, domain.RoleAuditor)
	h.hire("inspector", h.city, domain.RoleInspector)
	h.hire("operations", h.Root, domain.RoleOperations)
	id := h.known("ann", h.north)
	h.Must(claimed(h, "ann", id))
	h.seen()
	for login, want := range map[string]struct{ name, phone, number, birthday, employer string }{
		"ann":        {"欧阳晓明", "139****5678", "110***********002X", "1949-12-31", "示例公司"},
		"northhead":  {"欧阳晓明", "139****5678", "110***********002X", "1949-12-31", "示例公司"},
		"auditor":    {"欧阳晓明", "139****5678", "110***********002X", "", "示例公司"},
		"inspector":  {"欧阳晓明", "139****5678", "110***********002X", "", ""},
		"operations": {"欧阳晓明", "139****5678", "110***********002X", "", ""},
	} {
		reader := h.as(login)
		list := reader.get("/v1/customers?count=true")
		var page customerPage
		list.is(http.StatusOK).lacks(canaries()...).read(&page)
		if len(page.Items) != 1 || *page.Count != 1 {
			t.Fatalf("%s sees %s", login, list.body)
		}
		row := page.Items[0]
		if row.ID != id || row.Name != want.name || row.Phone != want.phone || row.IdentityNumber != want.number || row.Birthday != want.birthday || row.Employer != want.employer {
			t.Errorf("%s sees %+v, want %+v", login, row, want)
		}
		for _, path := range []string{"", "/timeline", "/ownership", "/attachments", "/contacts"} {
			answer := reader.get("/v1/customers/" + id.String() + path).is(http.StatusOK).lacks(canaries()...)
			if login == "inspector" && strings.Contains(answer.body, "示例公司") {
				t.Errorf("%s shows an inspector the employer", path)
			}
		}
		reader.get("/v1/applications").is(status(login == "operations" || login == "inspector")).lacks(canaries()...)
	}
	// An administrator reads no customers at all.
	for _, path := range []string{"", "/" + id.String(), "/" + id.String() + "/timeline"} {
		h.as("admin").get("/v1/customers"+path).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	}
	if logged := h.log.String(); strings.Contains(logged, canaryPhone) || strings.Contains(logged, canaryID) {
		t.Error("the log holds what was typed")
	}
}

// status is that of a list that some roles may not read.
func status(denied bool) int {
	if denied {
		return http.StatusForbidden
	}
	return http.StatusOK
}

// claimed lets somebody claim a customer and their head approve it.
func claimed(h *house, who string, id domain.CustomerID) error {
	filed, err := h.Ledger.Do(h.Context(), h.As(h.people[who]), commands.ClaimCustomer{Customer: id})
	if err != nil {
		return err
	}
	_, err = h.Ledger.Do(h.Context(), h.As(h.people["northhead"]), commands.ApproveClaim{
		Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(filed.ID),
	})
	return err
}

func TestOutOfScopeIsAsIfItWereNotThere(t *testing.T) { // A-41, B-35
	t.Parallel()
	h := newHouse(t)
	id := h.known("ann", h.north)
	h.Must(claimed(h, "ann", id))
	h.seen()
	var filed struct {
		Items []struct {
			ID domain.ApplicationID `json:"id"`
		} `json:"items"`
	}
	h.as("ann").get("/v1/applications").is(http.StatusOK).read(&filed)
	if len(filed.Items) != 1 {
		t.Fatalf("%+v", filed)
	}
	for _, login := range []string{"cy", "southhead", "bo"} {
		stranger := h.as(login)
		if all := stranger.get("/v1/customers").is(http.StatusOK); strings.Contains(all.body, id.String()) {
			t.Errorf("%s lists it: %s", login, all.body)
		}
		for _, path := range []string{"/v1/customers/%", "/v1/customers/%/timeline", "/v1/customers/%/ownership", "/v1/customers/%/attachments"} {
			there := stranger.get(strings.Replace(path, "%", id.String(), 1))
			nowhere := stranger.get(strings.Replace(path, "%", uuid.NewString(), 1))
			a, b := there.refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope), nowhere.refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
			if strings.Replace(there.body, a.RequestID, "", 1) != strings.Replace(nowhere.body, b.RequestID, "", 1) {
				t.Errorf("%s can tell by %s: %s, %s", login, path, there.body, nowhere.body)
			}
		}
		there := stranger.get("/v1/applications/" + filed.Items[0].ID.String())
		there.refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
		stranger.post("/v1/customers/"+id.String()+"/reveal", map[string]any{"fields": []string{"phone"}, "purpose": "核对"}).
			refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
		found := stranger.post("/v1/customers/search", map[string]any{"phone": canaryPhone}).is(http.StatusOK)
		if strings.Contains(found.body, id.String()) {
			t.Errorf("%s finds it: %s", login, found.body)
		}
	}
}

func TestRevealingIsOnRecordBeforeAnythingIsShown(t *testing.T) { // C-04
	t.Parallel()
	h := newHouse(t)
	id := h.known("ann", h.north)
	h.Must(claimed(h, "ann", id))
	ann := h.as("ann")
	path := "/v1/customers/" + id.String() + "/reveal"
	silent := ann.post(path, map[string]any{"fields": []string{"phone"}}).lacks(canaries()...)
	silent.refuses(http.StatusBadRequest, lookup.ErrPurposeRequired)
	var shown struct {
		ledger.Answer
		Fields map[string]string `json:"fields"`
	}
	ann.post(path, map[string]any{"fields": []string{"phone", "identity_number"}, "purpose": "电话回访"}).is(http.StatusCreated).read(&shown)
	if !strings.Contains(shown.Fields["phone"], canaryPhone) || shown.Fields["identity_number"] != canaryID {
		t.Errorf("%+v", shown.Fields)
	}
	h.seen()
	// Who looked is for whoever oversees the customer.
	head := h.as("northhead").get("/v1/customers/" + id.String() + "/timeline")
	if !strings.Contains(head.is(http.StatusOK).body, "电话回访") {
		t.Errorf("the head does not see the reveal: %s", head.body)
	}
	if own := ann.get("/v1/customers/" + id.String() + "/timeline").is(http.StatusOK); strings.Contains(own.body, "lookup.revealed") {
		t.Errorf("a colleague sees who looked: %s", own.body)
	}
	if strings.Contains(h.log.String(), canaryPhone) {
		t.Error("the log holds what was revealed")
	}
}

func TestCustomersAreFoundByWhatNeverStandsInAnAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.known("ann", h.north)
	h.Must(claimed(h, "ann", id))
	h.seen()
	ann := h.as("ann")
	for name, body := range map[string]map[string]any{
		"phone":    {"phone": "+86 139 1234 5678"},
		"document": {"identity_number": strings.ToLower(canaryID)},
		"name":     {"name": "欧阳"},
		"pinyin":   {"name": "ouyang"},
		"number":   {"customer_no": "C10001"},
	} {
		var page customerPage
		answer := ann.post("/v1/customers/search", body).is(http.StatusOK).lacks(canaries()...).read(&page)
		if len(page.Items) != 1 || page.Items[0].ID != id {
			t.Errorf("by %s: %s", name, answer.body)
		}
	}
	ann.post("/v1/customers/search", map[string]any{}).refuses(http.StatusBadRequest, domain.ErrQueryKeyRequired)
	for field, body := range map[string]map[string]any{
		"identity_type": {"identity_type": "RESIDENT_ID"}, "min_position": {"name": "欧阳", "min_position": -1}, "limit": {"name": "欧阳", "limit": 501},
	} {
		problem := ann.post("/v1/customers/search", body).refuses(http.StatusBadRequest, domain.ErrQueryFilter)
		if len(problem.Errors) != 1 || problem.Errors[0].Field != field {
			t.Errorf("%s: %+v", field, problem)
		}
	}
	ann.post("/v1/customers/search", map[string]any{"identity_number": "110105194912310021"}).refuses(http.StatusBadRequest, identity.ErrIDChecksum)
	ann.post("/v1/customers/search", map[string]any{"phone": "12"}).refuses(http.StatusBadRequest, identity.ErrPhoneFormat)
	for _, name := range []string{"name", "phone", "identity_number", "customer_no", "employer"} {
		ann.get("/v1/customers?"+name+"=x").refuses(http.StatusBadRequest, domain.ErrRequestUnknownField)
	}
}

// B-35: who must not see a field cannot find out what it says by searching for it.
func TestASearchTellsNobodyWhatAHiddenFieldSays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("inspector", h.city, domain.RoleInspector)
	h.hire("operations", h.Root, domain.RoleOperations)
	h.hire("marketing", h.city, domain.RoleMarketingSupervisor)
	id := h.known("ann", h.north)
	h.Must(claimed(h, "ann", id))
	h.seen()
	for login, want := range map[string]int{"ann": 1, "marketing": 1, "inspector": 0, "operations": 0} {
		var byName, byEmployer customerPage
		reader := h.as(login)
		reader.post("/v1/customers/search", map[string]any{"name": "欧阳"}).is(http.StatusOK).read(&byName)
		reader.post("/v1/customers/search", map[string]any{"employer": "示", "count": true}).is(http.StatusOK).read(&byEmployer)
		if len(byName.Items) != 1 || len(byEmployer.Items) != want || byEmployer.Count == nil || *byEmployer.Count != want {
			t.Errorf("%s finds %d by name, %d by the employer, want 1 and %d", login, len(byName.Items), len(byEmployer.Items), want)
		}
	}
}

func TestTheTimelineTellsEveryEventInOrder(t *testing.T) { // C-02, C-03
	t.Parallel()
	h := newHouse(t)
	id := h.known("ann", h.north)
	before := time.Now()
	h.Must(claimed(h, "ann", id))
	h.seen()
	type timeline struct {
		Items []struct {
			Position int64  `json:"position"`
			Type     string `json:"type"`
			Title    string `json:"title"`
			Actor    struct {
				Name string `json:"name"`
			} `json:"actor"`
			Details []struct{ Field, Label, Value string } `json:"details"`
		} `json:"items"`
		Next  string `json:"next"`
		Count *int   `json:"count"`
	}
	ann := h.as("ann")
	path := "/v1/customers/" + id.String() + "/timeline"
	var all, english, early, first, rest timeline
	body := ann.get(path + "?count=true").is(http.StatusOK).read(&all).body
	var types []string
	for i, e := range all.Items {
		types = append(types, e.Type)
		if i > 0 && e.Position <= all.Items[i-1].Position {
			t.Errorf("out of order: %s", body)
		}
	}
	if want := []string{"customer.registered", "ownership.claim-filed", "ownership.claim-approved", "ownership.established"}; !slices.Equal(types, want) {
		t.Fatalf("%v, want %v", types, want)
	}
	if all.Items[0].Title != "登记客户" || all.Items[0].Actor.Name != "员工ann" || *all.Count != 4 {
		t.Errorf("%s", body)
	}
	for _, shown := range []string{`"value":"139****5678"`, `"label":"电话"`, `"value":"北京市朝阳区****"`, `"value":"自营"`, "单位N01 (N01)"} {
		if !strings.Contains(body, shown) {
			t.Errorf("%s is missing in %s", shown, body)
		}
	}
	ann.get(path, "Accept-Language", "en").read(&english)
	if english.Items[3].Title != "Ownership established" {
		t.Errorf("%+v", english.Items[3])
	}
	ann.get(path + "?known_at=" + before.UTC().Format("2006-01-02T15:04:05.000000Z")).is(http.StatusOK).read(&early)
	if len(early.Items) != 1 {
		t.Errorf("known before the claim: %+v", early.Items)
	}
	ann.get(path + "?limit=3").read(&first)
	ann.get(path + "?limit=3&cursor=" + first.Next).read(&rest)
	if len(first.Items) != 3 || len(rest.Items) != 1 || rest.Items[0].Position != all.Items[3].Position {
		t.Errorf("%+v then %+v", first, rest)
	}
	for _, never := range []string{"yesterday", "0001-01-01T00:00:00Z"} {
		ann.get(path+"?as_of="+never).refuses(http.StatusBadRequest, domain.ErrRequestTimeFormat)
	}
}

func TestWhoOwnedACustomerThen(t *testing.T) { // A-70, C-02, C-07
	t.Parallel()
	h := newHouse(t)
	id := h.known("ann", h.north)
	h.seen()
	before := time.Now()
	h.Must(claimed(h, "ann", id))
	h.seen()
	type name struct {
		ID   string `json:"id"`
		Code string `json:"code"`
		Name string `json:"name"`
	}
	var now, then struct {
		Owners []struct {
			Line  string `json:"line"`
			Staff name   `json:"staff"`
			Unit  name   `json:"unit"`
		} `json:"owners"`
		History []struct {
			Owner name `json:"owner"`
			Unit  name `json:"unit"`
			Actor name `json:"actor"`
		} `json:"history"`
	}
	head := h.as("northhead")
	path := "/v1/customers/" + id.String() + "/ownership"
	head.get(path + "?as_of=" + h.Ledger.Today().String()).is(http.StatusOK).read(&now)
	head.get(path + "?as_of=" + before.UTC().Format("2006-01-02T15:04:05.000000Z")).is(http.StatusOK).read(&then)
	ann, north := name{h.people["ann"].String(), "E-ann", "员工ann"}, name{h.north.String(), "N01", "单位N01"}
	if len(now.Owners) != 1 || now.Owners[0].Staff != ann || now.Owners[0].Unit != north || now.Owners[0].Line != "SELF_OPERATED" {
		t.Errorf("now %+v", now)
	}
	if actor := (name{h.people["northhead"].String(), "E-northhead", "员工northhead"}); len(now.History) != 1 ||
		now.History[0].Owner != ann || now.History[0].Unit != north || now.History[0].Actor != actor {
		t.Errorf("the history %+v", now.History)
	}
	if len(then.Owners) != 0 || len(then.History) != 0 {
		t.Errorf("then %+v", then)
	}
}

func TestErasedPersonsAreNowhereToBeRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("superior", h.Root, domain.RoleSuperior)
	id := h.known("ann", h.north)
	h.seen()
	superior := h.as("superior")
	superior.send(http.MethodPost, "/v1/customers/"+id.String()+"/erasure", bytes.NewReader([]byte(`{"basis":"本人要求"}`))).is(http.StatusCreated)
	h.seen()
	for _, path := range []string{"/v1/customers", "/v1/customers/" + id.String(), "/v1/customers/" + id.String() + "/timeline"} {
		answer := superior.get(path).is(http.StatusOK).lacks(canaries()...)
		answer.lacks("欧阳晓明", "139****", "110****", "示例公司")
		if path == "/v1/customers/"+id.String() && !strings.Contains(answer.body, `"erased":true`) {
			t.Errorf("%s", answer.body)
		}
	}
}

// B-20, B-35: who entered a customer keeps them until somebody owns them, and has
// them again when nobody does.
func TestWhoEnteredACustomerKeepsThemWhileNobodyOwnsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.known("bo", h.north)
	h.seen()
	path := "/v1/customers/" + id.String()
	h.as("bo").get(path).is(http.StatusOK)

	h.Must(claimed(h, "ann", id))
	h.seen()
	h.as("bo").get(path).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	if all := h.as("bo").get("/v1/customers").is(http.StatusOK); strings.Contains(all.body, id.String()) {
		t.Errorf("bo lists a customer of ann's: %s", all.body)
	}
	h.as("ann").get(path).is(http.StatusOK)

	filed, err := h.Ledger.Do(t.Context(), h.As(h.people["ann"]), commands.RequestDissolution{
		Customer: id, Line: domain.SelfOperated, Reason: "客户迁出",
	})
	h.Must(err)
	_, err = h.Ledger.Do(t.Context(), h.As(h.people["northhead"]), commands.ApproveClaim{
		Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(filed.ID),
	})
	h.Must(err)
	h.seen()
	h.as("bo").get(path).is(http.StatusOK)
	h.as("ann").get(path).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
}
