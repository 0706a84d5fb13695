package http_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	door "guishu/http"
	"guishu/projections/query"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// tapped is read models that tell when a question begins to wait for one.
type tapped struct {
	door.Models
	waits atomic.Pointer[func()]
}

func (m *tapped) WaitFor(ctx context.Context, model string, position eventstore.Position) error {
	if told := m.waits.Load(); told != nil {
		(*told)()
	}
	return m.Models.WaitFor(ctx, model, position)
}

// counted is read models' tables that count what they are asked.
type counted struct {
	query.DB
	asked atomic.Int64
}

func (d *counted) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	d.asked.Add(1)
	return d.DB.Query(ctx, sql, args...)
}

// fresh is a route that can be asked to wait for a position.
type fresh struct{ method, path string }

// asks says that the route is a question and no command.
func (f fresh) asks() bool { return f.method == http.MethodGet || strings.HasSuffix(f.path, "/search") }

// freshRoutes are all of them, as the document describes them.
func (h *house) freshRoutes() []fresh {
	h.Helper()
	type schema struct {
		Ref        string         `json:"$ref"`
		Properties map[string]any `json:"properties"`
	}
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []parameter `json:"parameters"`
			Body       struct {
				Content map[string]struct {
					Schema schema `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	h.browser().get("/openapi.json").is(http.StatusOK).read(&document)
	var routes []fresh
	for path, operations := range document.Paths {
		for method, operation := range operations {
			takes := false
			for _, p := range operation.Parameters {
				takes = takes || p == parameter{"min_position", "query"}
			}
			for _, media := range operation.Body.Content {
				body := media.Schema
				if body.Ref != "" {
					body = document.Components.Schemas[body.Ref[strings.LastIndex(body.Ref, "/")+1:]]
				}
				_, named := body.Properties["min_position"]
				takes = takes || named
			}
			if takes {
				routes = append(routes, fresh{strings.ToUpper(method), path})
			}
		}
	}
	if len(routes) < 25 {
		h.Fatalf("only %d routes take a position", len(routes))
	}
	return routes
}

var inBraces = regexp.MustCompile(`\{[a-z_]+\}`)

// ask asks a route about a customer, or about anything else that is not there, once the
// position has been taken in.
func (c *client) ask(route fresh, about domain.CustomerID, position eventstore.Position) reply {
	c.t.Helper()
	path := strings.ReplaceAll(route.path, "{customer}", about.String())
	path = strings.ReplaceAll(path, "{version}", "1")
	path = inBraces.ReplaceAllString(path, "0192f7a0-0000-7000-8000-000000000000")
	if route.method == http.MethodPost {
		return c.post(path, map[string]any{"name": "王", "min_position": position})
	}
	return c.get(fmt.Sprintf("%s?min_position=%d", path, position))
}

// Nothing is checked before what the reader wants taken in has been waited for: who is
// given a right meanwhile has it, and who loses one has not (BR-21).
func TestEveryRouteWaitsBeforeItChecksAnything(t *testing.T) {
	t.Parallel()
	var models *tapped
	tables := new(counted)
	h := newHouse(t, func(c *door.Config) {
		models, tables.DB = &tapped{Models: c.Models}, c.Read
		c.Models, c.Read = models, tables
	})
	customer := h.customer("ann", h.north, "王小明")
	late := h.Join("late", h.Root)
	h.signsIn("late", late)
	reader := h.as("late")
	last, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	// meanwhile has commands given while a question waits.
	meanwhile := func(give func() error) (asked func() bool) {
		before, done := tables.asked.Load(), new(atomic.Bool)
		once := func() {
			if !done.CompareAndSwap(false, true) {
				return
			}
			if tables.asked.Load() != before {
				t.Error("a read model was asked before it was waited for")
			}
			if err := give(); err != nil {
				t.Error(err)
			}
		}
		models.waits.Store(&once)
		return func() bool { models.waits.Store(nil); return done.Load() }
	}
	do := func(who domain.StaffID, c ledger.Command) (ledger.Answer, error) {
		return h.Ledger.Do(t.Context(), h.As(who), c)
	}
	asked := 0
	for _, route := range h.freshRoutes() {
		if !route.asks() || reader.ask(route, customer, 0).status != http.StatusForbidden {
			continue // commands ask the ledger itself; the rest is open to everybody
		}
		asked++
		waited := meanwhile(func() error {
			request, err := do(late, commands.RequestAccess{Staff: late, Role: domain.RoleSuperior, Unit: h.Root})
			if err != nil {
				return err
			}
			_, err = do(h.Admin, commands.GrantAccess{Staff: late, Request: domain.RequestID(request.ID)})
			return err
		})
		if given := reader.ask(route, customer, last); given.status == http.StatusForbidden || !waited() {
			t.Errorf("%s %s refuses who has just been given the right: %s", route.method, route.path, given.body)
		}
		waited = meanwhile(func() error {
			_, err := do(h.Admin, commands.RevokeAccess{Staff: late, Role: domain.RoleSuperior, Unit: h.Root, Reason: "调岗"})
			return err
		})
		if ended := reader.ask(route, customer, last); ended.status != http.StatusForbidden || !waited() {
			t.Errorf("%s %s answers who has just lost the right: %d %s", route.method, route.path, ended.status, ended.body)
		}
	}
	if asked < 25 {
		t.Errorf("only %d routes were asked", asked)
	}
}

// Rights that another process gives or takes are those of the position, too.
func TestRightsAreThoseOfThePositionWhoeverChangedThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.Process()
	ann := h.as("ann")
	for range 10 {
		ended, err := other.Do(t.Context(), h.As(h.Admin), commands.RevokeAccess{Staff: h.people["ann"], Role: domain.RoleRelationshipManager, Unit: h.north, Reason: "调岗"})
		h.Must(err)
		ann.get(fmt.Sprintf("/v1/customers?min_position=%d", ended.Position)).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
		request, err := other.Do(t.Context(), h.As(h.people["ann"]), commands.RequestAccess{Staff: h.people["ann"], Role: domain.RoleRelationshipManager, Unit: h.north})
		h.Must(err)
		given, err := other.Do(t.Context(), h.As(h.Admin), commands.GrantAccess{Staff: h.people["ann"], Request: domain.RequestID(request.ID)})
		h.Must(err)
		ann.get(fmt.Sprintf("/v1/customers?min_position=%d", given.Position)).is(http.StatusOK)
	}
}

// Straight after one's own command everything about the customer can be read, however
// far behind the read models are (BR-21).
func TestTheOwnCustomerIsThereForWhoWaits(t *testing.T) {
	t.Parallel()
	var models *tapped
	h := newHouse(t, func(c *door.Config) {
		models = &tapped{Models: c.Models}
		c.Models = models
	})
	ann := h.as("ann")
	h.seen()
	h.halt()
	customer := h.customer("ann", h.north, "王小明")
	last, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	var about []fresh
	for _, route := range h.freshRoutes() {
		if strings.Contains(route.path, "{customer}") {
			about = append(about, route)
		}
	}
	waiting := make(chan struct{}, 1000)
	told := func() { waiting <- struct{}{} }
	models.waits.Store(&told)
	answers := make([]reply, len(about))
	var asking errgroup.Group
	for i, route := range about {
		asking.Go(func() error { answers[i] = ann.ask(route, customer, last); return nil })
	}
	for range about { // each waits for a first read model, which does not go on yet
		<-waiting
	}
	h.run()
	h.Must(asking.Wait())
	for i, answer := range answers {
		if answer.status != http.StatusOK {
			t.Errorf("%s: %d %s", about[i].path, answer.status, answer.body)
		}
	}
	if len(about) < 5 {
		t.Errorf("only %d routes are about a customer", len(about))
	}
}
