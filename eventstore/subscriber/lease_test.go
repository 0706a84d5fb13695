package subscriber_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/subscriber"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// far is a process whose network to the database can fall silent.
func far(t *testing.T, wire *pgtest.Wire) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), wire.URL)
	must(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func opened(t *testing.T, pool *pgxpool.Pool, lasting time.Duration) *subscriber.PostgresCheckpoints {
	t.Helper()
	checkpoints, err := subscriber.OpenCheckpoints(t.Context(), pool)
	must(t, err)
	return checkpoints.Lasting(lasting)
}

func checkpointAt(t *testing.T, checkpoints *subscriber.PostgresCheckpoints, want eventstore.Position) {
	t.Helper()
	positions, err := checkpoints.Positions(t.Context())
	must(t, err)
	if positions["test"] != want {
		t.Errorf("the checkpoint is at %d, want %d", positions["test"], want)
	}
}

// L-01: where the network to a holder falls silent, another process takes over when the
// lease has run out, though the server keeps the holder's session; what the holder saves
// late is refused.
func TestALeaseRunsOutOnASilentNetwork(t *testing.T) {
	t.Parallel()
	const lasting = 3 * time.Second
	address := pgtest.URL(t)
	near, err := pgxpool.New(t.Context(), address)
	must(t, err)
	t.Cleanup(near.Close)
	wire := pgtest.NewWire(t, address)
	first, second := opened(t, far(t, wire), lasting), opened(t, near, lasting)

	held, _, err := first.Lease(t.Context(), "test")
	must(t, err)
	defer held.Release()
	must(t, held.Save(t.Context(), 7))
	wire.Silence()
	lost := make(chan error, 1)
	go func() { // it goes on living
		for {
			if err := held.Save(context.Background(), 8); err != nil {
				lost <- err
				return
			}
		}
	}()
	began := time.Now()
	next, from, err := second.Lease(waiting.Context(t, "the lease to run out"), "test")
	must(t, err)
	defer next.Release()
	if took := time.Since(began); from != 7 || took > 4*lasting {
		t.Errorf("taken over behind %d after %v, want 7 and little more than %v", from, took, lasting)
	}
	must(t, next.Save(t.Context(), 9))
	wire.Speak()
	if err := waiting.For(t, "the holder to notice", lost); err == nil {
		t.Error("the holder could save")
	}
	if err := held.Save(t.Context(), 8); !errors.Is(err, subscriber.ErrLeaseLost) {
		t.Errorf("a late save answered %v", err)
	}
	checkpointAt(t, second, 9)
}

// A holder that renews its lease keeps it, however long another waits.
func TestALeaseThatIsRenewedStands(t *testing.T) {
	t.Parallel()
	const lasting = time.Second
	pool := pgtest.New(t)
	first, second := opened(t, pool, lasting), opened(t, pool, lasting)
	held, _, err := first.Lease(t.Context(), "test")
	must(t, err)
	defer held.Release()
	waited, give := context.WithCancel(t.Context())
	defer give()
	robbed := make(chan error, 1)
	go func() {
		lease, _, err := second.Lease(waited, "test")
		if err == nil {
			lease.Release()
		}
		robbed <- err
	}()
	began := time.Now()
	waiting.Until(t, "three times a lease to pass", func() bool {
		must(t, held.Save(t.Context(), 1))
		return time.Since(began) > 3*lasting
	})
	give()
	if err := waiting.For(t, "the other to give up", robbed); !errors.Is(err, context.Canceled) {
		t.Errorf("the other got the lease beside the holder: %v", err)
	}
	must(t, held.Save(t.Context(), 2))
	checkpointAt(t, first, 2)
}

// Whatever an earlier holder left behind, a consumer goes on.
func TestWhatAHolderLeavesBehindRunsOut(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]string{
		"a lease of a clock that was put back":   "INSERT INTO reaction.consumer (name, position, epoch, lease_epoch, lease_until) VALUES ('test', 7, 3, 3, now() + '1 hour')",
		"a lease that has run out":               "INSERT INTO reaction.consumer (name, position, epoch, lease_epoch, lease_until) VALUES ('test', 7, 3, 3, now() - '1 hour'::interval)",
		"a lock of a program without leases":     "INSERT INTO reaction.consumer (name, position, epoch) VALUES ('test', 7, 3)",
		"a lock of such a program, after others": "INSERT INTO reaction.consumer (name, position, epoch, lease_epoch, lease_until) VALUES ('test', 7, 3, 2, now() + '1 second'::interval)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			checkpoints := opened(t, pool, time.Second)
			_, err := pool.Exec(t.Context(), left)
			must(t, err)
			dead, err := pool.Acquire(t.Context())
			must(t, err)
			defer dead.Release()
			_, err = locks.Consumer("test").Seize(t.Context(), dead)
			must(t, err)
			lease, from, err := checkpoints.Lease(waiting.Context(t, "the consumer to be free"), "test")
			must(t, err)
			defer lease.Release()
			if from != 7 {
				t.Errorf("it goes on behind %d, want 7", from)
			}
			must(t, lease.Save(t.Context(), 8))
			checkpointAt(t, checkpoints, 8)
		})
	}
}

