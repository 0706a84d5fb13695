package idindex_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/idindex"
	"guishu/eventstore/memory"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
)

func wantSwept(t *testing.T, store *idindex.Store, age time.Duration, want idindex.Swept) {
	t.Helper()
	followed(t, store)
	if swept, err := store.Sweep(within(t), age); err != nil || swept != want {
		t.Errorf("swept %+v, %v, want %+v", swept, err, want)
	}
}

// followed waits until the log is in the index.
func followed(t *testing.T, store *idindex.Store) {
	t.Helper()
	last, err := store.LastPosition(within(t))
	if err == nil {
		_, err = store.Scopes(within(t), []eventstore.Event{{Position: last}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// crash makes an append of an id to a stream fail on the way, and leave its
// reservation.
func (s *server) crash(t *testing.T, store *idindex.Store, stream eventstore.Stream, at eventstore.Expectation, id uuid.UUID) {
	t.Helper()
	s.at(func(context.Context, eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		return eventstore.Appended{}, errCrash
	})
	defer s.at(nil)
	if _, err := store.Append(within(t), inStore(stream, at, id)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
}

// What crashes left reserved is let go of where the stream has gone on without it;
// where it has not, the append may be on its way for all anybody knows.
func TestSweepingLetsGoOfWhatCanNeverBe(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, server)
	must(t, store, inStore("old", eventstore.NoStream, uuid.New()))
	ids := make([]uuid.UUID, 1200) // more than are looked at at once
	for i := range ids {
		ids[i] = uuid.New()
		server.crash(t, store, "old", 0, ids[i])
	}
	onItsWay := uuid.New()
	server.crash(t, store, "new", eventstore.NoStream, onItsWay)
	before := reservations(t, pool)
	wantSwept(t, store, time.Hour, idindex.Swept{}) // all are young
	wantSwept(t, store, 0, idindex.Swept{Left: len(ids) + 1})
	if after := reservations(t, pool); after != before {
		t.Errorf("%d ids are in the index, were %d", after, before)
	}
	must(t, store, inStore("old", 0, uuid.New()))
	wantSwept(t, store, 0, idindex.Swept{Freed: len(ids), Left: 1})
	if after := reservations(t, pool); after != before-len(ids)+1 {
		t.Errorf("%d ids are in the index, want %d", after, before-len(ids)+1)
	}
	wantSwept(t, store, 0, idindex.Swept{Left: 1})
	wantNotFound(t, store, ids[0])
	must(t, store, inStore("elsewhere", eventstore.NoStream, ids[0]))
	wantHolder(t, store, ids[0], "elsewhere")
	// The command that crashed comes back, and finds its way open.
	must(t, store, inStore("new", eventstore.NoStream, onItsWay))
	wantHolder(t, store, onItsWay, "new")
}

// Of an id whose event stands the index learns where, if the log's telling of it
// was lost on the index.
func TestSweepingNotesWhatStands(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, connection{server})
	id := uuid.New()
	must(t, store, inStore("s", eventstore.NoStream, uuid.New(), id))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	next := open(t, pool, connection{server})
	wantFound(t, next, id, "s", 1) // the log is in the index
	if _, err := pool.Exec(within(t), "UPDATE ids.event SET revision = NULL, low = 0, high = 3, decided = 4 WHERE id = $1", id); err != nil {
		t.Fatal(err)
	}
	wantSwept(t, next, 0, idindex.Swept{Noted: 1})
	var low, high, revision int
	if err := pool.QueryRow(within(t), "SELECT low, high, revision FROM ids.event WHERE id = $1", id).Scan(&low, &high, &revision); err != nil || low != 1 || high != 1 || revision != 1 {
		t.Errorf("it stands from %d to %d, at %d, %v", low, high, revision, err)
	}
	wantFound(t, next, id, "s", 1)
}

// An append that is on its way while its reservation is looked at either keeps it
// or finds its expectation gone.
func TestSweepingUnderAnAppend(t *testing.T) {
	t.Parallel()
	for _, goesOn := range []bool{false, true} {
		t.Run(fmt.Sprint("the stream goes on: ", goesOn), func(t *testing.T) {
			t.Parallel()
			pool, server := pgtest.New(t), newServer()
			slow, other := open(t, pool, connection{server}), open(t, pool, connection{server}, idindex.Options{Courtesy: time.Minute})
			must(t, slow, inStore("first", eventstore.NoStream, uuid.New()))
			id := uuid.New()
			sent, let := make(chan struct{}), make(chan struct{})
			server.at(func(_ context.Context, a eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
				if a.Events[0].ID == id && a.Stream == "first" {
					close(sent)
					<-let
				}
				return in()
			})
			late := make(chan error, 1)
			go func() {
				_, err := slow.Append(context.WithoutCancel(t.Context()), inStore("first", 0, id))
				late <- err
			}()
			<-sent
			want := idindex.Swept{Left: 1}
			if goesOn {
				must(t, other, inStore("first", 0, uuid.New()))
				want = idindex.Swept{Freed: 1}
			}
			wantSwept(t, other, 0, want)
			if goesOn {
				must(t, other, inStore("second", eventstore.NoStream, id))
			}
			close(let)
			err := <-late
			var moved *eventstore.WrongRevisionError
			if goesOn && !errors.As(err, &moved) || !goesOn && err != nil {
				t.Errorf("the append got %v", err)
			}
			if goesOn {
				wantHolder(t, other, id, "second")
				return
			}
			wantHolder(t, other, id, "first")
			_, err = other.Append(within(t), inStore("second", eventstore.NoStream, id))
			wantConflict(t, err, "second", "first")
		})
	}
}

// ownError is an inner store's own error, which says whether something was written.
type ownError bool

func (ownError) Error() string { return "the server does not want to" }

func (e ownError) NothingWritten() bool { return bool(e) }

// What failed for certain leaves nothing behind; what may have been written does.
func TestOnlyADoubtLeavesAReservation(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, server)
	for _, failure := range []struct {
		err    error
		leaves int
	}{
		{context.Canceled, 0}, {fmt.Errorf("appending: %w", context.DeadlineExceeded), 0}, {eventstore.ErrClosed, 0}, {ownError(true), 0},
		{ownError(false), 1}, {errCrash, 1}, {&eventstore.UnknownOutcomeError{Err: errors.Join(errCrash, context.Canceled)}, 1},
	} {
		before := reservations(t, pool)
		server.at(func(context.Context, eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
			return eventstore.Appended{}, failure.err
		})
		stream := eventstore.Stream("s-" + uuid.NewString())
		if _, err := store.Append(within(t), inStore(stream, eventstore.NoStream, uuid.New())); !errors.Is(err, failure.err) {
			t.Errorf("got %v, want %v", err, failure.err)
		}
		server.at(nil)
		must(t, store, inStore(stream, eventstore.NoStream, uuid.New())) // what was given up is gone by now
		if left := reservations(t, pool) - before - 1; left != failure.leaves {
			t.Errorf("%v leaves %d reservations, want %d", failure.err, left, failure.leaves)
		}
	}
}

// While EventStoreDB is away, appends that were never sent leave nothing reserved.
func TestAServerThatIsAwayLeavesNothing(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	t.Cleanup(func() { _ = inner.Close() })
	server := esdbtest.Serve(t, inner)
	away, err := esdb.Open(within(t), server.Address(), esdb.Options{Patience: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t)
	store := open(t, pool, away)
	must(t, store, inStore("s", eventstore.NoStream, uuid.New()))
	server.Stop()
	var unreachable *esdb.UnreachableError
	if _, err := store.LastPosition(within(t)); !errors.As(err, &unreachable) { // and the connection is known to be lost
		t.Fatalf("got %v", err)
	}
	if _, err := store.Append(within(t), inStore("s", 0, uuid.New())); !errors.As(err, &unreachable) {
		t.Errorf("got %v", err)
	}
	server.Start()
	must(t, store, inStore("s", 0, uuid.New()))
	if count := reservations(t, pool); count != 2 {
		t.Errorf("%d ids are in the index, want 2", count)
	}
}
