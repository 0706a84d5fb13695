package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// one is an append of a single event.
func one(stream eventstore.Stream, expected eventstore.Expectation) eventstore.Append {
	return eventstore.Append{
		Stream: stream, Expected: expected, Scope: eventstore.InStore,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "thing.happened", Data: []byte("{}"), Metadata: []byte("{}")}},
	}
}

func firstError[T any](sequence iter.Seq2[T, error]) error {
	for _, err := range sequence {
		if err != nil {
			return err
		}
	}
	return nil
}

// wire is a network that a test can break. Only connections that begin a
// batch are broken.
type wire struct {
	loseRequest atomic.Bool // the next batch never reaches the server
	loseReply   atomic.Bool // the next batch reaches it, its reply is lost
	unreachable atomic.Bool // after that, no new connection is made
	received    atomic.Int64

	mu     sync.Mutex
	stops  map[string]*stop
	passed map[string]int // how often each place has been passed
}

// stop is where the wire waits for the test.
type stop struct{ reached, on chan struct{} }

// stopAt lets the next dialling, or the next sending that begins with a statement,
// wait until the test closes on.
func (w *wire) stopAt(place string) *stop {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stops == nil {
		w.stops = make(map[string]*stop)
	}
	s := &stop{reached: make(chan struct{}), on: make(chan struct{})}
	w.stops[place] = s
	return s
}

func (w *wire) pass(place string) {
	w.mu.Lock()
	s := w.stops[place]
	delete(w.stops, place)
	if w.passed == nil {
		w.passed = make(map[string]int)
	}
	w.passed[place]++
	w.mu.Unlock()
	if s != nil {
		close(s.reached)
		<-s.on
	}
}

// times is how often a place has been passed.
func (w *wire) times(place string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.passed[place]
}

// statement is the prepared statement that data begins with, if it does.
func statement(data []byte) string {
	if len(data) < 6 || data[0] != 'B' {
		return ""
	}
	name, _, _ := bytes.Cut(data[6:], []byte{0}) // behind type, length and the empty portal
	return string(name)
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.pass("dial")
	if w.unreachable.Load() {
		return nil, errors.New("the network is down")
	}
	connection, err := new(net.Dialer).DialContext(ctx, network, address)
	return &brittle{Conn: connection, wire: w}, err
}

type brittle struct {
	net.Conn
	wire   *wire
	broken atomic.Bool
}

func (c *brittle) Write(data []byte) (int, error) {
	name := statement(data)
	c.wire.pass(name)
	if name != "append" {
		return c.Conn.Write(data)
	}
	if c.wire.loseRequest.CompareAndSwap(true, false) {
		c.broken.Store(true)
		_ = c.Conn.Close()
		return len(data), nil
	}
	if c.wire.loseReply.CompareAndSwap(true, false) {
		c.broken.Store(true)
	}
	return c.Conn.Write(data)
}

func (c *brittle) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	c.wire.received.Add(int64(n))
	if c.broken.Load() {
		_ = c.Conn.Close()
		return 0, errors.New("the connection was cut")
	}
	return n, err
}

