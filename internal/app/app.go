// Package app is the whole product put together: where the database is, the
// store, the keys, the commands, the read models and the reactions. Every
// subcommand and every test of the whole uses the same assembly.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/sealing"
	"guishu/http/auth"
	"guishu/internal/privatepg"
	"guishu/projections"
	"guishu/projections/catalog"
	"guishu/reactions"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
)

// Config is what an App is built from. Nothing is required.
type Config struct {
	// Database says where PostgreSQL is; the zero Settings are a private cluster
	// in the default data folder (design §8).
	Database privatepg.Settings
	// Join uses the private cluster of another Guishu that runs on the data
	// folder, where one does, instead of failing.
	Join bool
	// KEK is where the key-encryption key lies; by default the data folder.
	KEK sealing.KEKSource
	// Location is the business's time zone, Asia/Shanghai if nil.
	Location *time.Location
	Now      func() time.Time // the clock, time.Now if nil
	Log      *slog.Logger     // optional
	// LedgerID is the id of a ledger that is made now, random if zero; a ledger that
	// is there keeps its own.
	LedgerID uuid.UUID
	// Prepare, if set, does something in the database before anything is made there.
	Prepare func(context.Context, *pgxpool.Pool) error
	// Loading opens a ledger for whoever loads it: ledger.Config.Loading.
	Loading bool
	// Maintenance opens a ledger also where serving it is refused because it is not the
	// one that the database has read, for those who look at it, copy it or mend it.
	// Nothing is decided on it.
	Maintenance bool
	// EventStoreDB is the connection string of an EventStoreDB that keeps the events,
	// such as esdb://host:2113; everything else is in the database. Without one,
	// events are in the database too.
	EventStoreDB string
	// SecureCookies marks session cookies for TLS only.
	SecureCookies bool
	// SecretLife is how long one-time secrets live, TokenLife how long API tokens may:
	// those of auth.Config.
	SecretLife, TokenLife time.Duration
	// Connections bounds how many connections to PostgreSQL a server opens, all told; what
	// the server grants says so if it is zero.
	Connections int
	// Tool opens few, for a command that may run beside a server.
	Tool bool
	// Store tunes the event store in PostgreSQL; AllowUnsafe also goes for what is
	// in PostgreSQL beside an EventStoreDB. For tests.
	Store postgres.Options
}

// App is the product, assembled. Run makes it live.
type App struct {
	Pool      *pgxpool.Pool
	Store     eventstore.Store
	Ring      *sealing.Ring
	Codec     *eventstore.Codec
	Ledger    *ledger.Ledger
	Models    *projections.Runner
	Reactions *reactions.Reactions
	Auth      *auth.Auth
	Lookups   *sealing.Hasher
	Location  *time.Location
	Log       *slog.Logger
	// Collectors are metrics of the store, for whoever shows metrics.
	Collectors []prometheus.Collector

	modelled chan struct{} // closed when Models are there
	outside  bool          // the events are not in the database

	begin   func(context.Context) error // notes the ledger's first event, nil when it is noted
	closers []func() error              // run last first

	mayWrite func(context.Context) error // whether the store may be written to, nil where it always may
}

