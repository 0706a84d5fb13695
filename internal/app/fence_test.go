package app_test

import (
	"testing"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/internal/esdbtest"

	"github.com/google/uuid"
)

// An append that was reserved and never finished is closed off with an event that
// the whole ledger understands.
func TestAnAppendThatWasNeverFinishedIsClosedOff(t *testing.T) {
	t.Parallel()
	here, store := newPlace(t), esdbtest.New(t)
	here.begun(t, store)
	a, err := here.open(t, store)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	id := uuid.New()
	crashed, next := eventstore.Stream("customer-"+uuid.NewString()), eventstore.Stream("customer-"+uuid.NewString())
	_, err = a.Pool.Exec(t.Context(), `
		INSERT INTO ids.event (id, stream, low, high, decided, attempt, reserved_at)
		VALUES ($1, $2, 0, 0, -1, 1, now() - interval '1 hour')`, id, string(crashed))
	if err != nil {
		t.Fatal(err)
	}
	done, err := a.Store.Append(t.Context(), eventstore.Append{
		Stream: next, Expected: eventstore.NoStream, Scope: eventstore.InStore,
		Events: []eventstore.NewEvent{{ID: id, Type: "somebody.else", Data: []byte("{}")}},
	})
	if err != nil || done.Last != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	count := 0
	for event, err := range a.Store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: crashed}) {
		if err != nil {
			t.Fatal(err)
		}
		count++
		decoded, err := a.Codec.Decode(t.Context(), event)
		if err != nil || decoded.Event != (domain.ReservationAbandoned{Kind: "event-id"}) || decoded.Metadata.CommandID == uuid.Nil {
			t.Errorf("the fence is %+v, %v", decoded, err)
		}
	}
	if count != 1 {
		t.Errorf("the stream holds %d events, want the fence", count)
	}
	here.begun(t, store) // and the read models go past it
}