func openOver(t *testing.T, pool *pgxpool.Pool, w *wire, patience time.Duration) *postgres.Store {
	t.Helper()
	config := pool.Config().ConnConfig
	config.DialFunc = w.dial
	store, err := postgres.OpenConfig(t.Context(), config, postgres.Options{AllowUnsafe: true, Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// A batch whose reply is lost is read back, one that never arrived is sent
// again; in both cases the caller gets its result and the event is there once.
func TestALostReplyIsReadBack(t *testing.T) {
	t.Parallel()
	w := new(wire)
	pool := pgtest.New(t)
	store := openOver(t, pool, w, time.Minute)
	for i := range 20 {
		w.loseReply.Store(i%4 == 1)
		w.loseRequest.Store(i%4 == 3)
		appended, err := store.Append(t.Context(), one("s", eventstore.AtRevision(eventstore.Revision(i-1))))
		want := eventstore.Appended{First: eventstore.Revision(i), Last: eventstore.Revision(i), Position: eventstore.Position(i + 1)}
		if err != nil || appended != want {
			t.Fatalf("append %d: %+v, %v, want %+v", i, appended, err, want)
		}
		if w.loseReply.Load() || w.loseRequest.Load() {
			t.Fatal("the batch was not broken: the test tests nothing")
		}
	}
	if err := storetest.CheckOrder(readAll(t, store), true); err != nil {
		t.Error(err)
	}
}

// Whoever gives up after the connection was lost is told that nothing was written
// only if that is so: what was sent is asked about first.
func TestGivingUpDoesNotLoseTheOutcome(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]string{"before the connection is made again": "dial", "before the ledger is asked": "ask"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := new(wire)
			store := openOver(t, pgtest.New(t), w, time.Minute)
			stop := w.stopAt(place)
			w.loseReply.Store(true)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			outcome := make(chan error, 1)
			go func() {
				_, err := store.Append(ctx, one("s", eventstore.NoStream))
				outcome <- err
			}()
			<-stop.reached
			cancel()
			select {
			case err := <-outcome:
				t.Errorf("an append that may have been written gave up: %v", err)
				outcome <- err
			case <-time.After(50 * time.Millisecond):
			}
			close(stop.on)
			if err := <-outcome; err != nil {
				t.Errorf("the event is written, the append says: %v", err)
			}
			if got := len(readAll(t, store)); got != 1 {
				t.Errorf("%d events, want 1", got)
			}
		})
	}
}

// Another process may be given the same ids while a reply is lost, as when a key is
// used again for another request: it came first, and that is what the caller hears.
func TestALostRequestThatAnotherProcessCameBefore(t *testing.T) {
	t.Parallel()
	pool, w := pgtest.New(t), new(wire)
	store, other := openOver(t, pool, w, time.Minute), openStore(t, pool)
	ours := one("s", eventstore.NoStream)
	ours.Events = append(ours.Events, one("s", eventstore.NoStream).Events...)
	theirs := ours
	theirs.Events = slices.Clone(ours.Events)
	theirs.Events[1].Data = []byte(`{"another":"request"}`)
	stop := w.stopAt("dial")
	w.loseRequest.Store(true)
	type outcome struct {
		eventstore.Appended
		error
	}
	done := make(chan outcome, 1)
	go func() {
		appended, err := store.Append(t.Context(), ours)
		done <- outcome{appended, err}
	}()
	<-stop.reached
	if appended, err := other.Append(t.Context(), theirs); err != nil || appended.Repeated {
		t.Errorf("who came first got %+v, %v", appended, err)
	}
	close(stop.on)
	want := eventstore.Appended{First: 0, Last: 1, Position: 2, Repeated: true}
	if got := <-done; got.error != nil || got.Appended != want {
		t.Errorf("who came second got %+v, %v, want %+v", got.Appended, got.error, want)
	}
}

// Nothing is written to a ledger that came back with less than was there.
func TestALedgerThatWentBackIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, Patience: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	write(t, store, "s", 3)
	remove(t, pool, 3)
	if _, err := pool.Exec(t.Context(), `UPDATE ledger.head SET position = 2, tip = 7`); err != nil {
		t.Fatal(err)
	}
	terminate(t, pool, "guishu ledger writer")
	_, err = store.Append(t.Context(), one("s", eventstore.AnyRevision))
	var rewound *postgres.RewoundError
	if !errors.As(err, &rewound) || *rewound != (postgres.RewoundError{Known: 3, Found: 2}) {
		t.Errorf("got %v", err)
	}
	if got := len(readAll(t, openStore(t, pool))); got != 2 {
		t.Errorf("%d events, want 2", got)
	}
}

// When nobody can be asked, the outcome is unknown and says so; the repetition
// finds the event.
func TestAnOutcomeThatCannotBeAskedForIsUnknown(t *testing.T) {
	t.Parallel()
	w := new(wire)
	pool := pgtest.New(t)
	store := openOver(t, pool, w, 300*time.Millisecond)
	a := one("s", eventstore.NoStream)
	w.loseReply.Store(true)
	w.unreachable.Store(true)
	_, err := store.Append(t.Context(), a)
	if unknown := (*eventstore.UnknownOutcomeError)(nil); !errors.As(err, &unknown) {
		t.Fatalf("got %v", err)
	}
	w.unreachable.Store(false)
	again, err := store.Append(t.Context(), a)
	if err != nil || again.Last != 0 || again.Position != 1 {
		t.Errorf("repeated: %+v, %v", again, err)
	}
	if got := len(readAll(t, store)); got != 1 {
		t.Errorf("%d events, want 1", got)
	}
}

