package proof_test

import (
	"context"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/proof"
	"guishu/internal/waiting"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// house is a bank in which somebody owns a customer, whose phone came with the claim:
// a reaction keeps that.
type house struct {
	*app.App
	store string // the EventStoreDB, if any
	slot  eventstore.Stream
}

func newHouse(t *testing.T, store string) *house {
	t.Helper()
	c := apptest.Config(pgtest.URL(t), t.TempDir())
	c.EventStoreDB = store
	h := &house{App: apptest.Open(t, c), store: store}
	f := commandstest.In(t, h.Ledger, h.Store)
	f.Settle("示例银行")
	b := commandstest.BankOf(f)
	customer := b.Prospect(b.Ann, b.North, commandstest.Person("王小明"))
	claim := b.Do(b.Ann, commands.ClaimCustomer{Customer: customer, Phone: "13900139000"})
	h.slot = b.Do(b.NorthHead, commands.ApproveClaim{Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID)}).Stream
	return h
}

// settle lets read models and reactions take everything in.
func (h *house) settle(t *testing.T) {
	t.Helper()
	stop := apptest.Run(t, h.App)
	defer stop()
	waiting.Until(t, "read models and reactions to take everything in", func() bool {
		last, err := h.Store.LastPosition(t.Context())
		if err != nil || h.Models.WaitForAll(t.Context(), last) != nil {
			return false
		}
		positions, err := h.Reactions.Positions(t.Context())
		for _, at := range positions {
			if at < last {
				return false
			}
		}
		return err == nil && len(positions) == len(h.Reactions.Consumers())
	})
}

func (h *house) prove(t *testing.T) proof.Report {
	t.Helper()
	report, err := proof.Of(t.Context(), h.App, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// onEach runs a test on both kinds of store.
func onEach(t *testing.T, test func(t *testing.T, h *house)) {
	t.Parallel()
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t, ""))
	})
	t.Run("eventstoredb", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t, esdbtest.New(t)))
	})
}

func TestASoundLedgerIsProved(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		if before := h.prove(t); !before.Sound() || before.Reactions.Waiting != 2 { // the claim's phone, and whether its owner may stand
			t.Errorf("before reactions have run: %+v", before)
		}
		h.settle(t)
		r := h.prove(t)
		if !r.Sound() || r.Differing() != 0 || len(r.Models) < 14 {
			t.Errorf("%+v", r)
		}
		if r.Streams.Read < 10 || r.Streams.Events < 40 || r.Reactions.CalledFor != 2 || r.Reactions.Done != 2 {
			t.Errorf("%+v %+v", r.Streams, r.Reactions)
		}
	})
}

// C-10, the kind of E-01: a reaction that was passed over is named, though every row of
// every read model is what the log says.
func TestAReactionThatWasLostIsNamed(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		last, err := h.Store.LastPosition(t.Context())
		if err == nil {
			err = h.Reactions.Skip(t.Context(), last)
		}
		if err != nil {
			t.Fatal(err)
		}
		h.settle(t)
		r := h.prove(t)
		if r.Sound() || r.Differing() != 0 || len(r.Reactions.Missing) != 1 {
			t.Fatalf("%+v", r.Reactions)
		}
		if owed := r.Reactions.Missing[0]; owed.Reaction != "record-claim-phone" || owed.Stream != h.slot {
			t.Errorf("%+v", owed)
		}
	})
}

// One that could not be carried out stands on the list of those, and is not missing.
func TestAReactionThatWasPutAsideIsNotMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "")
	last, err := h.Store.LastPosition(t.Context())
	if err == nil {
		err = h.Reactions.Skip(t.Context(), last)
	}
	if err == nil {
		_, err = h.Pool.Exec(t.Context(), `
			INSERT INTO reaction.parked (consumer, event, position, type, reason)
			SELECT 'record-claim-phone', id, position, type, 'invented' FROM ledger.events WHERE type = 'ownership.claim-approved'`)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.settle(t)
	if r := h.prove(t); !r.Sound() || r.Reactions.Aside != 1 {
		t.Errorf("%+v", r.Reactions)
	}
}

// E-02: the log still has the events of a stream that was deleted; replay names it.
func TestADeletedStreamIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, esdbtest.New(t))
	h.settle(t)
	settings, err := esdb.ParseConnectionString(h.store)
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.DeleteStream(t.Context(), string(h.slot), esdb.DeleteStreamOptions{}); err != nil {
		t.Fatal(err)
	}
	r := h.prove(t)
	if r.Sound() || len(r.Streams.Damaged) != 1 || r.Streams.Damaged[0].Stream != h.slot {
		t.Errorf("%+v", r.Streams)
	}
}

// On PostgreSQL: a row of the log that was changed or deleted past the program.
func TestADamagedRowIsNamed(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"the last of a stream is deleted": "DELETE FROM ledger.events WHERE stream = $1 AND revision = 2",
		"one between is deleted":          "DELETE FROM ledger.events WHERE stream = $1 AND revision = 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, "")
			h.settle(t)
			h.harm(t, sql, string(h.slot))
			r := h.prove(t)
			if r.Sound() || !strings.Contains(r.Ledger.Hole, "after position") || r.ModelsFailed == "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

// harm changes the log as somebody does who may do everything.
func (h *house) harm(t *testing.T, sql string, arguments ...any) {
	t.Helper()
	for _, order := range []string{"DISABLE TRIGGER", sql, "ENABLE ALWAYS TRIGGER"} {
		var err error
		if order == sql {
			_, err = h.Pool.Exec(t.Context(), sql, arguments...)
		} else {
			_, err = h.Pool.Exec(context.WithoutCancel(t.Context()), "ALTER TABLE ledger.events "+order+" events_are_never_rewritten")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
