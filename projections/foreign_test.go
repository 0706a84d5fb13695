package projections_test

import (
	"context"
	"strings"
	"testing"

	"guishu/domain/customer"
	"guishu/eventstore"
	"guishu/internal/waiting"
	"guishu/projections"
	"guishu/projections/projectiontest"
	"guishu/projections/units"

	"github.com/google/uuid"
)

// strange appends events that no codec of the ledger wrote.
func strange(t *testing.T, l *projectiontest.Ledger, stream, kind, metadata string) {
	t.Helper()
	_, err := l.Store.Append(context.Background(), eventstore.Append{
		Stream: eventstore.Stream(stream), Expected: eventstore.AnyRevision,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: kind, Data: []byte("\x00<xml/>"), Metadata: []byte(metadata)}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// foreign appends three such events, one of which is on a stream of the ledger.
func foreign(t *testing.T, l *projectiontest.Ledger) {
	t.Helper()
	strange(t, l, "$$policy", "$metadata", "")
	strange(t, l, "crm-1", "LeadImported", `{"by":"somebody"}`)
	strange(t, l, "policy", "NoteTaken", "")
}

// Events of the store itself and of other programs are passed over: live, when
// they come last, in a build in bulk, and in a replay.
func TestForeignEventsArePassedOver(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *projectiontest.Ledger{"contiguous": projectiontest.New, "with gaps": projectiontest.Sparse} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			foreign(t, l)
			l.Append("policy", publish("a"))
			runner, stop := l.Run(tallies(1), units.Model())
			l.Wait(runner)
			foreign(t, l)
			l.Append("policy", publish("a"))
			foreign(t, l)
			l.Wait(runner)
			if got := counts(t, l)["a"]; got != 2 {
				t.Errorf("counted %d, want 2", got)
			}
			if got := logged(t, l); got != 2 {
				t.Errorf("%d events in the log, want 2", got)
			}
			if system, others := runner.PassedOver(); system < 3 || others < 6 {
				t.Errorf("passed over %d of the store's and %d of others", system, others)
			}
			status, err := runner.Status(context.Background())
			if err != nil || status[0].Lag != 0 {
				t.Errorf("at the end: %+v, %v", status, err)
			}
			l.Agrees(runner)
			rebuilt, err := runner.Rebuild(context.Background(), "tallies", nil)
			if err != nil || !rebuilt.Compared || rebuilt.Differences != 0 || rebuilt.Position != l.Last() {
				t.Errorf("rebuilt: %+v, %v", rebuilt, err)
			}
			stop()
		})
	}
}

// What a newer program of the ledger wrote is not foreign: a read model that went
// past it would be wrong for ever.
func TestAnEventOfANewerProgramStopsTheReadModels(t *testing.T) {
	t.Parallel()
	l := projectiontest.Sparse(t)
	runner, _ := l.Run(tallies(1))
	strange(t, l, "policy", "policy.invented-later", `{"SchemaVersion":1}`)
	ctx := waiting.Context(t, "the read models")
	if err := runner.WaitFor(ctx, "tallies", l.Last()); err == nil || !strings.Contains(err.Error(), "invented-later") {
		t.Errorf("waiting for it gave %v", err)
	}
}

// With gaps, the number of events decides whether a read model is built in bulk,
// and the lag counts events, not positions.
func TestGapsAreNotCountedAsEvents(t *testing.T) {
	t.Parallel()
	for name, bulk := range map[string]int{"one by one": 31, "in bulk": 30} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := projectiontest.Sparse(t)
			for range 30 {
				l.Append("policy", publish("a"))
			}
			config := l.Config(tallies(1))
			config.Bulk = bulk
			runner, err := projections.New(context.Background(), config)
			if err != nil {
				t.Fatal(err)
			}
			before := generation(t, runner)
			if status, err := runner.Status(context.Background()); err != nil || status[0].Lag < 1 || status[0].Lag > 30 {
				t.Errorf("before: %+v, %v", status, err)
			}
			projectiontest.Start(t, runner)
			l.Wait(runner)
			if inBulk := generation(t, runner) != before; inBulk != (bulk == 30) {
				t.Errorf("built in bulk: %v", inBulk)
			}
			l.Agrees(runner)
		})
	}
}

func generation(t *testing.T, r *projections.Runner) int64 {
	t.Helper()
	status, err := r.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return status[0].Generation
}

// An erasure empties the window of recent events; read models that stand before it
// still get what came before it, also across a gap.
func TestAnErasureAcrossAGap(t *testing.T) {
	t.Parallel()
	l := projectiontest.Sparse(t)
	runner, _ := l.Run(tallies(1), units.Model())
	for range 20 {
		l.Append("policy", publish("a"), publish("b"))
		l.Append("customer-"+uuid.NewString(), customer.Erased{})
	}
	l.Wait(runner)
	if got := logged(t, l); got != 60 {
		t.Errorf("%d events in the log, want 60", got)
	}
	l.Agrees(runner)
}
