package commands_test

import (
	"testing"

	"guishu/commands"
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
		_, err := h.store.Append(t.Context(), eventstore.Append{
			Stream: stream, Expected: eventstore.AnyRevision,
			Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "NoteTaken", Data: []byte("<xml/>"), Metadata: []byte(`{"by":"somebody"}`)}},
		})
		h.must(err)
	}
	id := h.prospect(h.ann, h.north, person("王小明"))
	slot := eventstore.Stream(ownership.StreamOf(id, domain.SelfOperated))
	strange(slot)
	strange(customer.StreamPrefix + eventstore.Stream(id.String()))
	strange(migration.StreamPrefix + "of-something-else")
	batch := h.batch()
	for name, ledger := range map[string]*commands.Ledger{"this process": h.ledger, "another process": h.process()} {
		h.supplement(ledger, id, "示例路一号 "+name)
		strange(customer.StreamPrefix + eventstore.Stream(id.String()))
		batches, err := ledger.Migrations(t.Context())
		h.must(err)
		if len(batches) != 1 || batches[0].Batch != batch {
			t.Errorf("%s: the batches are %+v", name, batches)
		}
	}
	claim, err := h.ledger.ClaimCustomer(t.Context(), h.as(h.ann), commands.ClaimCustomer{Customer: id})
	h.must(err)
	strange(slot)
	_, err = h.ledger.ApproveClaim(t.Context(), h.as(h.northHead), commands.ApproveClaim{
		Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID),
	})
	h.must(err)
	_, err = h.ledger.ClaimCustomer(t.Context(), h.as(h.bo), commands.ClaimCustomer{Customer: id})
	h.wants(err, ownership.ErrAlreadyOwned)
}
