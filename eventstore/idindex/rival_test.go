package idindex_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/idindex"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

func event(id uuid.UUID) eventstore.NewEvent {
	return eventstore.NewEvent{ID: id, Type: "thing.happened", Data: []byte("{}"), Metadata: []byte("{}")}
}

// inStore is an append of these ids to a stream at a revision.
func inStore(stream eventstore.Stream, expected eventstore.Expectation, ids ...uuid.UUID) eventstore.Append {
	a := eventstore.Append{Stream: stream, Expected: expected, Scope: eventstore.InStore}
	for _, id := range ids {
		a.Events = append(a.Events, event(id))
	}
	return a
}

func must(t *testing.T, store eventstore.Store, a eventstore.Append) eventstore.Appended {
	t.Helper()
	done, err := store.Append(within(t), a)
	if err != nil {
		t.Fatalf("append to %s: %v", a.Stream, err)
	}
	return done
}

// holders are the streams that hold an id.
func holders(t *testing.T, store eventstore.Store, id uuid.UUID) []eventstore.Stream {
	t.Helper()
	all, err := storetest.Collect(store.ReadAll(within(t), eventstore.AllQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	var streams []eventstore.Stream
	for _, e := range all {
		if e.ID == id {
			streams = append(streams, e.Stream)
		}
	}
	return streams
}

func wantHolder(t *testing.T, store eventstore.Store, id uuid.UUID, stream eventstore.Stream) {
	t.Helper()
	if got := holders(t, store, id); len(got) != 1 || got[0] != stream {
		t.Errorf("the id stands on %v, want %s alone", got, stream)
	}
}

func wantFound(t *testing.T, store *idindex.Store, id uuid.UUID, stream eventstore.Stream, revision eventstore.Revision) {
	t.Helper()
	found, ok, err := store.FindID(within(t), id)
	if err != nil || !ok || found.Stream != stream || found.Revision != revision || found.ID != id {
		t.Errorf("found %v %+v, %v, want it at %d of %s", ok, found, err, revision, stream)
	}
}

func wantNotFound(t *testing.T, store *idindex.Store, id uuid.UUID) {
	t.Helper()
	if found, ok, err := store.FindID(within(t), id); ok || err != nil {
		t.Errorf("found %v %+v, %v, want nothing", ok, found, err)
	}
}

func wantConflict(t *testing.T, err error, stream, holder eventstore.Stream) {
	t.Helper()
	var taken *eventstore.IDConflictError
	if !errors.As(err, &taken) || taken.Stream != stream || taken.Holder != holder {
		t.Errorf("got %v, want a conflict of %s with %s", err, stream, holder)
	}
}

func reservations(t *testing.T, pool *pgxpool.Pool) int {
	t.Helper()
	var count int
	if err := pool.QueryRow(within(t), "SELECT count(*) FROM ids.event").Scan(&count); err != nil {
		t.Fatal(err)
	}
	return count
}

var errCrash = errors.New("the process is gone")

func TestFindsWhatWasAppendedAndNothingElse(t *testing.T) {
	t.Parallel()
	store := open(t, pgtest.New(t), newServer())
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	wantNotFound(t, store, ids[0])
	must(t, store, inStore("s", eventstore.NoStream, uuid.New()))
	must(t, store, inStore("s", eventstore.AtRevision(0), ids...))
	for i, id := range ids {
		wantFound(t, store, id, "s", eventstore.Revision(1+i))
	}
	wantNotFound(t, store, uuid.New())
}

// A process that reserves an id and then dies writes nothing: the id is as good as
// new, on the same stream and on another.
func TestACrashBeforeTheAppend(t *testing.T) {
	t.Parallel()
	for _, again := range []eventstore.Stream{"first", "second"} {
		t.Run(string(again), func(t *testing.T) {
			t.Parallel()
			pool, server := pgtest.New(t), newServer()
			crashed := open(t, pool, connection{server})
			id := uuid.New()
			server.at(func(context.Context, eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
				return eventstore.Appended{}, errCrash
			})
			if _, err := crashed.Append(within(t), inStore("first", eventstore.NoStream, id)); !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			server.at(nil)
			wantNotFound(t, crashed, id)
			next := open(t, pool, connection{server}, idindex.Options{Courtesy: time.Millisecond})
			wantNotFound(t, next, id)
			if done := must(t, next, inStore(again, eventstore.NoStream, id)); done.Repeated {
				t.Errorf("got %+v", done)
			}
			wantHolder(t, next, id, again)
			wantFound(t, next, id, again, 0)
		})
	}
}

// A process that dies after the append, before anybody heard of it, has written:
// a retry is answered with that, and another stream is refused.
func TestACrashAfterTheAppend(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	crashed := open(t, pool, connection{server})
	id := uuid.New()
	server.at(func(_ context.Context, _ eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		if _, err := in(); err != nil {
			return eventstore.Appended{}, err
		}
		return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: errCrash}
	})
	var unknown *eventstore.UnknownOutcomeError
	if _, err := crashed.Append(within(t), inStore("first", eventstore.NoStream, id)); !errors.As(err, &unknown) {
		t.Fatal(err)
	}
	server.at(nil)
	next := open(t, pool, connection{server})
	wantFound(t, next, id, "first", 0)
	_, err := next.Append(within(t), inStore("second", eventstore.NoStream, id))
	wantConflict(t, err, "second", "first")
	if done := must(t, next, inStore("first", eventstore.NoStream, id)); !done.Repeated || done.Last != 0 {
		t.Errorf("got %+v", done)
	}
	wantHolder(t, next, id, "first")
}

// An append that is on its way while its process is long gone must not take
// effect once its id was given to somebody else.
func TestASlowAppendCannotLandAfterItsIDWasGivenAway(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]int{"on a new stream": 0, "on a stream that is there": 2} {
		for _, expected := range []eventstore.Expectation{eventstore.AtRevision(eventstore.Revision(before - 1)), eventstore.AnyRevision} {
			t.Run(fmt.Sprintf("%s expecting %d", name, expected), func(t *testing.T) {
				t.Parallel()
				pool, server := pgtest.New(t), newServer()
				slow := open(t, pool, connection{server})
				for i := range before {
					must(t, slow, inStore("first", eventstore.AtRevision(eventstore.Revision(i-1)), uuid.New()))
				}
				id := uuid.New()
				sent, let := make(chan struct{}), make(chan struct{})
				server.at(func(_ context.Context, a eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
					if a.Events[0].ID == id && a.Stream == "first" {
						close(sent)
						<-let
						server.at(nil)
					}
					return in()
				})
				late := make(chan error, 1)
				go func() {
					_, err := slow.Append(context.WithoutCancel(t.Context()), inStore("first", expected, id))
					late <- err
				}()
				<-sent
				rival := open(t, pool, connection{server}, idindex.Options{Courtesy: time.Millisecond})
				must(t, rival, inStore("second", eventstore.NoStream, id))
				close(let)
				err := <-late
				var moved *eventstore.WrongRevisionError
				if expected == eventstore.AnyRevision {
					wantConflict(t, err, "first", "second") // it tried again
				} else if !errors.As(err, &moved) {
					t.Errorf("the slow append got %v", err)
				}
				wantHolder(t, rival, id, "second")
				wantFound(t, slow, id, "second", 0)
			})
		}
	}
}