// While the head is held by somebody else, what has been sent waits for its
// outcome although its caller gives up, and what has not been sent is withdrawn.
func TestOnlyWhatHasNotBeenSentIsWithdrawn(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := openStore(t, pool)
	holder, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Exec(t.Context(), `SELECT FROM ledger.head FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		appended eventstore.Appended
		err      error
	}
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan outcome, 1)
	go func() {
		appended, err := store.Append(ctx, one("sent", eventstore.NoStream))
		sent <- outcome{appended, err}
	}()
	waitFor(t, pool, `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	// The second batch may be under way too; whatever comes after both is not.
	var group sync.WaitGroup
	var withdrawn atomic.Int64
	for i := range 20 {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			_, err := store.Append(ctx, one(eventstore.Stream(fmt.Sprintf("queued-%d", i)), eventstore.NoStream))
			if errors.Is(err, context.DeadlineExceeded) {
				withdrawn.Add(1)
			}
		})
	}
	cancel()
	select {
	case got := <-sent:
		t.Fatalf("an append that had been sent gave up: %+v", got)
	case <-time.After(50 * time.Millisecond):
	}
	if err := holder.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if got := <-sent; got.err != nil || got.appended.Position != 1 {
		t.Errorf("the append that had been sent: %+v", got)
	}
	if withdrawn.Load() == 0 {
		t.Errorf("nothing was withdrawn")
	}
	if got := len(readAll(t, store)); got != 1+20-int(withdrawn.Load()) {
		t.Errorf("%d events, but %d of 21 appends were withdrawn", got, withdrawn.Load())
	}
}

// Transactions that take the head and insert, but roll back, leave no trace.
func TestRolledBackWritersLeaveNoHole(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := openStore(t, pool)
	const count = 300
	seen := make(chan []eventstore.Event, 1)
	go func() {
		var events []eventstore.Event
		for delivery, err := range store.SubscribeAll(t.Context(), 0, eventstore.Filter{}) {
			if err != nil {
				t.Error(err)
				break
			}
			if delivery.Kind == eventstore.EventDelivered {
				events = append(events, delivery.Event)
			}
			if len(events) == count {
				break
			}
		}
		seen <- events
	}()
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { write(t, store, "s", count/3) })
	}
	for range 40 {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.Exec(t.Context(), `
			WITH moved AS (UPDATE ledger.head SET position = position + 1, tip = 7 RETURNING position)
			INSERT INTO ledger.events (position, revision, recorded_at, id, dedupe, stream, type, data, metadata)
			SELECT position, 0, now(), gen_random_uuid(), gen_random_uuid(), 'rolled back ' || gen_random_uuid(), 't', '', ''
			FROM moved`)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()
	events := <-seen
	if err := storetest.CheckOrder(events, true); err != nil || len(events) != count {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// The whole server is killed several times under load: every acknowledged
// event must be there, in order, and the store must come back by itself.
func TestAKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	private := pgtest.Private(t)
	pool, err := pgxpool.New(t.Context(), private.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	const writers, turns, kills = 8, 60, 3
	acknowledged := make(chan uuid.UUID, writers*turns)
	progress := make(chan struct{}, writers*turns)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			stream := eventstore.Stream(fmt.Sprintf("s-%d", writer%3))
			for range turns {
				a := one(stream, eventstore.AnyRevision)
				if err := insist(t, store, a); err != nil {
					t.Errorf("writer %d: %v", writer, err)
					return
				}
				acknowledged <- a.Events[0].ID
				progress <- struct{}{}
			}
		})
	}
	for range kills {
		for range writers * turns / (kills + 1) {
			<-progress
		}
		killed := private.Process()
		pgtest.Kill(t, private)
		for now := killed; now == killed || now == 0; now = private.Process() {
			runtime.Gosched()
		}
		// It is back when this is acknowledged.
		if err := insist(t, store, one("probe", eventstore.AnyRevision)); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()
	close(acknowledged)
	events := readAll(t, store)
	if err := storetest.CheckOrder(events, true); err != nil {
		t.Error(err)
	}
	there := make(map[uuid.UUID]bool)
	for _, event := range events {
		there[event.ID] = true
	}
	for id := range acknowledged {
		if !there[id] {
			t.Errorf("an acknowledged event is lost")
		}
	}
}

