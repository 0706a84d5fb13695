package http_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/auth"

	"github.com/google/uuid"
)

// minted is a token as it is made.
type minted struct {
	ID     uuid.UUID     `json:"id"`
	Scope  auth.Scope    `json:"scope"`
	Areas  []staff.Topic `json:"areas"`
	Secret string        `json:"secret"`
}

// mints has somebody make a token.
func (c *client) mints(body map[string]any) minted {
	c.t.Helper()
	var made minted
	c.post("/v1/me/tokens", body).is(http.StatusOK).read(&made)
	return made
}

// bearer is the header that a program sends.
func (m minted) bearer() []string { return []string{"Authorization", "Bearer " + m.Secret} }

func TestATokenGivesNobodyAWayIn(t *testing.T) { // S-07
	t.Parallel()
	h := newHouse(t)
	all := h.as("admin").mints(map[string]any{"name": "all"})
	program := h.browser()
	program.post("/v1/me/tokens", map[string]any{"name": "more"}, all.bearer()...).refuses(http.StatusForbidden, auth.ErrInPerson)
	program.post("/v1/me/password", map[string]any{"current": password, "password": "another long password"}, all.bearer()...).
		refuses(http.StatusForbidden, auth.ErrInPerson)
	program.post("/v1/staff/"+h.people["ann"].String()+"/invitation", map[string]any{}, all.bearer()...).refuses(http.StatusForbidden, auth.ErrInPerson)
	h.as("ann").get("/v1/me").is(http.StatusOK)
	program.get("/v1/me", all.bearer()...).is(http.StatusOK)
}

func TestATokenToReadChangesNothing(t *testing.T) { // S-07
	t.Parallel()
	h := newHouse(t)
	customer := h.customer("ann", h.north, "张三")
	ann := h.as("ann")
	read, write := ann.mints(map[string]any{"name": "report", "scope": "read"}), ann.mints(map[string]any{"name": "nightly"})
	if read.Scope != auth.ScopeRead || write.Scope != auth.ScopeWrite {
		t.Errorf("%+v, %+v", read, write)
	}
	h.seen()
	program := h.browser()
	for _, path := range []string{"/v1/me", "/v1/me/tokens", "/v1/customers", "/v1/access-requests"} {
		program.get(path, read.bearer()...).is(http.StatusOK)
	}
	program.post("/v1/customers/search", map[string]any{"name": "张"}, read.bearer()...).is(http.StatusOK)
	for path, body := range map[string]map[string]any{
		"/v1/claims":    {"customer": customer},
		"/v1/referrals": {"customer": customer, "target": h.people["bo"]},
		"/v1/customers/" + customer.String() + "/reveal": {"fields": []string{"phone"}, "purpose": "回访"},
	} {
		program.post(path, body, read.bearer()...).refuses(http.StatusForbidden, auth.ErrTokenScope)
	}
	program.send(http.MethodDelete, "/v1/me/tokens/"+write.ID.String(), nil, read.bearer()...).refuses(http.StatusForbidden, auth.ErrTokenScope)
	program.post("/v1/claims", map[string]any{"customer": customer}, write.bearer()...).is(http.StatusCreated)
	program.send(http.MethodDelete, "/v1/me/tokens/"+read.ID.String(), nil, write.bearer()...).is(http.StatusNoContent)
	program.get("/v1/me", read.bearer()...).refuses(http.StatusUnauthorized, auth.ErrTokenInvalid)
}

