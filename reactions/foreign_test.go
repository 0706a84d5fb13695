package reactions_test

import (
	"testing"

	"guishu/eventstore"

	"github.com/google/uuid"
)

// An event that is called as one of the ledger's is, on a stream of the store's own,
// is passed over and counted, not parked.
func TestAnEventOfTheStoreItselfIsPassedOver(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		r, _ := h.react()
		_, err := h.Store.Append(t.Context(), eventstore.Append{
			Stream: "$ce-payment", Expected: eventstore.AnyRevision,
			Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "payment.confirmed", Data: []byte("0@payment"), Metadata: []byte(`{"SchemaVersion":1}`)}},
		})
		h.Must(err)
		h.answered(r)
		shown := false // EventStoreDB's adapter keeps such events to itself
		for event, err := range h.Store.ReadAll(t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{"payment.confirmed"}}}) {
			h.Must(err)
			shown = shown || event.Stream == "$ce-payment"
		}
		if system, others := r.PassedOver(); (system > 0) != shown || others != 0 {
			t.Errorf("passed over %d of the store's and %d of others", system, others)
		}
		counts, err := r.CountParked(t.Context())
		h.Must(err)
		for name, count := range counts {
			if count != 0 {
				t.Errorf("%s parked %d", name, count)
			}
		}
	})
}
