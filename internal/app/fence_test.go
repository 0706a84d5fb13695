package app_test

import (
	"context"
	"testing"
	"time"

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
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for left := 11; left != 1; { // that of the stream which nobody has begun
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%d reservations are left", left)
		}
		if err := a.Pool.QueryRow(ctx, "SELECT count(*) FROM ids.event WHERE revision IS NULL").Scan(&left); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for range a.Store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: "customer-never"}) {
		t.Error("something was written for tidiness")
	}
}
