// Package esdb keeps the ledger in EventStoreDB (design §5), through its official
// client; only appends share one call of the server, which that client cannot do
// (batch.go), where the server offers it and they are small.
//
// Positions are the server's commit positions: they rise, with holes between
// them. What a server does not promise, the store adds: ids are known for ever
// and whatever is expected (append.go), the outcome of an append whose reply
// was lost is read back and never guessed (outcome.go), reads and subscriptions
// go on where they stood when a connection is lost (read.go, subscribe.go), and
// a connection that has failed is given up without leaving anything running
// (link.go).
//
// System events (a type or stream that begins with "$"; links are such) are
// passed over unless they are asked for by name. Events of others come through
// as they are: whoever reads skips what is not theirs.
package esdb

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/metadata"

	"guishu/eventstore"
)

// Options tune a Store. The zero value is right for production.
type Options struct {
	// Connections is how many connections are opened to the server, 0 for 1, and
	// as many again for appends that share a call. One carries any number of
	// appends and subscriptions at once.
	Connections int

	// Patience is how long reads, and appends that nothing was sent of yet, wait
	// for a lost server to come back before they fail, 0 for 15 seconds.
	Patience time.Duration

	// Grace is how long an append that was sent still waits for its outcome when
	// its context has ended or the store closes, 0 for 5 seconds.
	Grace time.Duration

	// RememberedIDs bounds how many event ids of streams are remembered, 0 for a
	// million (16 MB). An append to a stream that is not remembered reads it.
	RememberedIDs int

	// SingleCalls sends every append with a call of its own, as the official client
	// does. Otherwise appends share one, where the server offers that.
	SingleCalls bool

	// Skipped is told of every event that was passed over, nil for nobody. It is
	// called from several goroutines and must be quick.
	Skipped func(Skip)

	// Log takes what an operator should know, nil for slog.Default.
	Log *slog.Logger
}

// Skip is why an event was passed over.
type Skip string

// The reasons to pass over an event.
const (
	SkippedSystem Skip = "system" // the server's own
	SkippedLink   Skip = "link"   // stands for an event elsewhere
)

