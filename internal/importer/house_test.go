package importer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/importer"
	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
)

// house is an empty firm with somebody who imports, somebody else who could, and
// somebody who approves.
type house struct {
	*testing.T
	app     *app.App
	ledger  *ledger.Ledger
	imports *importer.Importer
	keys    atomic.Int64

	root                            domain.UnitID
	admin, director, clerk, another domain.StaffID
}

func newHouse(t *testing.T) *house { return settled(t, pgtest.URL(t), t.TempDir(), "") }

// settled opens the product on an empty database, and on an EventStoreDB or none,
// and settles the firm in.
func settled(t *testing.T, database, keys, store string) *house {
	t.Helper()
	h := open(t, database, keys, store)
	ctx := t.Context()
	var err error
	h.admin, err = commands.Install(ctx, h.ledger, commands.InstallFirstAdministrator{Firm: "总部", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001"})
	h.must(err)
	tree, err := h.ledger.Tree(ctx)
	h.must(err)
	h.root = tree.Root().ID
	h.director = h.hire("director", domain.RoleSuperior)
	h.clerk = h.hire("clerk", domain.RoleOperations, domain.RoleAdministrator)
	h.another = h.hire("another", domain.RoleOperations, domain.RoleAdministrator)
	return h
}

// open opens the product on a database, and on an EventStoreDB or none.
func open(t *testing.T, database, keys, store string) *house {
	t.Helper()
	h := &house{T: t}
	ctx := t.Context()
	var err error
	h.app, err = app.Open(ctx, app.Config{
		Database: privatepg.Settings{DatabaseURL: database}, KEK: sealing.KEKSource{Folder: keys}, Store: postgres.Options{AllowUnsafe: true},
		EventStoreDB: store,
	})
	h.must(err)
	t.Cleanup(func() { _ = h.app.Close() })
	h.ledger = h.app.Ledger
	requests, err := h.app.Ring.Hasher(ctx, sealing.ForRequests)
	h.must(err)
	h.imports = &importer.Importer{Ledger: h.ledger, Keys: requests, Location: domain.ChinaZone()}
	return h
}

// live brings read models on and reacts to events until the test ends.
func (h *house) live() {
	ctx, stop := context.WithCancel(h.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.app.Run(ctx) }()
	h.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			h.Error(err)
		}
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) as(who domain.StaffID) ledger.Call {
	return ledger.Call{Actor: who, Key: fmt.Sprintf("key-%d", h.keys.Add(1))}
}

func (h *house) hire(login string, roles ...domain.Role) domain.StaffID {
	h.Helper()
	ctx := h.Context()
	hired, err := h.ledger.Do(ctx, h.as(h.admin), commands.HireStaff{EmployeeNo: "E-" + login, Login: login, Name: "员工" + login, Unit: h.root})
	h.must(err)
	who := domain.StaffID(hired.ID)
	for _, role := range roles {
		request, err := h.ledger.Do(ctx, h.as(who), commands.RequestAccess{Staff: who, Role: role, Unit: h.root})
		h.must(err)
		_, err = h.ledger.Do(ctx, h.as(h.admin), commands.GrantAccess{Staff: who, Request: domain.RequestID(request.ID)})
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

// events counts the ledger's events by type.
func (h *house) events() map[string]int {
	h.Helper()
	counts := map[string]int{}
	for event, err := range h.app.Store.ReadAll(h.Context(), eventstore.AllQuery{}) {
		h.must(err)
		counts[event.Type]++
	}
	return counts
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

// wants fails unless err has the code.
func (h *house) wants(err error, code domain.Code) {
	h.Helper()
	if !errors.Is(err, code) {
		h.Errorf("got %v, want %s", err, code)
	}
}

func (h *house) refuse(batch domain.BatchID) {
	h.Helper()
	_, err := h.ledger.Do(h.Context(), h.as(h.director), commands.RefuseMigration{Batch: batch, Reason: "不完整"})
	h.must(err)
}

func itoa(n int) string { return strconv.Itoa(n) }