// insist repeats an append for as long as its outcome is unknown.
func insist(t *testing.T, store eventstore.Store, a eventstore.Append) error {
	for {
		_, err := store.Append(t.Context(), a)
		if unknown := (*eventstore.UnknownOutcomeError)(nil); !errors.As(err, &unknown) {
			return err
		}
	}
}

// A cache that remembers nothing useful must cost round trips, not correctness.
func TestATinyCacheOfRevisions(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, CachedRevisions: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	var group sync.WaitGroup
	for writer := range 10 {
		group.Go(func() {
			for turn := range 20 {
				expected := eventstore.AtRevision(eventstore.Revision(turn - 1))
				if writer%2 == 1 {
					expected = eventstore.AnyRevision
				}
				if _, err := store.Append(t.Context(), one(eventstore.Stream(fmt.Sprintf("s-%d", writer)), expected)); err != nil {
					t.Errorf("writer %d, turn %d: %v", writer, turn, err)
				}
			}
		})
	}
	group.Wait()
	if err := storetest.CheckOrder(readAll(t, store), true); err != nil {
		t.Error(err)
	}
}

// An event of another process arrives by notification, long before anybody polls.
func TestNobodyWaitsForPolling(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, PollInterval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	other := openStore(t, pool)
	watch := waiting.Over(t)
	const count = 5
	seen := 0
	for delivery, err := range waiting.Each(watch, "another process's event", store.SubscribeAll(watch.Context(), 0, eventstore.Filter{})) {
		if err != nil {
			t.Fatal(err)
		}
		if delivery.Kind == eventstore.EventDelivered {
			seen++
		}
		if seen == count {
			return
		}
		write(t, other, "s", 1)
	}
}

// Reading large events by a filter brings each of them over about once, not once
// for every page.
func TestLargeEventsComeOverOnce(t *testing.T) {
	t.Parallel()
	const count, size = 64, 1 << 20
	w := new(wire)
	pool := pgtest.New(t)
	store := openOver(t, pool, w, time.Minute)
	for range count {
		a := one("s", eventstore.AnyRevision)
		a.Events[0].Data = make([]byte, size)
		if _, err := store.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, backwards := range []bool{false, true} {
		before := w.received.Load()
		query := eventstore.AllQuery{Backwards: backwards, Filter: eventstore.Filter{Types: []string{"thing.happened"}}}
		events, err := storetest.Collect(store.ReadAll(t.Context(), query))
		if err != nil || len(events) != count {
			t.Fatalf("%d events, %v", len(events), err)
		}
		if times := float64(w.received.Load()-before) / (count * size); times > 2.5 {
			t.Errorf("backwards %t: every event came over %.1f times", backwards, times)
		}
	}
}

// An event of another process arrives although nobody was notified of it.
func TestPollingIsTheSafetyNet(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, PollInterval: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	watch := waiting.Over(t)
	for delivery, err := range waiting.Each(watch, "an event of which nobody was told", store.SubscribeAll(watch.Context(), 0, eventstore.Filter{})) {
		if err != nil {
			t.Fatal(err)
		}
		if delivery.Kind == eventstore.EventDelivered {
			return
		}
		_, err := pool.Exec(t.Context(), `
			WITH moved AS (UPDATE ledger.head SET position = 1, tip = 7)
			INSERT INTO ledger.events (position, revision, recorded_at, id, dedupe, stream, type, data, metadata)
			VALUES (1, 0, now(), gen_random_uuid(), gen_random_uuid(), 's', 't', '', '')`)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// waitFor asks until the answer is true.
func waitFor(t *testing.T, pool *pgxpool.Pool, question string) {
	t.Helper()
	waiting.Until(t, "the database to say yes to "+question, func() bool {
		yes, err := pgx.CollectExactlyOneRow(must(pool.Query(t.Context(), question)), pgx.RowTo[bool])
		if err != nil {
			t.Fatal(err)
		}
		return yes
	})
}

func must(rows pgx.Rows, _ error) pgx.Rows { return rows }
