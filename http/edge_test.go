package http_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	door "guishu/http"
	"guishu/http/auth"

	"github.com/jackc/pgx/v5/pgxpool"
)

// sent is a request to the server as it arrives, from this machine unless from is set.
type sent struct {
	path, host, from string
	tls              bool
	headers          []string
}

func (h *house) send(s sent) *httptest.ResponseRecorder {
	h.Helper()
	request := httptest.NewRequestWithContext(h.Context(), http.MethodGet, s.path, nil)
	request.Host, request.RemoteAddr = s.host, "127.0.0.1:40000"
	if s.from != "" {
		request.RemoteAddr = s.from
	}
	if s.tls {
		request.TLS = new(tls.ConnectionState)
	}
	for i := 0; i+1 < len(s.headers); i += 2 {
		request.Header.Set(s.headers[i], s.headers[i+1])
	}
	answer := httptest.NewRecorder()
	h.server.ServeHTTP(answer, request)
	return answer
}

// A browser that came over TLS once comes so for a year, to whatever it is answered
// (S-17).
func TestOverTLSBrowsersAreToldToStayThere(t *testing.T) {
	t.Parallel()
	const header = "Strict-Transport-Security"
	plain, behind := newHouse(t), newHouse(t, func(c *door.Config) { c.Secure = true })
	for name, c := range map[string]struct {
		h    *house
		sent sent
		want bool
	}{
		"in the clear":                           {plain, sent{path: "/healthz"}, false},
		"in the clear, whatever it says":         {plain, sent{path: "/healthz", headers: []string{"X-Forwarded-Proto", "https"}}, false},
		"over TLS":                               {behind, sent{path: "/healthz", tls: true}, true},
		"over TLS, refused":                      {behind, sent{path: "/v1/me", tls: true}, true},
		"over TLS, nowhere":                      {behind, sent{path: "/nowhere", tls: true}, true},
		"over TLS, a page":                       {behind, sent{path: "/", tls: true}, true},
		"behind a proxy that says so":            {behind, sent{path: "/healthz", headers: []string{"X-Forwarded-Proto", "https"}}, true},
		"behind a proxy that says otherwise":     {behind, sent{path: "/healthz", headers: []string{"X-Forwarded-Proto", "http"}}, false},
		"behind a proxy that says nothing of it": {behind, sent{path: "/healthz"}, false},
	} {
		said := c.h.send(c.sent).Header().Get(header)
		if (said != "") != c.want || c.want && said != "max-age=31536000; includeSubDomains" {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// A page whose name leads to this machine has a browser here ask for that name: it is
// answered like anybody from elsewhere (S-17).
func TestOnlyRequestsForThisMachineAreTakenToBeFromIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.seen()
	for host, local := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1": true, "127.0.0.1:8080": true, "127.1.2.3:80": true, "[::1]": true, "[::1]:8080": true,
		"rebound.example": false, "rebound.example:8080": false, "localhost.rebound.example": false, "127.0.0.1.rebound.example": false,
		"192.0.2.1": false, "0.0.0.0:8080": false, "[::]:8080": false, "": false, "localhost@rebound.example": false,
	} {
		metrics := h.send(sent{path: "/metrics", host: host})
		if told := metrics.Code == http.StatusOK; told != local {
			t.Errorf("/metrics of %q: %d", host, metrics.Code)
		}
		ready := h.send(sent{path: "/readyz", host: host})
		if told := strings.Contains(ready.Body.String(), "position"); told != local || ready.Code != http.StatusOK {
			t.Errorf("/readyz of %q: %d %s", host, ready.Code, ready.Body)
		}
	}
}

// Whether the program is ready is for anybody; why not, and where it stands, for who
// watches over it (S-17).
func TestReadinessTellsItsReasonsToWhoOperatesTheSystem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) { c.Models = halted{c.Models} })
	elsewhere := []string{"X-Forwarded-For", "192.0.2.1"}
	for _, c := range []*client{h.browser(), h.as("ann")} {
		answer := c.get("/readyz", elsewhere...).is(http.StatusServiceUnavailable).lacks("units", "position", "failed")
		if answer.body != "{\"ready\":false}\n" || answer.header.Get("Retry-After") == "" {
			t.Errorf("somebody is told %s", answer.body)
		}
	}
	for _, told := range []reply{h.as("admin").get("/readyz", elsewhere...), h.browser().get("/readyz")} {
		if told.is(http.StatusServiceUnavailable); !strings.Contains(told.body, `"read model units":"stopped"`) || !strings.Contains(told.body, `"position":7`) {
			t.Errorf("who operates the system is told %s", told.body)
		}
	}
}

// Over TLS the session's cookie is one that no other host and no clear request can set
// (S-17).
func TestOverTLSTheSessionsCookieIsTheHostsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) {
		secure, err := auth.Open(t.Context(), auth.Config{Pool: c.Read.(*pgxpool.Pool), Cost: cheap, SecureCookies: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(secure.Close)
		c.Auth, c.Secure = secure, true
	})
	answer := h.browser().post("/v1/session", map[string]string{"login": "ann", "password": password}).is(http.StatusOK)
	cookie, err := http.ParseSetCookie(answer.header.Get("Set-Cookie"))
	h.Must(err)
	if cookie.Name != "__Host-guishu_session" || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Fatalf("%+v", cookie)
	}
	h.browser().get("/v1/me", "Cookie", cookie.Name+"="+cookie.Value).is(http.StatusOK)
	// The name without the mark is anybody's to set.
	h.browser().get("/v1/me", "Cookie", auth.SessionCookie+"="+cookie.Value).refuses(http.StatusUnauthorized, auth.ErrRequired)
	h.browser().get("/v1/customers", "Cookie", cookie.Name+"=x").refuses(http.StatusUnauthorized, auth.ErrRequired)
}