// While an append is on its way, a rival waits for it rather than fence it.
func TestARivalWaitsForAnAppendUnderWay(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	first, rival := open(t, pool, connection{server}), open(t, pool, connection{server}, idindex.Options{Courtesy: time.Minute})
	id := uuid.New()
	sent, let := make(chan struct{}), make(chan struct{})
	server.at(func(_ context.Context, _ eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		close(sent)
		<-let
		return in()
	})
	ended := make(chan error, 1)
	go func() {
		_, err := first.Append(context.WithoutCancel(t.Context()), inStore("first", eventstore.NoStream, id))
		ended <- err
	}()
	<-sent
	refused := make(chan error, 1)
	go func() {
		_, err := rival.Append(context.WithoutCancel(t.Context()), inStore("second", eventstore.NoStream, id))
		refused <- err
	}()
	if stream := <-server.read; stream != "first" { // the rival has met the reservation
		t.Errorf("%s is read", stream)
	}
	close(let)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wantConflict(t, <-refused, "second", "first")
	wantHolder(t, rival, id, "first")
}

// An append that failed leaves nothing behind: its ids are free for any stream,
// whatever revision it had expected.
func TestAFailedAppendFreesItsIDs(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, server)
	must(t, store, inStore("first", eventstore.NoStream, uuid.New()))
	before := reservations(t, pool)
	ids := []uuid.UUID{uuid.New(), uuid.New()}
	for _, expected := range []eventstore.Expectation{eventstore.NoStream, eventstore.AtRevision(7), eventstore.AtRevision(1_000_000)} {
		_, err := store.Append(within(t), inStore("first", expected, ids...))
		var moved *eventstore.WrongRevisionError
		if !errors.As(err, &moved) || moved.Actual != 0 || moved.Expected != expected {
			t.Errorf("expecting %d: %v", expected, err)
		}
		wantNotFound(t, store, ids[0])
	}
	_, err := store.Append(within(t), inStore("nowhere", eventstore.StreamExists, ids...))
	var moved *eventstore.WrongRevisionError
	if !errors.As(err, &moved) || moved.Actual != eventstore.NoRevision || moved.Expected != eventstore.StreamExists {
		t.Errorf("expecting the stream to be there: %v", err)
	}
	must(t, store, inStore("second", eventstore.NoStream, ids[1], ids[0]))
	wantHolder(t, store, ids[0], "second")
	if after := reservations(t, pool); after != before+2 {
		t.Errorf("%d ids are in the index, want %d", after, before+2)
	}
	// One of two ids is taken: the other one stays free.
	fresh := uuid.New()
	_, err = store.Append(within(t), inStore("third", eventstore.NoStream, fresh, ids[0]))
	wantConflict(t, err, "third", "second")
	must(t, store, inStore("fourth", eventstore.NoStream, fresh))
}