func TestATokenForAnAreaReachesNoOther(t *testing.T) { // S-07
	t.Parallel()
	h := newHouse(t)
	customer := h.customer("ann", h.north, "张三")
	ann := h.as("ann")
	claims := ann.mints(map[string]any{"name": "claims", "areas": []string{"claim", "unit"}})
	h.seen()
	program := h.browser()
	program.get("/v1/applications", claims.bearer()...).is(http.StatusOK)
	program.get("/v1/units", claims.bearer()...).is(http.StatusOK)
	program.post("/v1/claims", map[string]any{"customer": customer}, claims.bearer()...).is(http.StatusCreated)
	h.seen()
	last, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	if whole := ann.get("/v1/applications").is(http.StatusOK); !strings.Contains(whole.body, "张三") {
		t.Errorf("the owner is not shown the customer's name: %s", whole.body)
	}
	for _, path := range []string{"/v1/applications", fmt.Sprint("/v1/applications?min_position=", last)} {
		program.get(path, claims.bearer()...).is(http.StatusOK).lacks("张三")
	}
	for _, path := range []string{"/v1/customers", "/v1/customers/" + customer.String(), "/v1/payments", "/v1/staff", "/v1/access-requests", "/v1/policies"} {
		program.get(path, claims.bearer()...).refuses(http.StatusForbidden, auth.ErrTokenScope)
	}
	program.post("/v1/customers/search", map[string]any{}, claims.bearer()...).refuses(http.StatusForbidden, auth.ErrTokenScope)
	var me struct {
		Permissions []staff.Permission `json:"permissions"`
	}
	program.get("/v1/me", claims.bearer()...).is(http.StatusOK).read(&me)
	for _, permission := range me.Permissions {
		if topic := permission.Topic(); topic != "claim" && topic != "unit" {
			t.Errorf("the token may %s", permission)
		}
	}
	metrics := h.as("admin").mints(map[string]any{"name": "staff", "areas": []string{"staff"}})
	program.get("/metrics", append(metrics.bearer(), "X-Forwarded-For", "192.0.2.1")...).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	ann.post("/v1/me/tokens", map[string]any{"name": "wrong", "areas": []string{"everything"}}).is(http.StatusBadRequest)
	ann.post("/v1/me/tokens", map[string]any{"name": "wrong", "scope": "all"}).is(http.StatusBadRequest)
}

func TestWhoManagesSomebodySeesAndEndsTheirTokens(t *testing.T) { // S-07
	t.Parallel()
	h := newHouse(t)
	h.hire("north-superior", h.north, domain.RoleSuperior)
	h.hire("south-superior", h.south, domain.RoleSuperior)
	ann := h.as("ann")
	one, two := ann.mints(map[string]any{"name": "one", "scope": "read", "areas": []string{"customer"}}), ann.mints(map[string]any{"name": "two"})
	of := "/v1/staff/" + h.people["ann"].String() + "/tokens"
	var list struct {
		Items []minted `json:"items"`
	}
	h.as("admin").get(of).is(http.StatusOK).lacks(one.Secret, two.Secret).read(&list)
	if len(list.Items) != 2 || list.Items[1].ID != one.ID || list.Items[1].Scope != auth.ScopeRead || len(list.Items[1].Areas) != 1 {
		t.Errorf("%+v", list)
	}
	for login, status := range map[string]int{"bo": http.StatusForbidden, "ann": http.StatusForbidden, "south-superior": http.StatusNotFound} {
		h.as(login).get(of).is(status)
		h.as(login).send(http.MethodDelete, of+"/"+one.ID.String(), nil).is(status)
	}
	program := h.browser()
	program.get("/v1/me", one.bearer()...).is(http.StatusOK)
	h.as("admin").send(http.MethodDelete, of+"/"+one.ID.String(), nil).is(http.StatusNoContent)
	program.get("/v1/me", one.bearer()...).refuses(http.StatusUnauthorized, auth.ErrTokenInvalid)
	program.get("/v1/me", two.bearer()...).is(http.StatusOK)
	h.as("north-superior").send(http.MethodDelete, of+"/"+two.ID.String(), nil).is(http.StatusNoContent)
	program.get("/v1/me", two.bearer()...).refuses(http.StatusUnauthorized, auth.ErrTokenInvalid)
	h.as("admin").send(http.MethodDelete, of+"/"+uuid.NewString(), nil).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	h.as("admin").get("/v1/staff/"+uuid.NewString()+"/tokens").refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
}

func TestTokensEndAtAResetAndAtADeparture(t *testing.T) { // S-07
	t.Parallel()
	h := newHouse(t)
	program := h.browser()
	reset, left := h.as("ann").mints(map[string]any{"name": "reset"}), h.as("bo").mints(map[string]any{"name": "left"})
	h.as("admin").post("/v1/staff/"+h.people["ann"].String()+"/invitation", map[string]any{}).is(http.StatusOK)
	program.get("/v1/me", reset.bearer()...).refuses(http.StatusUnauthorized, auth.ErrTokenInvalid)
	h.as("admin").done("/v1/staff/"+h.people["bo"].String()+"/departure", map[string]any{"on": h.Ledger.Today(), "reason": "离职"})
	program.send(http.MethodPost, "/v1/claims", bytes.NewReader([]byte(`{}`)), left.bearer()...).refuses(http.StatusUnauthorized, staff.ErrAccountDisabled)
	h.as("admin").get("/v1/staff/" + h.people["bo"].String() + "/tokens").is(http.StatusOK)
}
