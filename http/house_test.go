package http_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/eventstore/sealing"
	door "guishu/http"
	"guishu/http/api"
	"guishu/http/auth"
	"guishu/internal/pgtest"
	"guishu/projections"
	"guishu/projections/catalog"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cheap keeps tests from spending their time on password hashes.
var cheap = auth.Cost{Passes: 1, Memory: 64, Threads: 1}

const password = "a long enough password"

// house is a small invented firm behind a server of its own: a bank with two
// outlets, each with a head and managers.
type house struct {
	*commandstest.Firm
	auth   *auth.Auth
	runner *projections.Runner
	server *door.Server
	web    *httptest.Server
	log    *record
	halt   func() // stops bringing the read models on, until run

	city, north, south domain.UnitID
	people             map[string]domain.StaffID
}

// record is what the server logged.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func newHouse(t testing.TB, change ...func(*door.Config)) *house {
	t.Helper()
	return newHouseOn(t, pgtest.URL(t), change...)
}

// newHouseOn is a house on that database.
func newHouseOn(t testing.TB, address string, change ...func(*door.Config)) *house {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	h := &house{Firm: commandstest.FoundOn(t, pool, "示例银行", commandstest.OnPostgres), people: map[string]domain.StaffID{}, log: new(record)}
	ctx := t.Context()
	h.auth, err = auth.Open(ctx, auth.Config{Pool: pool, Cost: cheap})
	h.Must(err)
	t.Cleanup(h.auth.Close)
	lookups, err := h.Ring.Hasher(ctx, sealing.ForLookups)
	h.Must(err)
	h.runner, err = projections.New(ctx, projections.Config{Store: h.Store, Decoder: h.Codec, Pool: pool, Models: catalog.Models(lookups, domain.ChinaZone())})
	h.Must(err)
	h.run()
	config := door.Config{
		Ledger: h.Ledger, Auth: h.auth, Read: pool, Models: h.runner, Store: h.Store, Decoder: h.Codec, Lookups: lookups, Location: domain.ChinaZone(),
		Log: slog.New(slog.NewJSONHandler(h.log, nil)), Version: "1.0-test", MaxBody: 64 << 10,
	}
	for _, f := range change {
		f(&config)
	}
	h.server, err = door.New(config)
	h.Must(err)
	h.web = httptest.NewServer(h.server)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(h.log)
		}
	})
	t.Cleanup(h.web.Close)
	h.settle()
	return h
}

// run brings the read models on until the test ends.
func (h *house) run() {
	ctx, stop := context.WithCancel(context.WithoutCancel(h.Context()))
	ended := make(chan struct{})
	go func() { defer close(ended); _ = h.runner.Run(ctx) }()
	h.halt = func() { stop(); <-ended }
	h.Cleanup(h.halt)
}

func (h *house) settle() {
	h.signsIn("admin", h.Admin)
	h.city = h.Unit(h.Root, "C01", domain.City, "")
	h.north = h.Unit(h.city, "N01", domain.Outlet, domain.SelfOperated)
	h.south = h.Unit(h.city, "S01", domain.Outlet, domain.SelfOperated)
	h.hire("northhead", h.north, domain.RoleOutletHead)
	h.hire("southhead", h.south, domain.RoleOutletHead)
	h.hire("ann", h.north, domain.RoleRelationshipManager)
	h.hire("bo", h.north, domain.RoleRelationshipManager)
	h.hire("cy", h.south, domain.RoleRelationshipManager)
}

// signsIn gives somebody the password.
func (h *house) signsIn(login string, who domain.StaffID) {
	h.Helper()
	h.Must(h.auth.SetPassword(h.Context(), who, login, password))
	h.people[login] = who
}

// seen waits until the read models have taken in everything written so far.
func (h *house) seen() {
	h.Helper()
	last, err := h.Store.LastPosition(h.Context())
	h.Must(err)
	h.Must(h.runner.WaitForAll(h.Context(), last))
}

// hire hires somebody with a role at their unit and a password.
func (h *house) hire(login string, unit domain.UnitID, role domain.Role) domain.StaffID {
	h.Helper()
	who := h.Hire(login, unit, role, unit)
	h.signsIn(login, who)
	return who
}

// customer registers a person at a unit.
func (h *house) customer(by string, at domain.UnitID, name string) domain.CustomerID {
	h.Helper()
	return domain.CustomerID(h.Do(h.people[by], commands.RegisterCustomer{Party: domain.Person, HomeUnit: at, Fields: commandstest.Person(name)}).ID)
}

// client is somebody's browser.
type client struct {
	t    testing.TB
	h    *house
	http *http.Client
}

// browser is a client that nobody has signed in with.
func (h *house) browser() *client {
	jar, err := cookiejar.New(nil)
	h.Must(err)
	return &client{t: h, h: h, http: &http.Client{Jar: jar, Transport: h.web.Client().Transport}}
}

// as is a client signed in as somebody.
func (h *house) as(login string) *client {
	h.Helper()
	c := h.browser()
	c.post("/v1/session", map[string]string{"login": login, "password": password}).is(http.StatusOK)
	return c
}

// reply is an answer that was read.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (c *client) get(path string, headers ...string) reply {
	c.t.Helper()
	return c.send(http.MethodGet, path, nil, headers...)
}

// post sends a body as JSON under a fresh idempotency key; headers are names and
// values in turn.
func (c *client) post(path string, body any, headers ...string) reply {
	c.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(http.MethodPost, path, bytes.NewReader(text), headers...)
}

func (c *client) send(method, path string, body io.Reader, headers ...string) reply {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.h.web.URL+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Idempotency-Key", fmt.Sprintf("client-key-%d", c.h.Count()))
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
		}
	}
	answer, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return reply{t: c.t, status: answer.StatusCode, header: answer.Header, body: string(content)}
}

// is fails unless the status is as wanted.
func (r reply) is(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// read reads the body into a value.
func (r reply) read(into any) reply {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return r
}

// refuses fails unless the answer is a whole problem with the code.
func (r reply) refuses(status int, code domain.Code) api.Problem {
	r.t.Helper()
	r.is(status)
	var p api.Problem
	r.read(&p)
	if p.Code != code.Name() || p.Type != "urn:guishu:error:"+code.Name() || p.Status != status || p.Title == "" || p.Detail == "" || p.RequestID == "" {
		r.t.Fatalf("want a problem %s: %s", code, r.body)
	}
	if media := r.header.Get("Content-Type"); media != "application/problem+json" {
		r.t.Fatalf("the problem's content type is %q", media)
	}
	return p
}

// lacks fails when a text that must not be seen is anywhere in the answer.
func (r reply) lacks(texts ...string) reply {
	r.t.Helper()
	all := r.body + fmt.Sprint(maps.Clone(r.header))
	for _, text := range texts {
		if strings.Contains(all, text) {
			r.t.Fatalf("%q is shown: %s", text, r.body)
		}
	}
	return r
}
