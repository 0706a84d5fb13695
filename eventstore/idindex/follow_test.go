package idindex_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/idindex"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
)

// A store that holds events already, with an index that is new or was brought
// back from a copy: nothing is appended before the log is in the index.
func TestAnIndexThatWasLostComesBackFromTheLog(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	first := open(t, pool, connection{server})
	var ids []uuid.UUID
	for i := range 50 {
		ids = append(ids, uuid.New(), uuid.New())
		must(t, first, inStore(eventstore.Stream("s-"+uuid.NewString()), eventstore.NoStream, ids[2*i:]...))
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(within(t), "DROP SCHEMA ids CASCADE"); err != nil {
		t.Fatal(err)
	}
	next := open(t, pool, connection{server})
	_, err := next.Append(within(t), inStore("elsewhere", eventstore.NoStream, ids[33]))
	var taken *eventstore.IDConflictError
	if !errors.As(err, &taken) {
		t.Fatalf("got %v", err)
	}
	for i, id := range ids {
		wantFound(t, next, id, holders(t, next, id)[0], eventstore.Revision(i%2))
	}
}

// A reservation in an index that was brought back from a copy is older than what
// became of the id since.
func TestTheLogOverrulesAnOldReservation(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	first := open(t, pool, connection{server})
	id := uuid.New()
	must(t, first, inStore("second", eventstore.NoStream, id))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := pool.Exec(within(t), `
		UPDATE ids.event SET stream = 'first', revision = NULL, low = 0, high = 0, decided = -1, attempt = 1;
		UPDATE ids.checkpoint SET position = 0`)
	if err != nil {
		t.Fatal(err)
	}
	next := open(t, pool, connection{server})
	wantFound(t, next, id, "second", 0)
	_, err = next.Append(within(t), inStore("first", eventstore.NoStream, id))
	wantConflict(t, err, "first", "second")
}

// slowLog is a store whose log is read only once it is let.
type slowLog struct {
	connection
	let chan struct{}
}

func (s slowLog) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		select {
		case <-s.let:
		case <-ctx.Done():
			yield(eventstore.Delivery{}, ctx.Err())
			return
		}
		s.connection.SubscribeAll(ctx, after, filter)(yield)
	}
}

// Before the log is in the index, appends in scope InStore and look-ups wait;
// everything else goes on, and giving up waiting is possible.
func TestAppendsWaitForTheFirstCatchUp(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	id := uuid.New()
	earlier := inStore("first", eventstore.NoStream, id)
	earlier.Scope = eventstore.InStream
	if _, err := server.Append(within(t), earlier); err != nil {
		t.Fatal(err)
	}
	let := make(chan struct{})
	store := open(t, pool, slowLog{connection{server}, let})
	impatient, giveUp := context.WithCancel(within(t))
	ended := make(chan error, 2)
	go func() {
		_, err := store.Append(impatient, inStore("second", eventstore.NoStream, id))
		ended <- err
	}()
	go func() {
		_, _, err := store.FindID(impatient, id)
		ended <- err
	}()
	other := inStore("third", eventstore.NoStream, uuid.New())
	other.Scope = eventstore.InStream
	must(t, store, other)
	giveUp()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := store.Append(context.WithoutCancel(t.Context()), inStore("second", eventstore.NoStream, id))
		waiting <- err
	}()
	close(let)
	wantConflict(t, <-waiting, "second", "first")
	wantFound(t, store, id, "first", 0)
}

// Close does not wait for what waits for the log.
func TestCloseEndsThoseWhoWait(t *testing.T) {
	t.Parallel()
	store := open(t, pgtest.New(t), slowLog{connection{newServer()}, nil})
	ended := make(chan error, 1)
	go func() {
		_, err := store.Append(context.WithoutCancel(t.Context()), inStore("s", eventstore.NoStream, uuid.New()))
		ended <- err
	}()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if _, _, err := store.FindID(within(t), uuid.New()); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("looking after Close: %v", err)
	}
}

// The store's own events are nobody's.
func TestSystemEventsAreNotIndexed(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	a := inStore("$$settings", eventstore.NoStream, uuid.New())
	a.Scope = eventstore.InStream
	if _, err := server.Append(within(t), a); err != nil {
		t.Fatal(err)
	}
	store := open(t, pool, server)
	wantNotFound(t, store, a.Events[0].ID)
	if count := reservations(t, pool); count != 0 {
		t.Errorf("%d ids are in the index", count)
	}
}

// PostgreSQL going away and coming back loses nothing that was reserved.
func TestSurvivesLostConnections(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, server)
	for range 20 {
		id := uuid.New()
		cut(t, pool)
		must(t, store, inStore(eventstore.Stream("a-"+id.String()), eventstore.NoStream, id))
		_, err := store.Append(within(t), inStore("elsewhere", eventstore.NoStream, id))
		wantConflict(t, err, "elsewhere", eventstore.Stream("a-"+id.String()))
	}
}

