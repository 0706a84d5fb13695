package app_test

import (
	"context"
	"testing"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/internal/esdbtest"
	"guishu/internal/waiting"

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

// What a crash left reserved is let go of by whoever serves the ledger next, where
// its append can never take effect any more.
func TestWhatACrashLeftReservedIsLetGoOf(t *testing.T) {
	t.Parallel()
	here, store := newPlace(t), esdbtest.New(t)
	here.begun(t, store)
	a, err := here.open(t, store)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	_, err = a.Pool.Exec(t.Context(), `
		INSERT INTO ids.event (id, stream, low, high, decided, attempt, reserved_at)
		SELECT gen_random_uuid(), 'organisation', 0, 0, -1, n, now() - interval '1 hour' FROM generate_series(1, 10) n
		UNION ALL SELECT gen_random_uuid(), 'customer-never', 0, 0, -1, 11, now() - interval '1 hour'`)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	waiting.Progress(t, "all reservations to go but that of the stream which nobody has begun", func() (left int, gone bool) {
		if err := a.Pool.QueryRow(ctx, "SELECT count(*) FROM ids.event WHERE revision IS NULL").Scan(&left); err != nil {
			t.Fatal(err)
		}
		return left, left == 1
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for range a.Store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: "customer-never"}) {
		t.Error("something was written for tidiness")
	}
}
