package postgres_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// contended gives a store that has met another one's events, so that it locks the
// head before it writes. It gives the id of one of those events, too.
func contended(t *testing.T, pool *pgxpool.Pool, w *wire) (*postgres.Store, uuid.UUID) {
	t.Helper()
	store := openOver(t, pool, w, time.Minute)
	a := one("theirs", eventstore.NoStream)
	if _, err := openStore(t, pool).Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	write(t, store, "ours", 1)
	return store, a.Events[0].ID
}

// A head that cannot be locked, for a reason that does not pass, ends the appends
// that wait for it with that reason; afterwards the store goes on.
func TestAHeadThatCannotBeLocked(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, _ := contended(t, pool, new(wire))
	rename := func(from, to string) {
		if _, err := pool.Exec(t.Context(), `ALTER TABLE ledger.`+from+` RENAME TO `+to); err != nil {
			t.Fatal(err)
		}
	}
	rename("head", "elsewhere")
	_, err := store.Append(waiting.Context(t, "the refusal"), one("s", eventstore.NoStream))
	var failure *pgconn.PgError
	if !errors.As(err, &failure) || failure.Code != "42P01" {
		t.Errorf("got %v", err)
	}
	rename("elsewhere", "head")
	write(t, store, "s", 1)
	if got := len(readAll(t, store)); got != 3 {
		t.Errorf("%d events, want 3", got)
	}
}

// An append that has to be asked about gets its answer although the head's lock is
// refused at the time.
func TestNoQuestionFailsWithTheLock(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	w := new(wire)
	store, known := contended(t, pool, w)
	outcome := func(a eventstore.Append) <-chan error {
		done := make(chan error, 1)
		go func() {
			_, err := store.Append(t.Context(), a)
			done <- err
		}()
		return done
	}
	// Too large to share a batch: one meets an id that is taken while the other waits.
	taken, waiting := one("taken", eventstore.NoStream), one("waiting", eventstore.NoStream)
	taken.Events[0].ID = known
	taken.Events[0].Data, waiting.Events[0].Data = make([]byte, 2<<20), make([]byte, 3<<20)
	first := w.stopAt("begin")
	refused := outcome(taken)
	<-first.reached
	second := w.stopAt("begin")
	written := outcome(waiting)
	for store.Queued() == 0 {
		runtime.Gosched()
	}
	close(first.on)
	<-second.reached
	holder, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec(t.Context(), `SELECT FROM ledger.head FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	close(second.on)
	waitFor(t, pool, `
		SELECT count(pg_cancel_backend(pid)) > 0
		FROM pg_stat_activity
		WHERE datname = current_database() AND application_name ^@ 'guishu ledger writer' AND wait_event_type = 'Lock'`)
	var conflict *eventstore.IDConflictError
	if err := <-refused; !errors.As(err, &conflict) || conflict.ID != known || conflict.Holder != "theirs" {
		t.Errorf("an id that is taken: got %v", err)
	}
	if err := holder.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-written; err != nil {
		t.Errorf("the append that waited: %v", err)
	}
}

// A batch that only fails because the one before it failed is no sign of another
// process: the head is not locked for it.
func TestAConflictIsNoContention(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	w := new(wire)
	store := openOver(t, pool, w, time.Minute)
	known := one("known", eventstore.NoStream)
	if _, err := store.Append(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	holder, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec(t.Context(), `SELECT FROM ledger.head FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	taken := one("taken", eventstore.NoStream)
	taken.Events[0].ID = known.Events[0].ID
	outcomes := make(chan error, 2)
	for sent, a := range []eventstore.Append{taken, one("behind", eventstore.NoStream)} {
		go func() {
			_, err := store.Append(t.Context(), a)
			outcomes <- err
		}()
		for w.times("append") < sent+2 {
			runtime.Gosched()
		}
	}
	if err := holder.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	conflicts := 0
	for range 2 {
		var conflict *eventstore.IDConflictError
		switch err := <-outcomes; {
		case errors.As(err, &conflict):
			conflicts++
		case err != nil:
			t.Error(err)
		}
	}
	if conflicts != 1 || w.times("append") != 4 {
		t.Errorf("%d conflicts, %d batches", conflicts, w.times("append"))
	}
	if w.times("begin") != 0 {
		t.Error("the head was locked although nobody else writes")
	}
}
