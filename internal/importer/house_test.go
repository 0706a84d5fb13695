package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/eventstore"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/importer"
	"guishu/internal/pgtest"
)

// house is an empty firm with somebody who imports, somebody else who could, and
// somebody who approves.
type house struct {
	*commandstest.Firm
	app     *app.App
	imports *importer.Importer

	director, clerk, another domain.StaffID
}

func newHouse(t *testing.T) *house { return settled(t, pgtest.URL(t), t.TempDir(), "") }

// settled opens the product on an empty database, and on an EventStoreDB or none,
// and settles the firm in.
func settled(t *testing.T, database, keys, store string) *house {
	t.Helper()
	h := open(t, database, keys, store)
	h.Settle("总部")
	h.director = h.hire("director", domain.RoleSuperior)
	h.clerk = h.hire("clerk", domain.RoleOperations, domain.RoleAdministrator)
	h.another = h.hire("another", domain.RoleOperations, domain.RoleAdministrator)
	return h
}

// hire hires somebody who has these roles in all of the firm.
func (h *house) hire(login string, roles ...domain.Role) domain.StaffID {
	h.Helper()
	who := h.Hire(login, h.Root, roles[0], h.Root)
	for _, role := range roles[1:] {
		h.Grant(who, role, h.Root)
	}
	return who
}

// open opens the product on a database, and on an EventStoreDB or none.
func open(t *testing.T, database, keys, store string) *house {
	t.Helper()
	c := apptest.Config(database, keys)
	c.EventStoreDB, c.Log = store, nil
	a := apptest.Open(t, c)
	h := &house{app: a, Firm: commandstest.In(t, a.Ledger, a.Store)}
	requests, err := a.Ring.Hasher(t.Context(), sealing.ForRequests)
	h.Must(err)
	h.imports = &importer.Importer{Ledger: a.Ledger, Keys: requests, Location: domain.ChinaZone()}
	return h
}

// live brings read models on and reacts to events until the test ends.
func (h *house) live() { apptest.Run(h, h.app) }

// prepare reads a mapping and its files.
func (h *house) prepare(mapping, folder string) *importer.Plan {
	h.Helper()
	text, err := os.ReadFile(mapping)
	h.Must(err)
	m, err := importer.ReadMapping(mapping, text)
	h.Must(err)
	plan, err := h.imports.Prepare(h.Context(), m, folder)
	h.Must(err)
	return plan
}

// bring proposes, has it approved and runs.
func (h *house) bring(plan *importer.Plan) importer.Report {
	h.Helper()
	ctx := h.Context()
	h.Must(h.imports.Allowed(ctx, h.clerk, plan))
	batch, status, err := h.imports.Propose(ctx, h.clerk, plan)
	h.Must(err)
	if status == migration.StatusProposed {
		h.Must(h.imports.Approve(ctx, h.director, batch))
	}
	report, err := h.imports.Run(ctx, h.clerk, batch, plan, nil)
	h.Must(err)
	return report
}

// events counts the ledger's events by type.
func (h *house) events() map[string]int {
	h.Helper()
	counts := map[string]int{}
	for event, err := range h.app.Store.ReadAll(h.Context(), eventstore.AllQuery{}) {
		h.Must(err)
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
	h.Do(h.director, commands.RefuseMigration{Batch: batch, Reason: "不完整"})
}

func itoa(n int) string { return strconv.Itoa(n) }
