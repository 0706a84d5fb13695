package idindex_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/idindex"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// server is a store that knows ids only within a stream, as EventStoreDB does.
// Somebody may stand at its door: what is appended passes through there.
type server struct {
	*memory.Store
	mu   sync.Mutex
	door func(ctx context.Context, a eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error)
	read chan eventstore.Stream // told of streams that are read, if there is room
	lost eventstore.Stream      // that yields nothing any more
}

// lose makes a stream yield nothing.
func (s *server) lose(stream eventstore.Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = stream
}

func newServer() *server {
	return &server{Store: memory.New(), read: make(chan eventstore.Stream, 1)}
}

func (s *server) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	select {
	case s.read <- q.Stream:
	default:
	}
	s.mu.Lock()
	lost := s.lost
	s.mu.Unlock()
	if lost != "" && q.Stream == lost {
		return func(func(eventstore.Event, error) bool) {}
	}
	return s.Store.ReadStream(ctx, q)
}

var errInStore = errors.New("this store does not know ids outside a stream")

func (s *server) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if a.Scope == eventstore.InStore {
		return eventstore.Appended{}, errInStore
	}
	s.mu.Lock()
	door := s.door
	s.mu.Unlock()
	if door == nil {
		return s.Store.Append(ctx, a)
	}
	return door(ctx, a, func() (eventstore.Appended, error) { return s.Store.Append(context.WithoutCancel(ctx), a) })
}

// at has everything that is appended pass through somebody; nil: straight in.
func (s *server) at(door func(ctx context.Context, a eventstore.Append, in func() (eventstore.Appended, error)) (eventstore.Appended, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door = door
}

// Load is in scope InStream whatever it was.
func (s *server) Load(ctx context.Context, events iter.Seq2[eventstore.Loaded, error]) (int64, error) {
	return s.Store.Load(ctx, func(yield func(eventstore.Loaded, error) bool) {
		for event, err := range events {
			event.Scope = eventstore.InStream
			if !yield(event, err) {
				return
			}
		}
	})
}

// connection is one process's way to a server.
type connection struct{ *server }

// Close leaves the server alone.
func (connection) Close() error { return nil }

func open(t *testing.T, pool *pgxpool.Pool, inner eventstore.Store, options ...idindex.Options) *idindex.Store {
	t.Helper()
	options = append(options, idindex.Options{})
	store, err := idindex.Open(t.Context(), pool, inner, options[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestContract(t *testing.T) {
	t.Parallel()
	type parts struct {
		pool   *pgxpool.Pool
		server *server
	}
	var opened sync.Map
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		made := parts{pgtest.New(t), newServer()}
		store := open(t, made.pool, made.server)
		opened.Store(store, made)
		return store
	}, storetest.Second(func(t *testing.T, first eventstore.Store) eventstore.Store {
		made, _ := opened.Load(first)
		return open(t, made.(parts).pool, connection{made.(parts).server})
	}), storetest.Interrupt(func(t *testing.T, store eventstore.Store) {
		made, _ := opened.Load(store)
		cut(t, made.(parts).pool)
	}), storetest.Damage(map[storetest.Harm]func(*testing.T, eventstore.Store, eventstore.Stream){
		// The inner store knows nothing of it any more: the index does.
		storetest.Delete: func(t *testing.T, store eventstore.Store, stream eventstore.Stream) {
			made, _ := opened.Load(store)
			last, err := store.LastPosition(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			indexedTo(t, made.(parts).pool, last)
			made.(parts).server.lose(stream)
		},
	}))
}

// indexedTo waits until the index has taken in the log up to a position.
func indexedTo(t *testing.T, pool *pgxpool.Pool, position eventstore.Position) {
	t.Helper()
	waiting.Until(t, "the index to follow the log", func() bool {
		var at eventstore.Position
		err := pool.QueryRow(t.Context(), "SELECT position FROM ids.checkpoint").Scan(&at)
		return err == nil && at >= position
	})
}

// cut ends the database's other connections.
func cut(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), pool.Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `
		SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
}

// within is for one call.
func within(t *testing.T) context.Context { return waiting.Context(t, "the answer to one call") }
