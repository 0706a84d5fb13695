package postgres_test

import (
	"context"
	"errors"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// E-03: a new connection is looked at before anything is read or written over it, and
// not used where what answers is an older copy.
func TestANewConnectionIsLookedAt(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, Patience: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	first := one("s-1", eventstore.NoStream)
	known := first.Events[0]
	done, err := store.Append(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	older, looked := errors.New("it is an older copy"), make(chan bool, 100)
	end := store.Guard(func(ctx context.Context, holds eventstore.Holds) error {
		there, err := holds(ctx, done.Position, known.ID)
		lacks, lacksErr := holds(ctx, done.Position+1, known.ID)
		looked <- there && !lacks && err == nil && lacksErr == nil
		return &eventstore.UnwelcomeError{Err: older}
	})
	terminate(t, pool, "guishu ledger")
	waiting.Until(t, "an append to be refused", func() bool {
		_, err := store.Append(t.Context(), one("t-1", eventstore.NoStream))
		return errors.Is(err, older)
	})
	for _, err := range store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: "s-1"}) {
		if !errors.Is(err, older) {
			t.Errorf("a read: %v", err)
		}
	}
	if !waiting.For(t, "the guard to be asked", looked) {
		t.Error("the guard is not told what the ledger holds")
	}
	end()
	waiting.Until(t, "an append to be taken", func() bool {
		_, err := store.Append(t.Context(), one("t-2", eventstore.NoStream))
		return err == nil
	})
	if last, err := store.LastPosition(t.Context()); err != nil || last != done.Position+1 {
		t.Errorf("the ledger ends at %d, %v: what was refused is there", last, err)
	}
}
