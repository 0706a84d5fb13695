package app

import (
	"context"
	"errors"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/idindex"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// openStore opens the event store and the keys of what is sealed in it.
func (a *App) openStore(ctx context.Context, c Config) error {
	registry, err := ledger.Events()
	if err != nil {
		return err
	}
	open := a.openPostgreSQL
	if c.EventStoreDB != "" {
		open = a.openEventStoreDB
	}
	if a.Store, err = open(ctx, c, registry); err != nil {
		return err
	}
	a.onClose(a.Store.Close)
	if c.KEK.Folder == "" {
		c.KEK.Folder = c.Database.DataDir
	}
	if a.Ring, err = sealing.Open(ctx, a.Pool, c.KEK, sealing.Options{Ledger: c.LedgerID}); err != nil {
		return err
	}
	if a.Lookups, err = a.Ring.Hasher(ctx, sealing.ForLookups); err != nil {
		return err
	}
	a.Codec = eventstore.NewCodec(registry, sealing.NewSealer(a.Ring))
	return nil
}

// openPostgreSQL opens the ledger in the database itself.
func (a *App) openPostgreSQL(ctx context.Context, c Config, _ *eventstore.Registry) (eventstore.Store, error) {
	if err := claim(ctx, a.Pool, inPostgreSQL, nil); err != nil {
		return nil, err
	}
	c.Store.Log = c.Log
	return postgres.Open(ctx, a.Pool, c.Store)
}

// openEventStoreDB opens the ledger in an EventStoreDB, with the index of event ids
// in the database.
func (a *App) openEventStoreDB(ctx context.Context, c Config, registry *eventstore.Registry) (_ eventstore.Store, err error) {
	// An id that is reserved must stay so: the index is as durable as a ledger.
	if !c.Store.AllowUnsafe {
		if err := postgres.CheckDurability(ctx, a.Pool); err != nil {
			return nil, err
		}
	}
	passed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "guishu_eventstoredb_passed_over_total", Help: "Events of the EventStoreDB itself that were not even looked at: system events and links.",
	}, []string{"what"})
	a.Collectors = append(a.Collectors, passed)
	server, err := esdb.Open(ctx, c.EventStoreDB, esdb.Options{Log: c.Log, Skipped: func(what esdb.Skip) {
		passed.WithLabelValues(string(what)).Inc()
	}})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, server.Close())
		}
	}()
	a.mayWrite = server.MayWrite
	types := typesOf(registry)
	err = claim(ctx, a.Pool, inEventStoreDB, func(ctx context.Context, tx pgx.Tx, o origin) error {
		if o.Event == nil {
			a.begin = func(ctx context.Context) error { return awaitBegin(ctx, a.Pool, server, types) }
		}
		err := verify(ctx, tx, server, o, types, c.Loading)
		if c.Maintenance && errors.Is(err, ErrLedgerBehind) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	// A fence says nothing personal: it needs no keys.
	codec := eventstore.NewCodec(registry, nil)
	return idindex.Open(ctx, a.Pool, server, idindex.Options{Log: c.Log, Assure: a.assureIndex, Fence: func(ctx context.Context, stream eventstore.Stream) (eventstore.NewEvent, error) {
		return fence(ctx, codec, stream)
	}})
}

// fence is the event by which a stream is taken past an append that was never
// finished, so that its event ids are free: the ledger's word for just that.
func fence(ctx context.Context, codec *eventstore.Codec, stream eventstore.Stream) (eventstore.NewEvent, error) {
	return codec.Encode(ctx, stream, uuid.New(), domain.ReservationAbandoned{Kind: "event-id"}, eventstore.Metadata{
		Command: "abandon-reservation", CommandID: uuid.New(),
	})
}

// typesOf are the types of the ledger's own events.
func typesOf(registry *eventstore.Registry) []string {
	var types []string
	for _, version := range registry.Versions() {
		if version.Current {
			types = append(types, version.Type)
		}
	}
	return types
}

// noteBegin notes by which event the ledger is known, where that is not known yet.
func (a *App) noteBegin(ctx context.Context) error {
	for a.begin != nil && ctx.Err() == nil {
		err := a.begin(ctx)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		a.Log.Warn("the ledger's first event could not be noted yet", "error", err)
		timer := time.NewTimer(time.Second)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
	return nil
}

// How often it is looked for event ids that crashes left reserved, and how old a
// reservation must be to be looked at.
const (
	sweepEvery = 6 * time.Hour
	sweepAge   = time.Minute
)

// sweep lets go of the event ids that crashes left reserved, where the ledger is in
// an EventStoreDB.
func (a *App) sweep(ctx context.Context) error {
	index, beside := a.Store.(*idindex.Store)
	if !beside {
		return nil
	}
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		swept, err := index.Sweep(ctx, sweepAge)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			a.Log.Warn("event ids left reserved by a crash could not be looked for now", "error", err)
		case swept.Freed+swept.Noted > 0:
			a.Log.Info("event ids left reserved by a crash were settled", "freed", swept.Freed, "noted", swept.Noted, "left", swept.Left)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// StoreAnswers gives nil while the event store can be asked and written to: for
// whoever watches over the program. An *esdb.RefusedError says that the user whom
// --store names lacks a right.
func (a *App) StoreAnswers(ctx context.Context) error {
	_, err := a.Store.LastPosition(ctx)
	if err == nil && a.mayWrite != nil {
		err = a.mayWrite(ctx)
	}
	return err
}
