package idindex

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"guishu/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// follower brings what the log holds into the index: all of it when the index is
// new or behind, and later what comes to stand. Any number of processes may follow
// on one index; each starts from its checkpoint.
type follower struct {
	pool     *pgxpool.Pool
	inner    eventstore.Store
	log      *slog.Logger
	assure   func(context.Context) error
	cancel   context.CancelFunc
	stopped  chan struct{}
	caughtUp chan struct{} // closed once the log's end has been reached

	mu      sync.Mutex
	done    eventstore.Position
	changed chan struct{}
}

// mostFollowed bounds what is written in one transaction.
const mostFollowed = 5_000

// restBetween lets live events gather, so that following costs next to nothing:
// nobody waits for it.
const restBetween = 250 * time.Millisecond

func startFollower(pool *pgxpool.Pool, inner eventstore.Store, log *slog.Logger, assure func(context.Context) error) *follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{
		pool: pool, inner: inner, log: log, assure: assure, cancel: cancel,
		stopped: make(chan struct{}), caughtUp: make(chan struct{}), changed: make(chan struct{}),
	}
	go f.follow(ctx)
	return f
}

func (f *follower) stop() {
	f.cancel()
	<-f.stopped
}

// await waits until everything up to a position is in the index.
func (f *follower) await(ctx context.Context, position eventstore.Position, closing <-chan struct{}) error {
	for {
		f.mu.Lock()
		done, changed := f.done, f.changed
		f.mu.Unlock()
		if done >= position {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-closing:
			return eventstore.ErrClosed
		}
	}
}

// reached notes that everything up to a position is in the index.
func (f *follower) reached(position eventstore.Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done = max(f.done, position)
	close(f.changed)
	f.changed = make(chan struct{})
}

// follow goes on from the checkpoint, again after each failure, until it is
// stopped.
func (f *follower) follow(ctx context.Context) {
	defer close(f.stopped)
	for failures := 0; ctx.Err() == nil; failures++ {
		err := f.followOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		f.log.Warn("following the log into the index of event ids was interrupted and goes on", "error", err)
		_ = wait(ctx, min(time.Duration(1<<min(failures, 10))*10*time.Millisecond, 5*time.Second))
	}
}

func (f *follower) followOnce(ctx context.Context) error {
	var after eventstore.Position
	if err := f.pool.QueryRow(ctx, "SELECT position FROM ids.checkpoint").Scan(&after); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	deliveries := make(chan eventstore.Delivery, 256)
	ended := make(chan error, 1)
	go func() {
		defer close(deliveries)
		ended <- f.subscribe(ctx, after, deliveries)
	}()
	err := f.index(ctx, after, deliveries)
	cancel()
	if failed := <-ended; err == nil {
		err = failed
	}
	return err
}

// subscribe passes the log on.
func (f *follower) subscribe(ctx context.Context, after eventstore.Position, to chan<- eventstore.Delivery) error {
	for delivery, err := range eventstore.Steady(ctx, f.inner, after, eventstore.Filter{}, f.assure) {
		if err != nil {
			return err
		}
		select {
		case to <- delivery:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return eventstore.ErrClosed
}

// index writes deliveries down in batches until there are no more.
func (f *follower) index(ctx context.Context, after eventstore.Position, deliveries <-chan eventstore.Delivery) error {
	behind := true
	for {
		b := batch{upTo: after}
		atEnd, open := b.gather(deliveries)
		if b.upTo > after {
			if err := b.write(ctx, f.pool); err != nil {
				return err
			}
			after = b.upTo
		}
		f.reached(after)
		if !open {
			return nil
		}
		if atEnd && behind {
			behind = false
			f.arrived(after)
		}
		if !behind {
			if err := wait(ctx, restBetween); err != nil {
				return err
			}
		}
	}
}

// arrived lets those go on who wait for the first time that the end is reached.
func (f *follower) arrived(at eventstore.Position) {
	select {
	case <-f.caughtUp:
	default:
		f.log.Debug("the index of event ids has reached the end of the log", "position", at)
		close(f.caughtUp)
	}
}

// batch is what goes into the index together.
type batch struct {
	ids       []uuid.UUID
	streams   []string
	revisions []int64
	upTo      eventstore.Position
}

// gather waits for a delivery and takes what else is there. atEnd says that the
// log's end was reached, open that more may come.
func (b *batch) gather(deliveries <-chan eventstore.Delivery) (atEnd, open bool) {
	delivery, open := <-deliveries
	for open {
		b.upTo = max(b.upTo, delivery.Position)
		switch delivery.Kind {
		case eventstore.CaughtUp:
			return true, true
		case eventstore.EventDelivered:
			b.add(delivery.Event)
		}
		if len(b.ids) >= mostFollowed {
			return false, true
		}
		select {
		case delivery, open = <-deliveries:
		default:
			return false, true
		}
	}
	return false, false
}

// add takes an event in, unless it is one of the store's own.
func (b *batch) add(event eventstore.Event) {
	if strings.HasPrefix(string(event.Stream), "$") {
		return
	}
	b.ids = append(b.ids, event.ID)
	b.streams = append(b.streams, string(event.Stream))
	b.revisions = append(b.revisions, int64(event.Revision))
}

// writeSQL notes where ids stand, those that were reserved and those that nobody
// has reserved. Where an id is reserved for another stream than it came to stand
// on, the index was brought back from a copy that is older than the log: the log
// is right. An id that two streams hold, as may be in scope InStream, is the first
// one's.
const writeSQL = `
	INSERT INTO ids.event AS e (id, stream, revision, low, high, decided)
	SELECT DISTINCT ON (w.id) w.id, w.stream, w.revision, w.revision, w.revision, w.revision
	FROM unnest($1::uuid[], $2::text[], $3::bigint[]) WITH ORDINALITY AS w (id, stream, revision, place)
	LEFT JOIN ids.event known ON known.id = w.id
	WHERE known.revision IS NULL
	ORDER BY w.id, w.place
	ON CONFLICT (id) DO UPDATE
	SET stream = excluded.stream, revision = excluded.revision, low = excluded.low, high = excluded.high, decided = excluded.decided
	WHERE e.revision IS NULL`

// streamsSQL notes which streams there are.
const streamsSQL = `
	INSERT INTO ids.stream (name)
	SELECT DISTINCT w.stream FROM unnest($1::text[], $2::bigint[]) AS w (stream, revision)
	WHERE w.revision = 0
	ORDER BY w.stream
	ON CONFLICT DO NOTHING`

// write is durable when it returns: those who wait for the first catch-up rely
// on it.
func (b *batch) write(ctx context.Context, pool *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if len(b.ids) > 0 {
			if _, err := tx.Exec(ctx, writeSQL, b.ids, b.streams, b.revisions); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, streamsSQL, b.streams, b.revisions); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE ids.checkpoint SET position = $1 WHERE position < $1", b.upTo)
		return err
	})
}
