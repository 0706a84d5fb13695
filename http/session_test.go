package http_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
	door "guishu/http"
	"guishu/http/auth"
	"guishu/http/question"

	"github.com/google/uuid"
)

func TestSigningInShowsWhoOneIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	browser := h.browser()
	browser.get("/v1/me").refuses(http.StatusUnauthorized, auth.ErrRequired)
	answer := browser.post("/v1/session", map[string]string{"login": "Ann", "password": password}).is(http.StatusOK)
	cookie := answer.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie lacks %s: %s", part, cookie)
		}
	}
	var me struct {
		Staff question.Named[domain.StaffID] `json:"staff"`
		Roles []struct {
			Role domain.Role                   `json:"role"`
			Unit question.Named[domain.UnitID] `json:"unit"`
			Line string                        `json:"line"`
		} `json:"roles"`
		Permissions []string `json:"permissions"`
	}
	browser.get("/v1/me").is(http.StatusOK).read(&me)
	if me.Staff.ID != h.people["ann"] || len(me.Roles) != 1 || me.Roles[0].Role != domain.RoleRelationshipManager || len(me.Permissions) == 0 {
		t.Errorf("%+v", me)
	}
	browser.send(http.MethodDelete, "/v1/session", nil).is(http.StatusNoContent)
	browser.get("/v1/me").refuses(http.StatusUnauthorized, auth.ErrRequired)
}

func TestAWrongSignInSaysNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wrong := h.browser().post("/v1/session", map[string]string{"login": "ann", "password": "canary-secret-1"})
	unknown := h.browser().post("/v1/session", map[string]string{"login": "canary-nobody", "password": password})
	wrong.refuses(http.StatusUnauthorized, auth.ErrSignInFailed)
	unknown.refuses(http.StatusUnauthorized, auth.ErrSignInFailed)
	wrong.lacks("canary")
	unknown.lacks("canary")
	if logged := h.log.String(); strings.Contains(logged, "canary") || !strings.Contains(logged, "auth/sign-in-failed") {
		t.Errorf("the log is %s", logged)
	}
}

func TestTooManySignInsSayWhenToTryAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var last reply
	for range 9 {
		last = h.browser().post("/v1/session", map[string]string{"login": "ann", "password": "wrong"})
	}
	last.refuses(http.StatusTooManyRequests, auth.ErrTooManyAttempts)
	if last.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// Behind a proxy all callers come from its address; who fails from one must not
// close the door to all.
func TestBehindAProxyAttemptsCountForTheCallersAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		proxied bool
		others  int // how somebody at another address fares
	}{{true, http.StatusOK}, {false, http.StatusTooManyRequests}} {
		h := newHouse(t, func(config *door.Config) { config.Secure = c.proxied })
		from := func(address string) []string { return []string{"X-Forwarded-For", address} }
		var last reply
		for i := range 61 {
			// What stands before the last address the caller may have made up.
			header := fmt.Sprintf("203.0.113.%d, 192.0.2.1", i)
			if i%2 > 0 {
				header += fmt.Sprint(":", 50000+i)
			}
			last = h.browser().post("/v1/session", map[string]string{"login": fmt.Sprint("nobody-", i), "password": "wrong"}, from(header)...)
		}
		last.refuses(http.StatusTooManyRequests, auth.ErrTooManyAttempts)
		for _, other := range []string{"192.0.2.2", "192.0.2.3:50000", "2001:db8::1", "[2001:db8::1]:50000"} {
			h.browser().post("/v1/session", map[string]string{"login": "ann", "password": password}, from(other)...).is(c.others)
		}
	}
}

// A session that was there before the sign-in, such as one that somebody planted,
// is not the one that is signed in.
func TestSigningInBeginsANewSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const planted = "cGxhbnRlZC1ieS1zb21lYm9keS1lbHNlLTAwMDAwMDAwMDA"
	for name, cookie := range map[string]string{"made up": planted, "another's": h.as("bo").session()} {
		answer := h.browser().post("/v1/session", map[string]string{"login": "ann", "password": password}, "Cookie", auth.SessionCookie+"="+cookie).is(http.StatusOK)
		if strings.Contains(answer.header.Get("Set-Cookie"), cookie) {
			t.Errorf("%s: the session stays the same", name)
		}
		var me struct {
			Staff question.Named[domain.StaffID] `json:"staff"`
		}
		after := h.browser().get("/v1/me", "Cookie", auth.SessionCookie+"="+cookie)
		if after.status == http.StatusOK && after.read(&me).status == http.StatusOK && me.Staff.ID == h.people["ann"] {
			t.Errorf("%s: whoever knew the session before is signed in", name)
		}
	}
}