// Open assembles the product. It replays nothing: a ledger of a million events
// opens as fast as an empty one.
func Open(ctx context.Context, c Config) (_ *App, err error) {
	if c.Location == nil {
		c.Location = domain.ChinaZone()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = calmly(c.Log, time.Now)
	a := &App{Location: c.Location, Log: c.Log, modelled: make(chan struct{}), outside: c.EventStoreDB != ""}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.openDatabase(ctx, &c); err != nil {
		return nil, err
	}
	if c.Prepare != nil {
		if err := c.Prepare(ctx, a.Pool); err != nil {
			return nil, err
		}
	}
	if err := a.openStore(ctx, c); err != nil {
		return nil, err
	}
	if !c.Tool {
		if err := a.warnOfExcess(ctx); err != nil {
			return nil, err
		}
	}
	if err := a.openModels(ctx); err != nil {
		return nil, err
	}
	close(a.modelled)
	if err := a.verify(ctx); err != nil && !(c.Maintenance && errors.Is(err, domain.ErrLedgerPutBack)) {
		if errors.Is(err, domain.ErrLedgerPutBack) {
			err = fmt.Errorf("%w: %w", ErrLedgerBehind, err)
		}
		return nil, err
	}
	a.Auth, err = auth.Open(ctx, auth.Config{
		Pool: a.Pool, Now: c.Now, Log: c.Log, SecureCookies: c.SecureCookies, SecretLife: c.SecretLife, TokenLife: c.TokenLife,
	})
	if err != nil {
		return nil, err
	}
	a.onClose(func() error { a.Auth.Close(); return nil })
	if err := a.openLedger(ctx, c); err != nil {
		return nil, err
	}
	return a, nil
}

// WithDatabase does something with the database alone, whatever the ledger in it is
// like. The database is closed afterwards.
func WithDatabase(ctx context.Context, c Config, do func(context.Context, *pgxpool.Pool) error) (err error) {
	a := &App{Log: c.Log}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.openDatabase(ctx, &c); err != nil {
		return err
	}
	return do(ctx, a.Pool)
}

func (a *App) onClose(f func() error) { a.closers = append(a.closers, f) }

// openDatabase finds or starts PostgreSQL and connects.
func (a *App) openDatabase(ctx context.Context, c *Config) error {
	if c.Database.DatabaseURL == "" && c.Database.DataDir == "" {
		folder, err := privatepg.DefaultDataDir()
		if err != nil {
			return err
		}
		c.Database.DataDir = folder
	}
	if c.Database.Log == nil {
		c.Database.Log = c.Log
	}
	url, stop, err := privatepg.Open(ctx, c.Database)
	if c.Join && errors.Is(err, privatepg.ErrInUse) {
		url, err = privatepg.Join(c.Database.DataDir, "guishu")
		stop = func() error { return nil }
	}
	if err != nil {
		return err
	}
	a.onClose(stop)
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("read the address of the database: %w", err)
	}
	config.ConnConfig.DialFunc = databaseDialer().DialContext
	locks.Settings(config.ConnConfig.RuntimeParams)
	granted, err := grants(ctx, config.ConnConfig)
	if err != nil {
		return err
	}
	sizes := sizesOf(granted, c.Connections, c.Tool)
	config.MaxConns = sizes.pool
	if c.Store.ReadConnections == 0 {
		c.Store.ReadConnections = sizes.reads
	}
	if a.Pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	a.onClose(func() error { a.Pool.Close(); return nil })
	if err := a.Pool.Ping(ctx); err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	return nil
}

func (a *App) openModels(ctx context.Context) (err error) {
	a.Models, err = projections.New(ctx, projections.Config{
		Store: a.Store, Decoder: a.Codec, Pool: a.Pool, Models: catalog.Models(a.Lookups, a.Location), Log: a.Log,
	})
	return err
}

func (a *App) openLedger(ctx context.Context, c Config) error {
	requests, err := a.Ring.Hasher(ctx, sealing.ForRequests)
	if err != nil {
		return err
	}
	registry, err := ledger.OpenKeys(ctx, a.Pool)
	if err != nil {
		return err
	}
	a.Ledger, err = ledger.Open(ctx, ledger.Config{
		ID: a.Ring.Ledger(), Store: a.Store, Codec: a.Codec, Keys: registry, Lookups: a.Lookups, Requests: requests,
		Eraser: a.Ring, Census: catalog.NewCensus(a.Pool, a.Location), Location: c.Location, Now: c.Now, Log: c.Log,
		Loading: c.Loading, Verify: a.verify, Hold: a.hold,
	})
	if err != nil {
		return err
	}
	a.onClose(func() error { a.Ledger.Close(); return nil })
	a.Reactions, err = reactions.Open(ctx, reactions.Config{
		Store: a.Store, Codec: a.Codec, Ledger: a.Ledger, SignIns: a.Auth, Pool: a.Pool, Log: c.Log,
	})
	if err != nil {
		return err
	}
	a.onClose(a.Reactions.Close)
	return nil
}

// settleAge is how old a reservation is that nobody is working on any more.
const settleAge = time.Minute

// Run brings read models on, reacts to events and settles what crashes left
// behind, until ctx ends or one of them cannot go on.
func (a *App) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Models.Run(ctx) })
	group.Go(func() error { return a.Reactions.Run(ctx) })
	group.Go(func() error { return a.settle(ctx) })
	group.Go(func() error { return a.sweep(ctx) })
	group.Go(func() error { return a.noteBegin(ctx) })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (a *App) settle(ctx context.Context) error {
	tick := time.NewTicker(settleAge)
	defer tick.Stop()
	for {
		freed, confirmed, err := a.Ledger.SettleReservations(ctx, settleAge)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			a.Log.Warn("reservations left by a crash could not be settled now", "error", err)
		case freed+confirmed > 0:
			a.Log.Info("reservations left by a crash were settled", "freed", freed, "confirmed", confirmed)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Close stops everything, the database last.
func (a *App) Close() error {
	var failures []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		failures = append(failures, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(failures...)
}
