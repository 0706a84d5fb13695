// Package postgres keeps the ledger in PostgreSQL: the embedded default of the
// event store (design §5).
//
// Positions are 1, 2, 3 … without a hole, in commit order, across any number of
// processes. Every process has one writer that collects concurrent appends into
// batches (writer.go) and moves the head row by compare-and-set. Reads go by
// pages (read.go), subscriptions catch up by pages and then follow a tail that
// all subscribers of a process share (tail.go).
package postgres

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/postgres/schema"
)

// Options tune a Store. The zero value is right for production.
type Options struct {
	// AllowUnsafe opens the store on a server with fsync, full_page_writes or
	// synchronous_commit off. For tests of that refusal only.
	AllowUnsafe bool

	// CachedRevisions bounds how many streams' last revisions are remembered,
	// 0 for 100,000. A stream that is not remembered costs one more round trip.
	CachedRevisions int

	// Patience is how long appends wait for a lost server to come back before
	// they fail, 0 for 15 seconds.
	Patience time.Duration

	// PollInterval is how often the tail looks for events it was not told of,
	// 0 for one second. It is the safety net below notifications.
	PollInterval time.Duration

	// ReadConnections bounds the connections used for reading, 0 for 8.
	ReadConnections int32

	// Log takes what an operator should know, nil for slog.Default.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.CachedRevisions <= 0 {
		o.CachedRevisions = 100_000
	}
	if o.Patience <= 0 {
		o.Patience = 15 * time.Second
	}
	if o.PollInterval <= 0 {
		o.PollInterval = time.Second
	}
	if o.ReadConnections <= 0 {
		o.ReadConnections = 8
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Store is an eventstore.Store in PostgreSQL.
type Store struct {
	options   Options
	config    *pgx.ConnConfig
	reads     *pgxpool.Pool
	revisions *revisionCache
	writer    *writer
	tail      *tail
	room      room // of readers with large pages
	guards    *eventstore.Guards

	// ending is cancelled when the store closes; work is everything that runs
	// on the store's behalf and that Close waits for.
	ending context.Context
	end    context.CancelCauseFunc
	work   sync.WaitGroup
	closed sync.Once
}

var (
	_ eventstore.Store     = (*Store)(nil)
	_ eventstore.Connector = (*Store)(nil)
)

// Open opens the ledger in the database that pool leads to, and creates or
// migrates its schema. The pool only lends its configuration: the store has
// connections of its own with the settings it relies on. Errors:
// *UnsafeServerError when the server may lose acknowledged events.
func Open(ctx context.Context, pool *pgxpool.Pool, options Options) (*Store, error) {
	return OpenConfig(ctx, pool.Config().ConnConfig, options)
}

// OpenURL is Open for a connection string.
func OpenURL(ctx context.Context, url string, options Options) (*Store, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, eventstore.Doing("opening", err)
	}
	return OpenConfig(ctx, config, options)
}

// OpenConfig is Open for a connection's configuration.
func OpenConfig(ctx context.Context, config *pgx.ConnConfig, options Options) (*Store, error) {
	options = options.withDefaults()
	config = config.Copy()
	locks.Settings(config.RuntimeParams)
	if err := prepareDatabase(ctx, config, options); err != nil {
		return nil, eventstore.Doing("preparing the database", err)
	}
	guards := new(eventstore.Guards)
	reads, err := newReadPool(ctx, config, options, guards)
	if err != nil {
		return nil, eventstore.Doing("opening", err)
	}
	s := &Store{options: options, config: config, reads: reads, guards: guards, revisions: newRevisionCache(options.CachedRevisions), room: make(room, rooms)}
	s.ending, s.end = context.WithCancelCause(context.Background())
	s.tail = newTail(s)
	s.writer = newWriter(config, options, s.revisions, s.tail.committed, guards)
	if err := s.writer.start(ctx); err != nil {
		s.end(eventstore.ErrClosed)
		reads.Close()
		return nil, eventstore.Doing("opening", err)
	}
	return s, nil
}