// session is the token of the client's session.
func (c *client) session() string {
	c.t.Helper()
	address, err := url.Parse(c.h.web.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cookie := range c.http.Jar.Cookies(address) {
		if cookie.Name == auth.SessionCookie {
			return cookie.Value
		}
	}
	c.t.Fatal("there is no session")
	return ""
}

func TestDepartureEndsAccessAtOnce(t *testing.T) { // B-28
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	var made struct {
		Secret string `json:"secret"`
	}
	ann.post("/v1/me/tokens", map[string]string{"name": "nightly"}).is(http.StatusOK).read(&made)
	program := h.browser()
	program.get("/v1/me", "Authorization", "Bearer "+made.Secret).is(http.StatusOK)

	h.as("admin").post("/v1/staff/"+h.people["ann"].String()+"/departure", map[string]any{
		"on": h.Ledger.Today(), "reason": "离职",
	}).is(http.StatusCreated)

	ann.get("/v1/me").refuses(http.StatusUnauthorized, staff.ErrAccountDisabled)
	program.get("/v1/me", "Authorization", "Bearer "+made.Secret).refuses(http.StatusUnauthorized, staff.ErrAccountDisabled)
	h.browser().post("/v1/session", map[string]string{"login": "ann", "password": password}).
		refuses(http.StatusUnauthorized, staff.ErrAccountDisabled)
}

func TestATokenIsShownOnceAndRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	var made struct {
		ID     uuid.UUID `json:"id"`
		Secret string    `json:"secret"`
	}
	ann.post("/v1/me/tokens", map[string]string{"name": "nightly"}).is(http.StatusOK).read(&made)
	ann.get("/v1/me/tokens").is(http.StatusOK).lacks(made.Secret)
	program := h.browser()
	bearer := []string{"Authorization", "Bearer " + made.Secret}
	program.get("/v1/me", bearer...).is(http.StatusOK)
	h.as("bo").send(http.MethodDelete, "/v1/me/tokens/"+made.ID.String(), nil).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	ann.send(http.MethodDelete, "/v1/me/tokens/"+made.ID.String(), nil).is(http.StatusNoContent)
	program.get("/v1/me", bearer...).refuses(http.StatusUnauthorized, auth.ErrTokenInvalid)
	program.get("/v1/me", "Authorization", "Basic YTpi").refuses(http.StatusUnauthorized, auth.ErrRequired)
	if strings.Contains(h.log.String(), made.Secret) {
		t.Error("the log holds the token")
	}
}

func TestAnotherSitesRequestIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	body := map[string]string{"name": "stolen"}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://elsewhere.example"}} {
		ann.post("/v1/me/tokens", body, header...).refuses(http.StatusForbidden, auth.ErrCrossSite)
		ann.post("/v1/session", map[string]string{"login": "bo", "password": password}, header...).refuses(http.StatusForbidden, auth.ErrCrossSite)
	}
	ann.post("/v1/me/tokens", body, "Sec-Fetch-Site", "same-origin").is(http.StatusOK)
	// A program's token is nothing a browser adds by itself.
	_, secret, err := h.auth.CreateToken(t.Context(), h.people["ann"], "program", time.Time{}, auth.Limits{})
	h.Must(err)
	h.browser().post("/v1/customers/search", map[string]any{"name": "张"}, "Sec-Fetch-Site", "cross-site", "Authorization", "Bearer "+secret).is(http.StatusOK)
}

func TestAnInvitationLeadsToAPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hired, err := h.Ledger.Do(t.Context(), h.As(h.Admin), commands.HireStaff{EmployeeNo: "E9", Login: "newcomer", Name: "新人", Unit: h.north})
	h.Must(err)
	path := "/v1/staff/" + hired.ID.String() + "/invitation"
	h.as("ann").post(path, map[string]any{}).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	h.as("admin").post("/v1/staff/"+uuid.NewString()+"/invitation", map[string]any{}).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	var given struct {
		Login  string `json:"login"`
		Secret string `json:"secret"`
	}
	h.as("admin").post(path, map[string]any{}).is(http.StatusOK).read(&given)

	newcomer := h.browser()
	newcomer.post("/v1/session", map[string]string{"login": given.Login, "password": given.Secret}).is(http.StatusOK)
	newcomer.get("/v1/me/tokens").refuses(http.StatusForbidden, auth.ErrPasswordChangeRequired)
	newcomer.get("/v1/me").is(http.StatusOK)
	weak := newcomer.post("/v1/me/password", map[string]string{"password": "short"}).refuses(http.StatusBadRequest, auth.ErrPasswordWeak)
	if len(weak.Errors) != 1 || weak.Errors[0].Field != "password" || !strings.Contains(weak.Detail, "12") {
		t.Errorf("%+v", weak)
	}
	newcomer.post("/v1/me/password", map[string]string{"password": password}).is(http.StatusNoContent)
	newcomer.get("/v1/me").refuses(http.StatusUnauthorized, auth.ErrRequired)
	h.as("newcomer").get("/v1/me").is(http.StatusOK)
	if strings.Contains(h.log.String(), given.Secret) {
		t.Error("the log holds the secret")
	}
}
