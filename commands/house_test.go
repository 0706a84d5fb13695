package commands_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/pgtest"

	"github.com/jackc/pgx/v5/pgxpool"
)

// house is a ledger on a database of its own with a small invented firm: a bank
// with two outlets of the self-operated line, one agency outlet, and a wealth
// branch.
type house struct {
	t      *testing.T
	pool   *pgxpool.Pool
	kek    sealing.KEK
	store  *postgres.Store
	ring   *sealing.Ring
	codec  *eventstore.Codec
	ledger *commands.Ledger
	census *census
	keys   atomic.Int64

	root, city, north, south, agency, wealth, operations domain.UnitID
	admin, director, northHead, southHead, ann, bo, cy   domain.StaffID // ann and bo at north, cy at south
	agent                                                domain.StaffID // at the agency outlet
	dora, emil                                           domain.StaffID // wealth advisors
	ops                                                  domain.StaffID
}

// census is what the read models would count.
type census struct {
	staff  int
	open   []string
	owned  int
	claims int
}

func (c *census) StaffAt(context.Context, domain.Path) (int, error)          { return c.staff, nil }
func (c *census) OpenWork(context.Context, domain.StaffID) ([]string, error) { return c.open, nil }
func (c *census) Owned(context.Context, domain.StaffID) (int, error)         { return c.owned, nil }
func (c *census) ClaimsOn(context.Context, domain.StaffID, domain.Date) (int, error) {
	return c.claims, nil
}

// newHouse builds the firm through the commands.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, pool: pgtest.New(t), census: &census{}, kek: sealing.NewKEK()}
	ctx := t.Context()
	var err error
	h.store = h.openStore()
	h.ring, err = sealing.Open(ctx, h.pool, sealing.FixedKEK(h.kek), sealing.Options{})
	h.must(err)
	registry, err := commands.Events()
	h.must(err)
	h.codec = eventstore.NewCodec(registry, sealing.NewSealer(h.ring))
	h.ledger = h.another()
	h.settle()
	return h
}

