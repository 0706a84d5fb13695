// Package idindex gives a store that knows event ids only within a stream
// (EventStoreDB) the scope InStore and eventstore.IDFinder, by a table in
// PostgreSQL.
//
// An id is reserved for its stream before it is appended, so that no two streams
// can come to hold it. A reservation is no proof: what an id's stream says is.
// Nothing is decided by a clock. Of an append that is cut off, or fails, or is
// merely slow, a rival for the id reads the stream. If the stream has gone past
// the revision that the append was decided on, and does not hold the id, then the
// append can never take effect, and the reservation is dropped. If the stream has
// not gone past it, the rival appends a fence at that very revision, which makes
// it so. Therefore every append in scope InStore goes out with an exact revision,
// whatever its caller expects.
package idindex

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	_ "embed"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed schema.sql
var schema string

// Options tunes a Store. The zero Options are right for production.
type Options struct {
	// Fence makes the event that closes the way for an append that was never
	// finished. It is an event of its own type without content if nil.
	Fence func(ctx context.Context, stream eventstore.Stream) (eventstore.NewEvent, error)
	// Courtesy is how long a rival waits for an append under way before it fences
	// it, 3 seconds if zero. It is for politeness alone: fencing is safe at any
	// time.
	Courtesy time.Duration
	Log      *slog.Logger // optional
	// Assure makes sure that the inner store holds the ledger that is in the index,
	// before anything is taken from it over a new connection. Optional.
	Assure func(context.Context) error
}

// Store is an eventstore.Store and an eventstore.IDFinder. Any number of
// processes may have one over the same inner store and database, and all who
// append in scope InStore must.
type Store struct {
	inner    eventstore.Store
	pool     *pgxpool.Pool
	options  Options
	log      *slog.Logger
	clerk    *clerk
	follower *follower

	closing chan struct{} // closed by Close
	mu      sync.Mutex    // guards closed together with active.Add
	closed  bool
	active  sync.WaitGroup
	shut    sync.Once
	failure error // of closing
}

var (
	_ eventstore.Store       = (*Store)(nil)
	_ eventstore.IDFinder    = (*Store)(nil)
	_ eventstore.ScopeTeller = (*Store)(nil)
	_ eventstore.Loader      = (*Store)(nil)
	_ eventstore.Witness     = (*Store)(nil)
	_ eventstore.Connector   = (*Store)(nil)
)

// Open wraps inner, which it closes with itself. What inner holds already comes
// into the index from where that was left, in the background; appends in scope
// InStore and FindID wait for it. Where Open fails, inner is left open.
func Open(ctx context.Context, pool *pgxpool.Pool, inner eventstore.Store, options Options) (*Store, error) {
	if options.Courtesy == 0 {
		options.Courtesy = 3 * time.Second
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Assure == nil {
		options.Assure = func(context.Context) error { return nil }
	}
	if options.Fence == nil {
		options.Fence = plainFence
	}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.IDSchema.Take(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, schema)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the index of event ids: %w", err)
	}
	return &Store{
		inner: inner, pool: pool, options: options, log: options.Log, closing: make(chan struct{}),
		clerk: startClerk(pool), follower: startFollower(pool, inner, options.Log, options.Assure),
	}, nil
}

// FenceType is the type of the event that closes the way for an append, where
// Options name no other.
const FenceType = "ids.fenced"

func plainFence(context.Context, eventstore.Stream) (eventstore.NewEvent, error) {
	return eventstore.NewEvent{ID: uuid.New(), Type: FenceType, Data: []byte("{}"), Metadata: []byte("{}")}, nil
}

// enter lets an operation in until Close; leave ends it.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, eventstore.ErrClosed
	}
	s.active.Add(1)
	return s.active.Done, nil
}

// indexed waits until everything that stood in the inner store at the start is in
// the index.
func (s *Store) indexed(ctx context.Context) error {
	select {
	case <-s.follower.caughtUp:
		return nil
	default:
	}
	select {
	case <-s.follower.caughtUp:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return eventstore.ErrClosed
	}
}

// ReadStream implements eventstore.Store.
func (s *Store) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return s.inner.ReadStream(ctx, q)
}

// ReadAll implements eventstore.Store.
func (s *Store) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return s.inner.ReadAll(ctx, q)
}

// SubscribeStream implements eventstore.Store.
func (s *Store) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	return s.inner.SubscribeStream(ctx, stream, after)
}

// SubscribeAll implements eventstore.Store.
func (s *Store) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return s.inner.SubscribeAll(ctx, after, filter)
}

// LastPosition implements eventstore.Store.
func (s *Store) LastPosition(ctx context.Context) (eventstore.Position, error) {
	return s.inner.LastPosition(ctx)
}

// Contiguous implements eventstore.Store.
func (s *Store) Contiguous() bool { return s.inner.Contiguous() }

// Reset empties the index, which is made anew from the log by whoever opens it next:
// for a log that was put back to an earlier state. The store is of no use afterwards.
func (s *Store) Reset(ctx context.Context) error {
	s.follower.stop()
	_, err := s.pool.Exec(ctx, "TRUNCATE ids.event, ids.stream; UPDATE ids.checkpoint SET position = 0", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return fmt.Errorf("empty the index of event ids: %w", err)
	}
	return nil
}

// Guard implements eventstore.Guarded, as the inner store does.
func (s *Store) Guard(welcome eventstore.Welcome) (end func()) {
	return eventstore.Guard(s.inner, welcome)
}

// Connections implements eventstore.Connector, as the inner store does.
func (s *Store) Connections() uint64 { return eventstore.ConnectionsOf(s.inner) }

// Close implements eventstore.Store.
func (s *Store) Close() error {
	s.shut.Do(func() {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		close(s.closing)
		s.active.Wait()
		s.follower.stop()
		s.clerk.stop()
		s.failure = s.inner.Close()
	})
	return s.failure
}