// A process ends the sessions that it has lost itself, and waits for none of them.
func TestAProcessEndsItsOwnLostSession(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t)
	wire := pgtest.NewWire(t, address)
	checkpoints := opened(t, far(t, wire), 3*time.Second)
	held, _, err := checkpoints.Lease(t.Context(), "test")
	must(t, err)
	defer held.Release()
	wire.Lose()
	if err := held.Save(t.Context(), 1); err == nil {
		t.Fatal("a save over a silent network")
	}
	must(t, held.Save(t.Context(), 2)) // nobody was faster: over another connection it goes on
	near, err := pgxpool.New(t.Context(), address)
	must(t, err)
	t.Cleanup(near.Close)
	waiting.Until(t, "the lost session to end", func() bool {
		var sessions, locked int
		must(t, near.QueryRow(t.Context(), `
			SELECT count(DISTINCT a.pid), count(l.pid)
			FROM pg_stat_activity AS a LEFT JOIN pg_locks AS l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.granted
			WHERE a.datname = current_database() AND a.application_name LIKE 'guishu holder %'`).Scan(&sessions, &locked))
		must(t, held.Save(t.Context(), 2))
		return sessions == 1 && locked == 1
	})
	checkpointAt(t, opened(t, near, 3*time.Second), 2)
}

// L-01: with the network of one process silent, another goes on where its checkpoint
// stands, each stream in its order; the first takes nothing on until it has the lease
// again.
func TestEventsGoOnWhenANetworkFallsSilent(t *testing.T) {
	t.Parallel()
	const lasting = 3 * time.Second
	address := pgtest.URL(t)
	near, err := pgxpool.New(t.Context(), address)
	must(t, err)
	t.Cleanup(near.Close)
	wire := pgtest.NewWire(t, address)
	store, err := postgres.Open(t.Context(), near, postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	happen := func(from, to int) {
		for n := from; n < to; n++ {
			_, err := store.Append(t.Context(), eventstore.Append{Stream: eventstore.Stream(fmt.Sprintf("s-%d", n%3)), Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{
				{ID: uuid.New(), Type: "test.happened", Data: []byte("{}"), Metadata: []byte("{}")},
			}})
			must(t, err)
		}
	}
	// listen gives the positions that a process handles.
	listen := func(pool *pgxpool.Pool) <-chan eventstore.Event {
		s := subscriber.New(subscriber.Config{
			Store: store, Checkpoints: opened(t, pool, lasting), Consumers: map[string]eventstore.Filter{"test": {}}, Lanes: 4, SaveAfter: 50 * time.Millisecond,
		})
		t.Cleanup(func() { must(t, s.Close()) })
		messages, err := s.Subscribe(context.Background(), "test")
		must(t, err)
		handled := make(chan eventstore.Event, 1000)
		go func() {
			for msg := range messages {
				event, _ := subscriber.EventOf(msg)
				handled <- event
				msg.Ack()
			}
		}()
		return handled
	}
	happen(0, 30)
	first := listen(far(t, wire))
	for range 30 {
		waiting.For(t, "the first process to handle what there is", first)
	}
	t.Cleanup(wire.Speak)
	second := listen(near)
	wire.Silence()
	happen(30, 60)
	revisions, seen := map[eventstore.Stream]eventstore.Revision{}, map[eventstore.Position]bool{}
	all := func() bool {
		for position := eventstore.Position(31); position <= 60; position++ {
			if !seen[position] {
				return false
			}
		}
		return true
	}
	for !all() {
		event := waiting.For(t, "the second process to take over", second)
		if before, known := revisions[event.Stream]; known && event.Revision != before+1 {
			t.Errorf("in %s revision %d came behind %d", event.Stream, event.Revision, before)
		}
		revisions[event.Stream] = event.Revision
		seen[event.Position] = true
	}
	// What the first one took on it did before its lease was over.
	for len(first) > 0 {
		<-first
	}
	happen(60, 70)
	for !seen[70] {
		seen[waiting.For(t, "the second process to go on", second).Position] = true
	}
	if len(first) > 0 {
		t.Errorf("the first process goes on without its lease: %d events", len(first))
	}
}