// openStore is one more process's store on the same events.
func (h *house) openStore() *postgres.Store {
	h.t.Helper()
	store, err := postgres.Open(h.t.Context(), h.pool, postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
	h.must(err)
	h.t.Cleanup(func() { _ = store.Close() })
	return store
}

// process is one more process with everything of its own: store, keys, caches.
func (h *house) process(change ...func(*commands.Config)) *commands.Ledger {
	h.t.Helper()
	ring, err := sealing.Open(h.t.Context(), h.pool, sealing.FixedKEK(h.kek), sealing.Options{})
	h.must(err)
	own := func(c *commands.Config) {
		c.Store, c.Eraser = h.openStore(), ring
		c.Codec = eventstore.NewCodec(h.codec.Registry(), sealing.NewSealer(ring))
	}
	return h.another(append([]func(*commands.Config){own}, change...)...)
}

// another is one more ledger on the same store, with what change changes.
func (h *house) another(change ...func(*commands.Config)) *commands.Ledger {
	h.t.Helper()
	registry, err := commands.OpenRegistry(h.t.Context(), h.pool)
	h.must(err)
	config := h.config(registry)
	for _, c := range change {
		c(&config)
	}
	ledger, err := commands.Open(h.t.Context(), config)
	h.must(err)
	h.t.Cleanup(ledger.Close)
	return ledger
}

// config is what a ledger is opened with.
func (h *house) config(registry *commands.Registry) commands.Config {
	h.t.Helper()
	lookups, err := h.ring.Hasher(h.t.Context(), sealing.ForLookups)
	h.must(err)
	requests, err := h.ring.Hasher(h.t.Context(), sealing.ForRequests)
	h.must(err)
	return commands.Config{
		ID: h.ring.Ledger(), Store: h.store, Codec: h.codec, Registry: registry, Lookups: lookups, Requests: requests,
		Eraser: h.ring, Census: h.census, Location: domain.ChinaZone(), Now: time.Now,
	}
}

func (h *house) settle() {
	admin, err := h.ledger.InstallFirstAdministrator(h.t.Context(), commands.InstallFirstAdministrator{
		Firm: "示例银行", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001",
	})
	h.must(err)
	h.admin = admin
	tree, err := h.ledger.Tree(h.t.Context())
	h.must(err)
	h.root = tree.Root().ID

	h.city = h.unit(h.root, "C01", domain.City, "")
	h.north = h.unit(h.city, "N01", domain.Outlet, domain.SelfOperated)
	h.south = h.unit(h.city, "S01", domain.Outlet, domain.SelfOperated)
	h.agency = h.unit(h.city, "G01", domain.Outlet, domain.Agency)
	h.wealth = h.unit(h.root, "W01", domain.Branch, "")
	h.operations = h.unit(h.root, "O01", domain.OperationsUnit, "")

	h.director = h.hire("director", h.root, domain.RoleSuperior, h.root)
	h.northHead = h.hire("northhead", h.north, domain.RoleOutletHead, h.north)
	h.southHead = h.hire("southhead", h.south, domain.RoleOutletHead, h.south)
	h.ann = h.hire("ann", h.north, domain.RoleRelationshipManager, h.north)
	h.bo = h.hire("bo", h.north, domain.RoleRelationshipManager, h.north)
	h.cy = h.hire("cy", h.south, domain.RoleRelationshipManager, h.south)
	h.agent = h.hire("agent", h.agency, domain.RoleRelationshipManager, h.agency)
	h.dora = h.hire("dora", h.wealth, domain.RoleAdvisor, h.wealth)
	h.emil = h.hire("emil", h.wealth, domain.RoleAdvisor, h.wealth)
	h.ops = h.hire("ops", h.operations, domain.RoleOperations, h.root)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// as is a call by somebody under a fresh key.
func (h *house) as(who domain.StaffID) commands.Call {
	return commands.Call{Actor: who, Key: fmt.Sprintf("key-%d", h.keys.Add(1))}
}

func (h *house) unit(parent domain.UnitID, code string, kind domain.UnitKind, line domain.BusinessLine) domain.UnitID {
	h.t.Helper()
	model := domain.OwnershipModel("")
	if kind == domain.Branch {
		model = domain.Attached
	}
	if kind == domain.City {
		model = domain.Exclusive
	}
	answer, err := h.ledger.EstablishUnit(h.t.Context(), h.as(h.admin), commands.EstablishUnit{
		Parent: parent, Code: code, Name: "单位" + code, Kind: kind, Line: line, Model: model,
	})
	h.must(err)
	return domain.UnitID(answer.ID)
}

// hire hires somebody, who asks for a role that the administrator grants.
func (h *house) hire(login string, unit domain.UnitID, role domain.Role, at domain.UnitID) domain.StaffID {
	h.t.Helper()
	ctx := h.t.Context()
	hired, err := h.ledger.HireStaff(ctx, h.as(h.admin), commands.HireStaff{
		EmployeeNo: "E-" + login, Login: login, Name: "员工" + login, Unit: unit,
	})
	h.must(err)
	who := domain.StaffID(hired.ID)
	request, err := h.ledger.RequestAccess(ctx, h.as(who), commands.RequestAccess{Staff: who, Role: role, Unit: at})
	h.must(err)
	_, err = h.ledger.GrantAccess(ctx, h.as(h.admin), commands.GrantAccess{Staff: who, Request: domain.RequestID(request.ID)})
	h.must(err)
	return who
}

// prospect registers a person at a unit.
func (h *house) prospect(by domain.StaffID, at domain.UnitID, fields commands.CustomerFields) domain.CustomerID {
	h.t.Helper()
	c := commands.RegisterCustomer{Party: domain.Person, Fields: fields, HomeUnit: at}
	if at == h.wealth {
		c.Advisor = by
	}
	answer, err := h.ledger.RegisterCustomer(h.t.Context(), h.as(by), c)
	h.must(err)
	return domain.CustomerID(answer.ID)
}

func person(name string) commands.CustomerFields {
	return commands.CustomerFields{Name: name, Phone: "13800138000", Source: customer.SourceOwn}
}

// wants fails unless err has the code.
func (h *house) wants(err error, code domain.Code) {
	h.t.Helper()
	if !errors.Is(err, code) {
		h.t.Fatalf("got %v, want %s", err, code)
	}
}

// events are the types of a stream's events, in order.
func (h *house) events(stream eventstore.Stream) []string {
	h.t.Helper()
	var types []string
	for event, err := range h.store.ReadStream(h.t.Context(), eventstore.StreamQuery{Stream: stream}) {
		h.must(err)
		types = append(types, event.Type)
	}
	return types
}
