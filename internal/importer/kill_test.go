package importer_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/internal/pgtest"
)

// The child of TestAKilledImportGoesOn is this test binary once more, told by the
// environment what to import.
const (
	childDatabase = "GUISHU_IMPORT_CHILD_DATABASE"
	childKeys     = "GUISHU_IMPORT_CHILD_KEYS"
	childActor    = "GUISHU_IMPORT_CHILD_ACTOR"
	childBatch    = "GUISHU_IMPORT_CHILD_BATCH"
)

// TestKilledChild is the program that is killed: it imports the real files and
// tells after each thing that is in how many are.
func TestKilledChild(t *testing.T) {
	if os.Getenv(childDatabase) == "" {
		return // only a child of the test below has anything to do
	}
	h := open(t, os.Getenv(childDatabase), os.Getenv(childKeys), "")
	actor, err := domain.ParseStaffID(os.Getenv(childActor))
	h.Must(err)
	batch, err := domain.ParseBatchID(os.Getenv(childBatch))
	h.Must(err)
	told := make(chan int64, 1<<14)
	go func() {
		for done := range told {
			fmt.Printf("in %d\n", done)
		}
	}()
	_, err = h.imports.Run(t.Context(), actor, batch, h.prepare(mavenMapping, maven(t)), func(done, _ int64) { told <- done })
	h.Must(err)
}

// TestAKilledImportGoesOn kills the import with no warning, three times, each time
// further on, and then lets it end: everything that was acknowledged is there once.
func TestAKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	folder := maven(t)
	database, keys := pgtest.URL(t), t.TempDir()
	h := settled(t, database, keys, "")
	plan := h.prepare(mavenMapping, folder)
	batch, _, err := h.imports.Propose(t.Context(), h.clerk, plan)
	h.Must(err)
	h.Must(h.imports.Approve(t.Context(), h.director, batch))

	for _, until := range []int64{60, 900, 3000} {
		acknowledged := killed(t, until, childDatabase+"="+database, childKeys+"="+keys, childActor+"="+h.clerk.String(), childBatch+"="+batch.String())
		missing, report, err := h.imports.Missing(t.Context(), plan, nil)
		h.Must(err)
		if in := int64(plan.Things()) - missing; in < acknowledged || missing == 0 {
			t.Errorf("killed after %d were acknowledged: %d are in, %d missing", acknowledged, in, missing)
		}
		if report.Rejected != 1425 {
			t.Errorf("%d rows rejected", report.Rejected)
		}
	}
	report, err := h.imports.Run(t.Context(), h.clerk, batch, plan, nil)
	h.Must(err)
	for _, s := range report.Sections {
		if s.Made+s.Before != s.Things || s.Changed+s.Rejected != 0 {
			t.Errorf("section %+v", s)
		}
	}
	checkOnce(t, h)
}

// checkOnce holds that the ledger has every fact of the files once.
func checkOnce(t *testing.T, h *house) {
	got := h.events()
	for kind, want := range map[string]int{
		"organisation.unit-established": 1 + 3 + 6, "product.launched": 7, "customer.registered": 85, "attachment.attached": 1259,
		"payment.reserved": 7212, "payment.registered": 4238, "payment.confirmed": 4238, "payment.cancelled": 2473,
		"ledger.reservation-abandoned": 0, "migration.closed": 1,
	} {
		if got[kind] != want {
			t.Errorf("%s: %d events, want %d", kind, got[kind], want)
		}
	}
}

// killed starts the import, kills it once it has told of so many things, and gives
// how many it told of.
func killed(t *testing.T, until int64, environment ...string) int64 {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledChild$", "-test.count=1")
	child.Env = append(os.Environ(), environment...)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var last int64
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if number, found := strings.CutPrefix(lines.Text(), "in "); found {
			if told, err := strconv.ParseInt(number, 10, 64); err == nil {
				last = max(last, told)
			}
		}
		if last >= until {
			stop() // SIGKILL
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the import came to its end before it was killed")
	}
	if last < until {
		t.Fatalf("the import ended by itself after %d", last)
	}
	return last
}
