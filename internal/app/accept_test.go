package app_test

import (
	"errors"
	"testing"

	"guishu/eventstore/memory"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/esdbtest"
	"guishu/internal/waiting"

	"github.com/google/uuid"
)

// E-04: a ledger that was put back is accepted: what is lost is told, and can be done
// again under the same keys; everything that was made from it is made anew.
func TestAnOlderLedgerIsAcceptedAndWhatIsLostIsTold(t *testing.T) {
	t.Parallel()
	for name, putBack := range map[string]func(t *testing.T, o *owned) (lose func(events int)){
		"eventstoredb": func(t *testing.T, o *owned) func(int) {
			full := memory.New()
			server := esdbtest.Serve(t, full)
			*o = newOwned(t, server.Address())
			copied := memory.New()
			if _, err := copied.Load(t.Context(), firstEvents(full, 1_000_000)); err != nil {
				t.Fatal(err)
			}
			return func(int) { server.PutBack(copied) }
		},
		"postgres": func(t *testing.T, o *owned) func(int) {
			*o = newOwned(t, "")
			return func(events int) {
				deleteRows(t, o.url, "position > (SELECT position FROM ledger.head) - $1", events)
				execute(t, o.url, "UPDATE ledger.head SET position = (SELECT max(position) FROM ledger.events)")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o owned
			lose := putBack(t, &o)
			c := o.config(o.store)
			if _, err := app.Accept(t.Context(), c, nil); !errors.Is(err, app.ErrNothingToAccept) {
				t.Fatalf("a ledger that is as it was: %v", err)
			}
			a, err := o.open(t, o.store)
			if err != nil {
				t.Fatal(err)
			}
			stop := apptest.Run(t, a)
			l := goOn(t, a, o)
			stop()
			closed(t, a)
			lose(1)
			o.refused(t, o.store, app.ErrLedgerBehind)

			kept := 0
			lost, err := app.Accept(t.Context(), c, func(app.Lost) error { kept++; return nil })
			if err != nil || kept != 1 {
				t.Fatalf("%v, kept %d times", err, kept)
			}
			if len(lost.Events) != 1 || lost.After == 0 {
				t.Fatalf("lost is %+v", lost)
			}
			if e := lost.Events[0]; e.Type != "customer.registered" || e.Actor != uuid.UUID(o.ann.Actor) || e.Login != "ann" || e.Customer == uuid.Nil {
				t.Errorf("lost is %+v", e)
			}

			a, err = o.open(t, o.store)
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, a)
			defer apptest.Run(t, a)()
			again, err := a.Ledger.Do(waiting.Context(t, "what is lost to be done again"), l.call, l.command)
			if err != nil || again.Repeated {
				t.Fatalf("done again: %+v, %v", again, err)
			}
			if err := a.Models.WaitForAll(waiting.Context(t, "the read models"), again.Position); err != nil {
				t.Fatal(err)
			}
			reports, err := a.Models.Replay(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range reports {
				if r.Differing > 0 {
					t.Errorf("%s: %v", r.Model, r.Differences)
				}
			}
		})
	}
}
