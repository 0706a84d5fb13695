package demo_test

import (
	"os"
	"path/filepath"
	"testing"

	"guishu/domain"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/demo"
	"guishu/internal/importer"
)

// importWorks brings the tours' example in as the two people they name, whole, and
// once.
func importWorks(t *testing.T, a *app.App) {
	examples := filepath.Join("..", "..", "docs", "examples")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(examples, "new-branch.yaml"))
	must(err)
	mapping, err := importer.ReadMapping("new-branch.yaml", text)
	must(err)
	keys, err := a.Ring.Hasher(t.Context(), sealing.ForRequests)
	must(err)
	im := &importer.Importer{Ledger: a.Ledger, Keys: keys, Location: a.Location, Concurrency: 8}
	plan, err := im.Prepare(t.Context(), mapping, examples)
	must(err)
	who := map[string]domain.StaffID{}
	for _, login := range []string{"importer", "migration"} {
		verified, err := a.Auth.Verify(t.Context(), login, demo.Password, "test")
		must(err)
		who[login] = verified.Staff
	}
	must(im.Allowed(t.Context(), who["importer"], plan))
	batch, _, err := im.Propose(t.Context(), who["importer"], plan)
	must(err)
	must(im.Approve(t.Context(), who["migration"], batch))
	report, err := im.Run(t.Context(), who["importer"], batch, plan, nil)
	must(err)
	if len(report.Rejections) > 0 {
		t.Errorf("rejected are %+v", report.Rejections)
	}
	if missing, _, err := im.Missing(t.Context(), plan, nil); err != nil || missing != 0 {
		t.Errorf("%d rows are missing after the import: %v", missing, err)
	}
}
