package importer_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/importer"
	"guishu/internal/pgtest"

	"github.com/jackc/pgx/v5/pgxpool"
)

// house is an empty firm with somebody who imports and somebody who approves.
type house struct {
	*testing.T
	pool    *pgxpool.Pool
	store   *postgres.Store
	codec   *eventstore.Codec
	ledger  *commands.Ledger
	imports *importer.Importer
	keys    atomic.Int64

	root                            domain.UnitID
	admin, director, clerk, another domain.StaffID
}

// noCensus counts nothing: imports ask for no count.
type noCensus struct{}

func (noCensus) StaffAt(context.Context, domain.Path) (int, error)          { return 0, nil }
func (noCensus) OpenWork(context.Context, domain.StaffID) ([]string, error) { return nil, nil }
func (noCensus) Owned(context.Context, domain.StaffID) (int, error)         { return 0, nil }
func (noCensus) ClaimsOn(context.Context, domain.StaffID, domain.Date) (int, error) {
	return 0, nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, pool: pgtest.New(t)}
	ctx := t.Context()
	var err error
	h.store, err = postgres.Open(ctx, h.pool, postgres.Options{AllowUnsafe: true})
	h.must(err)
	t.Cleanup(func() { _ = h.store.Close() })
	ring, err := sealing.Open(ctx, h.pool, sealing.FixedKEK(sealing.NewKEK()), sealing.Options{})
	h.must(err)
	events, err := commands.Events()
	h.must(err)
	h.codec = eventstore.NewCodec(events, sealing.NewSealer(ring))
	lookups, err := ring.Hasher(ctx, sealing.ForLookups)
	h.must(err)
	requests, err := ring.Hasher(ctx, sealing.ForRequests)
	h.must(err)
	registry, err := commands.OpenRegistry(ctx, h.pool)
	h.must(err)
	h.ledger, err = commands.Open(ctx, commands.Config{
		ID: ring.Ledger(), Store: h.store, Codec: h.codec, Registry: registry, Lookups: lookups, Requests: requests,
		Eraser: ring, Census: noCensus{}, Location: domain.ChinaZone(), Now: time.Now,
	})
	h.must(err)
	t.Cleanup(h.ledger.Close)
	h.imports = &importer.Importer{Ledger: h.ledger, Registry: registry, Keys: requests, Location: domain.ChinaZone()}

	h.admin, err = h.ledger.InstallFirstAdministrator(ctx, commands.InstallFirstAdministrator{Firm: "总部", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001"})
	h.must(err)
	tree, err := h.ledger.Tree(ctx)
	h.must(err)
	h.root = tree.Root().ID
	h.director = h.hire("director", domain.RoleSuperior)
	h.clerk = h.hire("clerk", domain.RoleOperations, domain.RoleAdministrator)
	h.another = h.hire("another", domain.RoleOperations, domain.RoleAdministrator)
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) as(who domain.StaffID) commands.Call {
	return commands.Call{Actor: who, Key: fmt.Sprintf("key-%d", h.keys.Add(1))}
}

func (h *house) hire(login string, roles ...domain.Role) domain.StaffID {
	h.Helper()
	ctx := h.Context()
	hired, err := h.ledger.HireStaff(ctx, h.as(h.admin), commands.HireStaff{EmployeeNo: "E-" + login, Login: login, Name: "员工" + login, Unit: h.root})
	h.must(err)
	who := domain.StaffID(hired.ID)
	for _, role := range roles {
		request, err := h.ledger.RequestAccess(ctx, h.as(who), commands.RequestAccess{Staff: who, Role: role, Unit: h.root})
		h.must(err)
		_, err = h.ledger.GrantAccess(ctx, h.as(h.admin), commands.GrantAccess{Staff: who, Request: domain.RequestID(request.ID)})
		h.must(err)
	}
	return who
}

// prepare reads a mapping and its files.
func (h *house) prepare(mapping, folder string) *importer.Plan {
	h.Helper()
	text, err := os.ReadFile(mapping)
	h.must(err)
	m, err := importer.ReadMapping(mapping, text)
	h.must(err)
	plan, err := h.imports.Prepare(h.Context(), m, folder)
	h.must(err)
	return plan
}

// bring proposes, has it approved and runs.
func (h *house) bring(plan *importer.Plan) importer.Report {
	h.Helper()
	ctx := h.Context()
	h.must(h.imports.Allowed(ctx, h.clerk, plan))
	batch, status, err := h.imports.Propose(ctx, h.clerk, plan)
	h.must(err)
	if status == migration.StatusProposed {
		h.must(h.imports.Approve(ctx, h.director, batch))
	}
	report, err := h.imports.Run(ctx, h.clerk, batch, plan, nil)
	h.must(err)
	return report
}

const mavenMapping = "../../docs/examples/maven-crm.yaml"

// maven is the folder of the real files.
func maven(t *testing.T) string {
	t.Helper()
	candidates := []string{os.Getenv("GUISHU_TEST_DATA")}
	if root, err := filepath.Abs("../.."); err == nil {
		for range 3 { // the data lies beside the repository, or beside the folder of its work trees
			root = filepath.Dir(root)
			candidates = append(candidates, filepath.Join(root, "shared", "data"))
		}
	}
	for _, folder := range candidates {
		if _, err := os.Stat(filepath.Join(folder, "maven-crm", "sales_pipeline.csv")); err == nil && folder != "" {
			return filepath.Join(folder, "maven-crm")
		}
	}
	t.Skip("the real files are not here: set GUISHU_TEST_DATA to the folder that holds maven-crm")
	return ""
}