// Two processes, one id, two streams, at once and again and again: one of them
// takes effect each time, also where those who lose are cut off in between.
func TestOneIDForTwoStreamsAtOnce(t *testing.T) {
	t.Parallel()
	const rounds, processes = 60, 3
	pool, server := pgtest.New(t), newServer()
	var stores []*idindex.Store
	for range processes {
		stores = append(stores, open(t, pool, connection{server}, idindex.Options{Courtesy: time.Millisecond}))
	}
	var turn atomic.Int64
	server.at(func(_ context.Context, _ eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		switch turn.Add(1) % 5 {
		case 0:
			return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: errCrash} // it never arrived
		case 1:
			_, _ = in()
			return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: errCrash} // its answer was lost
		}
		return in()
	})
	for round := range rounds {
		id := uuid.New()
		results := make([]error, processes)
		var group sync.WaitGroup
		for i, store := range stores {
			group.Go(func() {
				stream := eventstore.Stream(fmt.Sprintf("s-%d-%d", round, i))
				expected := eventstore.NoStream
				for {
					done, err := store.Append(within(t), inStore(stream, expected, id))
					var unknown *eventstore.UnknownOutcomeError
					var moved *eventstore.WrongRevisionError
					if errors.As(err, &moved) {
						expected = eventstore.AtRevision(moved.Actual) // fenced: decided anew
						continue
					}
					if errors.As(err, &unknown) {
						continue
					}
					if results[i] = err; err == nil && done.Last < 0 {
						t.Errorf("got %+v", done)
					}
					return
				}
			})
		}
		group.Wait()
		held := holders(t, stores[0], id)
		if len(held) != 1 {
			t.Fatalf("round %d: the id stands on %v", round, held)
		}
		for i, err := range results {
			stream := eventstore.Stream(fmt.Sprintf("s-%d-%d", round, i))
			if stream == held[0] && err != nil {
				t.Errorf("round %d: the holder got %v", round, err)
			}
			if stream != held[0] {
				wantConflict(t, err, stream, held[0])
			}
		}
	}
}

// What a fence says is up to whoever opens the store.
func TestTheFenceIsTheOptions(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, server, idindex.Options{Courtesy: time.Millisecond, Fence: func(_ context.Context, stream eventstore.Stream) (eventstore.NewEvent, error) {
		return eventstore.NewEvent{ID: uuid.New(), Type: "closed." + string(stream), Data: []byte("{}"), Metadata: []byte("{}")}, nil
	}})
	id := uuid.New()
	server.at(func(_ context.Context, a eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		if a.Events[0].ID == id && a.Stream == "first" {
			return eventstore.Appended{}, errCrash
		}
		return in()
	})
	if _, err := store.Append(within(t), inStore("first", eventstore.NoStream, id)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	must(t, store, inStore("second", eventstore.NoStream, id))
	fences, err := storetest.Collect(store.ReadStream(within(t), eventstore.StreamQuery{Stream: "first"}))
	if err != nil || len(fences) != 1 || fences[0].Type != "closed.first" {
		t.Errorf("the stream holds %+v, %v", fences, err)
	}
}

// Two processes are given the same ids with different contents, as when a key is
// used again for another request: the second one is told that it came second, also
// by a server that does not tell.
func TestWhoComesSecondIsToldSo(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	server.at(func(_ context.Context, _ eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		done, err := in()
		done.Repeated = false
		return done, err
	})
	first, second := open(t, pool, connection{server}), open(t, pool, connection{server})
	for _, shown := range []bool{false, true} {
		stream := eventstore.Stream("s-" + uuid.NewString())
		a := inStore(stream, eventstore.NoStream, uuid.New(), uuid.New())
		if done := must(t, first, a); done.Repeated {
			t.Errorf("the first one got %+v", done)
		}
		if shown { // by the log
			followed(t, first)
		}
		a.Events[1].Data = []byte(`{"another":"request"}`)
		if done := must(t, second, a); !done.Repeated || done.First != 0 || done.Last != 1 {
			t.Errorf("the second one got %+v", done)
		}
	}
	// Who finishes what crashed comes first.
	id := uuid.New()
	server.crash(t, first, "crashed", eventstore.NoStream, id)
	if done := must(t, second, inStore("crashed", eventstore.NoStream, id)); done.Repeated {
		t.Errorf("the retry got %+v", done)
	}
}