func TestWhatIsLoadedIsKnown(t *testing.T) {
	t.Parallel()
	ids := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	var ledger []eventstore.Loaded
	for i, id := range ids {
		ledger = append(ledger, eventstore.Loaded{Scope: eventstore.InStore, Event: eventstore.Event{
			Stream: "s", Revision: eventstore.Revision(i), ID: id, Type: "thing.happened", RecordedAt: time.Unix(1, 0),
		}})
	}
	store := open(t, pgtest.New(t), newServer())
	count, err := store.Load(within(t), storetest.Sequence(ledger))
	if err != nil || count != 3 {
		t.Fatalf("loaded %d, %v", count, err)
	}
	_, err = store.Append(within(t), inStore("elsewhere", eventstore.NoStream, ids[2]))
	wantConflict(t, err, "elsewhere", "s")
	type plain struct{ eventstore.Store }
	unable := open(t, pgtest.New(t), plain{newServer()})
	if _, err := unable.Load(within(t), storetest.Sequence(ledger)); err == nil {
		t.Error("a store that cannot load has loaded")
	}
}

// An id that stands in scope InStore on one stream and in scope InStream on others
// is known where it was, whichever came first.
func TestWhatIsLoadedKeepsItsScopes(t *testing.T) {
	t.Parallel()
	for _, first := range []eventstore.IDScope{eventstore.InStore, eventstore.InStream} {
		id := uuid.New()
		event := func(stream eventstore.Stream, revision eventstore.Revision, id uuid.UUID, scope eventstore.IDScope) eventstore.Loaded {
			return eventstore.Loaded{Scope: scope, Event: eventstore.Event{Stream: stream, Revision: revision, ID: id, Type: "thing.happened", RecordedAt: time.Unix(1, 0)}}
		}
		ledger := []eventstore.Loaded{
			event("a", 0, uuid.New(), eventstore.InStore), event("a", 1, id, first), event("b", 0, id, 1-first), event("c", 0, uuid.New(), eventstore.InStream),
		}
		holder := ledger[1].Stream
		if first == eventstore.InStream {
			holder = ledger[2].Stream
		}
		store := open(t, pgtest.New(t), newServer())
		for range 2 { // the second time as after a crash at the end
			if _, err := store.Load(within(t), storetest.Sequence(ledger)); err != nil {
				t.Fatal(err)
			}
			var events []eventstore.Event
			for _, loaded := range ledger {
				events = append(events, loaded.Event)
			}
			scopes, err := store.Scopes(within(t), events)
			if err != nil {
				t.Fatal(err)
			}
			for i, loaded := range ledger {
				if scopes[i] != loaded.Scope {
					t.Errorf("event %d is in scope %d, was in %d", i, scopes[i], loaded.Scope)
				}
			}
		}
		_, err := store.Append(within(t), inStore("elsewhere", eventstore.NoStream, id))
		wantConflict(t, err, "elsewhere", holder)
	}
}

// What is held says what stands, not what is reserved, at once.
func TestHeldIsWhatStands(t *testing.T) {
	t.Parallel()
	pool, server := pgtest.New(t), newServer()
	store := open(t, pool, server)
	there, unknown, reserved := uuid.New(), uuid.New(), uuid.New()
	must(t, store, inStore("s", eventstore.NoStream, there))
	server.at(func(context.Context, eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		return eventstore.Appended{}, errCrash
	})
	if _, err := store.Append(within(t), inStore("r", eventstore.NoStream, reserved)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	events := []eventstore.Event{{Stream: "s", ID: there}, {Stream: "s", ID: unknown}, {Stream: "t", ID: there}, {Stream: "s", ID: reserved}}
	scopes, err := store.Scopes(within(t), events)
	if err != nil || !slices.Equal(scopes, []eventstore.IDScope{eventstore.InStore, eventstore.InStream, eventstore.InStream, eventstore.InStream}) {
		t.Errorf("got %v, %v", scopes, err)
	}
}

// An index of another store is noticed rather than believed.
func TestAnEventThatIsGoneIsAnError(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	first := newServer()
	id := uuid.New()
	a := inStore("s", eventstore.NoStream, id)
	a.Scope = eventstore.InStream
	if _, err := first.Append(within(t), a); err != nil {
		t.Fatal(err)
	}
	store := open(t, pool, first)
	wantFound(t, store, id, "s", 0)
	other := open(t, pool, newServer())
	var missing *idindex.MissingError
	if _, _, err := other.FindID(within(t), id); !errors.As(err, &missing) || missing.Stream != "s" {
		t.Errorf("got %v", err)
	}
}