func (o Options) withDefaults() Options {
	if o.Connections <= 0 {
		o.Connections = 1
	}
	if o.Patience <= 0 {
		o.Patience = 15 * time.Second
	}
	if o.Grace <= 0 {
		o.Grace = 5 * time.Second
	}
	if o.RememberedIDs <= 0 {
		o.RememberedIDs = 1_000_000
	}
	if o.Skipped == nil {
		o.Skipped = func(Skip) {}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Store is an eventstore.Store in EventStoreDB.
type Store struct {
	options  Options
	links    *links
	outgoing metadata.MD // sent with every call
	ids      *idMemory
	turns    *turns

	// known is the highest position that this process knows to be taken.
	known atomic.Int64
	// newest is the highest position known of an event that is not a system
	// event.
	newest atomic.Int64

	// ending is cancelled when the store closes; accepted is every append that
	// Close waits for.
	ending   context.Context
	end      context.CancelCauseFunc
	gate     sync.RWMutex
	closed   bool
	accepted sync.WaitGroup
}

var _ eventstore.Store = (*Store)(nil)

// Open opens the ledger on the server or cluster that connectionString names,
// and checks that it answers and may be read. Of a cluster, the leader is asked
// for everything (E-07). Errors: *ConnectionStringError, *UnreachableError,
// *NotLeaderError, *ServerTooOldError, *RefusedError (credentials).
//
// Without TLS the client sends no credentials; to a single server on this machine
// the store sends them nevertheless, so that a gateway on loopback can be signed
// in to.
func Open(ctx context.Context, connectionString string, options Options) (*Store, error) {
	options = options.withDefaults()
	config, err := parseConnectionString(connectionString, options.Log)
	if err != nil {
		return nil, err
	}
	s := &Store{options: options, outgoing: outgoing(config, options.Log), ids: newIDMemory(options.RememberedIDs), turns: newTurns()}
	s.ending, s.end = context.WithCancelCause(context.Background())
	s.links = newLinks(s.ending, config, s.outgoing, options)
	s.links.admit = s.admit
	if err := s.greet(ctx, config); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// outgoing is what is sent with every call: that the leader is wanted, which
// the client writes where it is never sent, and credentials that it holds back.
func outgoing(config *esdb.Configuration, log *slog.Logger) metadata.MD {
	headers := metadata.Pairs("requires-leader", "true")
	switch {
	case config.Username == "" || !config.DisableTLS:
	case onThisMachine(config) && !clustered(config): // gossip may name members elsewhere
		both := config.Username + ":" + config.Password
		headers.Set("authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(both)))
	default:
		log.Warn("the credentials for EventStoreDB are not sent, because the connection string switches TLS off")
	}
	return headers
}

// Guard implements eventstore.Guarded.
func (s *Store) Guard(welcome eventstore.Welcome) (end func()) { return s.links.guards.Guard(welcome) }

// Contiguous implements eventstore.Store: there are holes between positions.
func (s *Store) Contiguous() bool { return false }

// Close implements eventstore.Store. Appends that were sent get their outcome,
// at the latest after Options.Grace.
func (s *Store) Close() error {
	s.gate.Lock()
	first := !s.closed
	s.closed = true
	s.gate.Unlock()
	if first {
		s.end(eventstore.ErrClosed)
	}
	s.accepted.Wait()
	s.links.close()
	return nil
}

// accept counts an append that Close is to wait for.
func (s *Store) accept() error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.closed {
		return eventstore.ErrClosed
	}
	s.accepted.Add(1)
	return nil
}

func (s *Store) alive() error {
	if s.ending.Err() != nil {
		return eventstore.ErrClosed
	}
	return nil
}

// bound ends a context with the store.
func (s *Store) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ending, func() { cancel(eventstore.ErrClosed) })
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}

// addressed gives a call's context what is sent with every call.
func (s *Store) addressed(ctx context.Context) context.Context {
	if len(s.outgoing) == 0 {
		return ctx
	}
	return metadata.NewOutgoingContext(ctx, s.outgoing)
}

// saw notes that a position is taken.
func (s *Store) saw(position eventstore.Position) { raise(&s.known, int64(position)) }

// sawEvent notes the position of an event, as the newest too if it is not a
// system event.
func (s *Store) sawEvent(recorded *esdb.RecordedEvent) {
	position := positionOf(recorded.Position.Commit)
	s.saw(position)
	if !isSystem(recorded) {
		raise(&s.newest, int64(position))
	}
}

func raise(value *atomic.Int64, to int64) {
	for {
		now := value.Load()
		if now >= to || value.CompareAndSwap(now, to) {
			return
		}
	}
}

// positionOf is a server's position as the port's, 0 when it is none.
func positionOf(commit uint64) eventstore.Position {
	if commit > math.MaxInt64 {
		return 0
	}
	return eventstore.Position(commit)
}

// translate makes an error of a read, or of a connection, the port's.
func (s *Store) translate(ctx context.Context, doing string, err error) error {
	var already *eventstore.InvalidAppendError
	switch {
	case s.ending.Err() != nil:
		return eventstore.ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &already):
		return err
	}
	what, own, unwelcome := judge(err), ownError(err), unwelcome(err)
	err = withoutCode(err)
	switch {
	case unwelcome:
		return &UnreachableError{Addresses: s.links.addresses, Err: fmt.Errorf("%s: %w", doing, err)}
	case what == passing && own:
		return &ServerError{Err: fmt.Errorf("%s: %w", doing, err)}
	case what == passing && !unreadable(err):
		return &UnreachableError{Addresses: s.links.addresses, Err: fmt.Errorf("%s: %w", doing, err)}
	case what == elsewhere:
		return &NotLeaderError{Addresses: s.links.addresses}
	case what == refused:
		return &RefusedError{Err: fmt.Errorf("%s: %w", doing, err)}
	}
	return eventstore.Doing(doing, err)
}