func prepareDatabase(ctx context.Context, config *pgx.ConnConfig, options Options) error {
	connection, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return err
	}
	defer connection.Close(context.WithoutCancel(ctx))
	if !options.AllowUnsafe {
		if err := CheckDurability(ctx, connection); err != nil {
			return err
		}
	}
	return schema.Migrate(ctx, connection)
}

// newReadPool gives connections that always walk the indexes: the tables grow
// from nothing to millions of rows faster than statistics follow.
func newReadPool(ctx context.Context, config *pgx.ConnConfig, options Options, guards *eventstore.Guards) (*pgxpool.Pool, error) {
	poolConfig, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	poolConfig.ConnConfig = config.Copy()
	settings := poolConfig.ConnConfig.RuntimeParams
	settings["application_name"] = "guishu ledger reader"
	walkIndexes(settings)
	poolConfig.AfterConnect = func(ctx context.Context, connection *pgx.Conn) error {
		// A session that begins like this would be taken for a server that takes no writes,
		// where target_session_attrs asks for one that does (L-06).
		if _, err := connection.Exec(ctx, "SET default_transaction_read_only = on"); err != nil {
			return err
		}
		return admit(ctx, connection, guards)
	}
	poolConfig.MaxConns = options.ReadConnections
	poolConfig.MinConns = 0
	poolConfig.MaxConnIdleTime = time.Minute
	return pgxpool.NewWithConfig(ctx, poolConfig)
}

func walkIndexes(settings map[string]string) {
	settings["plan_cache_mode"] = "force_generic_plan"
	settings["enable_seqscan"] = "off"
	settings["enable_bitmapscan"] = "off"
	settings["jit"] = "off"
}

// TakesInOrder implements eventstore.Orderly, as long as nobody else writes: what is
// decided anew after a rival was first keeps its order among itself.
func (s *Store) TakesInOrder() bool { return true }

// Append implements eventstore.Store.
func (s *Store) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	return s.writer.append(ctx, a)
}

// LastPosition implements eventstore.Store.
func (s *Store) LastPosition(ctx context.Context) (eventstore.Position, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	var position eventstore.Position
	err := s.retry(ctx, func() error {
		return s.reads.QueryRow(ctx, `SELECT position FROM ledger.head`).Scan(&position)
	})
	if err != nil {
		return 0, s.readError("reading the last position", err)
	}
	return position, nil
}

// KnownPosition is the newest position that this process knows to be
// committed. It asks nobody and may lag behind LastPosition.
func (s *Store) KnownPosition() eventstore.Position {
	return eventstore.Position(s.tail.known.Load())
}

// Guard implements eventstore.Guarded.
func (s *Store) Guard(welcome eventstore.Welcome) (end func()) { return s.guards.Guard(welcome) }

// admit lets those who guard the store look at a new connection before anything else is
// asked over it.
func admit(ctx context.Context, connection *pgx.Conn, guards *eventstore.Guards) error {
	return guards.Welcome(ctx, func(ctx context.Context, position eventstore.Position, id uuid.UUID) (holds bool, err error) {
		err = connection.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger.events WHERE position = $1 AND id = $2)`, position, id).Scan(&holds)
		return holds, err
	})
}

// Connections implements eventstore.Connector: how often the writer has connected.
func (s *Store) Connections() uint64 { return s.writer.made.Load() }

// Contiguous implements eventstore.Store: positions are 1, 2, 3 …
func (s *Store) Contiguous() bool { return true }

// Close implements eventstore.Store. It returns once every accepted append has
// its outcome and everything the store started has ended.
func (s *Store) Close() error {
	s.closed.Do(func() {
		s.writer.close()
		s.end(eventstore.ErrClosed)
		s.work.Wait()
		s.reads.Close()
	})
	return nil
}

func (s *Store) alive() error {
	if s.ending.Err() != nil {
		return eventstore.ErrClosed
	}
	return nil
}

// readError says what was being done, unless the store has been closed.
func (s *Store) readError(doing string, err error) error {
	var gap *eventstore.GapError
	switch {
	case s.ending.Err() != nil:
		return eventstore.ErrClosed
	case errors.As(err, &gap), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return eventstore.Doing(doing, err)
}
