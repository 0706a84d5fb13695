// Package projectiontest gives tests of read models a ledger to write into and a
// runner that reads it.
package projectiontest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/domain/aggregates"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/eventstore/storetest"
	"guishu/internal/invented"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
	"guishu/projections"
)

// Ledger is a ledger on a database of its own.
type Ledger struct {
	Pool  *pgxpool.Pool
	Store eventstore.Store
	Codec *eventstore.Codec
	Ring  *sealing.MemoryRing
	t     testing.TB
}

// New opens an empty ledger that ends with the test.
func New(t testing.TB) *Ledger {
	t.Helper()
	return On(t, pgtest.New(t))
}

// Sparse opens an empty ledger whose positions have gaps, as EventStoreDB's have.
func Sparse(t testing.TB) *Ledger {
	t.Helper()
	l := New(t)
	l.Store = storetest.Sparse(l.Store)
	return l
}

// On opens the ledger of a database.
func On(t testing.TB, pool *pgxpool.Pool) *Ledger {
	t.Helper()
	store, err := postgres.Open(context.Background(), pool, postgres.Options{AllowUnsafe: true})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() { _ = store.Close() })
	registry, err := eventstore.NewRegistry(aggregates.All().Events())
	if err != nil {
		t.Fatalf("register the events: %v", err)
	}
	ring := sealing.NewMemoryRing(uuid.New())
	return &Ledger{Pool: pool, Store: store, Ring: ring, t: t, Codec: eventstore.NewCodec(registry, sealing.NewSealer(ring))}
}

// Append writes events at the end of a stream and gives the last one's position.
func (l *Ledger) Append(stream string, events ...any) eventstore.Position {
	l.t.Helper()
	return l.AppendAt(At{}, stream, events...)
}

// AppendAt is Append with metadata.
func (l *Ledger) AppendAt(at At, stream string, events ...any) eventstore.Position {
	l.t.Helper()
	position, err := l.TryAppend(at, stream, events...)
	if err != nil {
		l.t.Fatalf("append to %s: %v", stream, err)
	}
	return position
}

// TryAppend is AppendAt for other goroutines than the test's.
func (l *Ledger) TryAppend(at At, stream string, events ...any) (eventstore.Position, error) {
	ctx := context.Background()
	meta := eventstore.Metadata{
		EffectiveAt: at.Effective, Asserted: at.Asserted, MigrationBatch: uuid.UUID(at.Batch),
		Actor: uuid.UUID(at.Actor), Unit: uuid.UUID(at.Unit),
	}
	a := eventstore.Append{Stream: eventstore.Stream(stream), Expected: eventstore.AnyRevision}
	for _, event := range events {
		encoded, err := l.Codec.Encode(ctx, a.Stream, uuid.New(), event, meta)
		if err != nil {
			return 0, fmt.Errorf("encode %T: %w", event, err)
		}
		a.Events = append(a.Events, encoded)
	}
	appended, err := l.Store.Append(ctx, a)
	return appended.Position, err
}

// Last is the newest position.
func (l *Ledger) Last() eventstore.Position {
	l.t.Helper()
	last, err := l.Store.LastPosition(context.Background())
	if err != nil {
		l.t.Fatalf("find the last position: %v", err)
	}
	return last
}

// Config is a runner's configuration with short waits.
func (l *Ledger) Config(models ...projections.Model) projections.Config {
	return projections.Config{
		Store: l.Store, Decoder: l.Codec, Pool: l.Pool, Models: models, Standby: 10 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(l.t.Output(), nil)),
	}
}

// Open makes a runner that does not run.
func (l *Ledger) Open(models ...projections.Model) *projections.Runner {
	l.t.Helper()
	runner, err := projections.New(context.Background(), l.Config(models...))
	if err != nil {
		l.t.Fatalf("make a runner: %v", err)
	}
	return runner
}

// Run makes a runner and runs it until the test ends or the function it gives is
// called.
func (l *Ledger) Run(models ...projections.Model) (*projections.Runner, func()) {
	l.t.Helper()
	runner := l.Open(models...)
	stop := Start(l.t, runner)
	return runner, stop
}

// Start runs a runner until the test ends or the function it gives is called.
func Start(t testing.TB, runner *projections.Runner) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = runner.Run(ctx)
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return stop
}

// Wait waits until every read model shows the whole ledger.
func (l *Ledger) Wait(runner *projections.Runner) {
	l.t.Helper()
	last := l.Last()
	waiting.Progress(l.t, "the read models to show the whole ledger", func() (far string, there bool) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		err := runner.WaitForAll(ctx, last)
		if err == nil {
			return "", true
		}
		status, statusErr := runner.Status(context.Background())
		if ctx.Err() == nil || statusErr != nil {
			l.t.Fatalf("wait for the read models: %v; %+v, %v", err, status, statusErr)
		}
		return fmt.Sprintf("%+v", status), false
	})
}

// Agrees fails the test unless a replay agrees with the tables.
func (l *Ledger) Agrees(runner *projections.Runner) {
	l.t.Helper()
	reports, err := runner.Replay(context.Background(), nil)
	if err != nil {
		l.t.Fatalf("replay: %v", err)
	}
	for _, report := range reports {
		for _, difference := range report.Differences {
			l.t.Errorf("replay: %s", difference)
		}
	}
}

// ID is a fresh id of any kind.
func ID[T ~[16]byte]() T { return invented.ID[T]() }
