package ledger_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/migration"
	"guishu/domain/ownership"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Where other programs write too, as they may in an EventStoreDB: what is none of
// the ledger's changes nothing, wherever it stands, and what comes after it counts.
func TestForeignEventsChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	strange := func(stream eventstore.Stream) {
		t.Helper()
		_, err := h.Store.Append(t.Context(), eventstore.Append{
			Stream: stream, Expected: eventstore.AnyRevision,
			Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "NoteTaken", Data: []byte("<xml/>"), Metadata: []byte(`{"by":"somebody"}`)}},
		})
		h.Must(err)
	}
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王小明"))
	slot := eventstore.Stream(ownership.StreamOf(id, domain.SelfOperated))
	strange(slot)
	strange(customer.StreamPrefix + eventstore.Stream(id.String()))
	strange(migration.StreamPrefix + "of-something-else")
	batch := h.Batch()
	for name, ledger := range map[string]*ledger.Ledger{"this process": h.Ledger, "another process": h.Process()} {
		h.supplement(ledger, id, "示例路一号 "+name)
		strange(customer.StreamPrefix + eventstore.Stream(id.String()))
		batches, err := commands.Migrations(t.Context(), ledger)
		h.Must(err)
		if len(batches) != 1 || batches[0].Batch != batch {
			t.Errorf("%s: the batches are %+v", name, batches)
		}
	}
	claim, err := h.Ledger.Do(t.Context(), h.As(h.Ann), commands.ClaimCustomer{Customer: id})
	h.Must(err)
	strange(slot)
	_, err = h.Ledger.Do(t.Context(), h.As(h.NorthHead), commands.ApproveClaim{
		Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID),
	})
	h.Must(err)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Bo), commands.ClaimCustomer{Customer: id})
	h.Wants(err, ownership.ErrAlreadyOwned)
}
