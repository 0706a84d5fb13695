package demo_test

import (
	"testing"

	"guishu/internal/app"
	"guishu/internal/demo"
	"guishu/internal/pgtest"
)

// TestTheDemo loads the firm once and looks at it from all sides.
func TestTheDemo(t *testing.T) {
	t.Parallel()
	a := open(t, pgtest.URL(t), t.TempDir())
	record, err := demo.Prepare(t.Context(), a, nil)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, a)
	t.Run("is as large on an EventStoreDB like 24.10.6", func(t *testing.T) { onTheNewest(t, a) })
	t.Run("has everything in it", func(t *testing.T) { hasEverything(t, a) })
	t.Run("every link shows something", func(t *testing.T) { showsSomething(t, a, record) })
	t.Run("run again changes nothing", func(t *testing.T) { changesNothing(t, a) })
	t.Run("is the same every time", func(t *testing.T) { isTheSame(t, a, record) })
	t.Run("killed in the middle goes on to the same", func(t *testing.T) { goesOn(t, a) })
}

func isTheSame(t *testing.T, first *app.App, shown demo.Record) {
	t.Parallel()
	second := open(t, pgtest.URL(t), t.TempDir())
	again, err := demo.Prepare(t.Context(), second, nil)
	if err != nil {
		t.Fatal(err)
	}
	if *shown.Shown != *again.Shown {
		t.Errorf("what is shown differs:\n%+v\n%+v", *shown.Shown, *again.Shown)
	}
	same(t, read(t, second), read(t, first))
	toursWork(t, second) // on this one, because they change it
	importWorks(t, second)
	if err := demo.Settle(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	agrees(t, second)
}

func changesNothing(t *testing.T, a *app.App) {
	before, err := a.Store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Prepare(t.Context(), a, nil); err != nil {
		t.Fatal(err)
	}
	after, err := a.Store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("the ledger went from %d to %d", before, after)
	}
}

func hasEverything(t *testing.T, a *app.App) {
	counts, all := types(t, a), 0
	for _, count := range counts {
		all += count
	}
	if all < 2000 {
		t.Errorf("only %d events", all)
	}
	for kind, least := range map[string]int{
		"staff.hired": 40, "staff.access-refused": 1, "staff.departed": 1, "customer.registered": 300, "customer.supplemented": 8,
		"customer.erased": 1, "customer.phone-recorded": 8, "customer.became-formal": 50,
		"ownership.claim-filed": 200, "ownership.claim-approved": 100, "ownership.claim-rejected": 10, "ownership.claim-withdrawn": 8,
		"ownership.claim-superseded": 8, "ownership.home-head-consented": 8, "ownership.adjusted": 8, "ownership.dissolved": 8,
		"attachment.attached": 100, "attachment.ended": 4, "contact.recorded": 50, "lookup.looked-up": 50, "lookup.revealed": 10,
		"product.subscription-closed": 2, "payment.reserved": 60, "payment.registered": 50, "payment.confirmed": 40, "payment.returned": 4,
		"payment.cancelled": 2, "payment.reversed": 2, "attribution.decided": 40, "attribution.countered": 2,
		"policy.published": 2, "migration.approved": 1, "migration.closed": 1,
	} {
		if counts[kind] < least {
			t.Errorf("%d of %s, want at least %d", counts[kind], kind, least)
		}
	}
	if t.Failed() {
		t.Log(counts)
	}
}
