package esdb_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

// The contract on a real server that GUISHU_TEST_ESDB names, such as
// esdb://admin:changeit@host:2113?tlsVerifyCert=false. It may hold anything and
// be in use; what the tests write stays there, in streams that begin with
// "guishu-contract-". It must take appends as large as the contract's (16 MiB).
// With -test.parallel 1 the tests do not have to look past each other's events.
func TestContractOnANamedServer(t *testing.T) {
	t.Parallel()
	server := os.Getenv("GUISHU_TEST_ESDB")
	if server == "" {
		t.Skip("GUISHU_TEST_ESDB names no EventStoreDB server; none can be started here")
	}
	rentContract(t, func(*testing.T) string { return server })
}

// The same way, on servers here that hold others' events.
func TestContractAmongOthersEvents(t *testing.T) {
	t.Parallel()
	rentContract(t, func(t *testing.T) string {
		inner := memory.New()
		for range 3 {
			if _, err := inner.Append(t.Context(), eventstore.Append{Stream: "somebody's", Expected: eventstore.AnyRevision, Events: made(300)}); err != nil {
				t.Fatal(err)
			}
		}
		return connectionString(serve(t, inner).address)
	})
}

func rentContract(t *testing.T, server func(t *testing.T) string) {
	open := func(t *testing.T, address string) eventstore.Store {
		store, err := esdb.Open(t.Context(), address, esdb.Options{Log: slog.New(slog.DiscardHandler)})
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
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		address := server(t)
		store := open(t, address)
		begin, err := store.LastPosition(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return &rented{Store: store, address: address, prefix: "guishu-contract-" + uuid.NewString() + "-", begin: begin, long: new(sync.Map)}
	}, storetest.WithoutInStore(), storetest.Second(func(t *testing.T, first eventstore.Store) eventstore.Store {
		second := *first.(*rented)
		second.Store = open(t, second.address)
		return &second
	}))
}

// rented is the part of a store that belongs to one test: the streams with a
// prefix. It looks like an empty store at first. It cannot be loaded into,
// which needs an empty server.
type rented struct {
	eventstore.Store
	address string
	prefix  string
	begin   eventstore.Position
	long    *sync.Map // names that are too long with the prefix, by what stands for them
}

func (r *rented) inside(name eventstore.Stream) eventstore.Stream {
	outside := r.prefix + string(name)
	if len(outside) <= eventstore.MaxNameBytes {
		return eventstore.Stream(outside)
	}
	sum := sha256.Sum256([]byte(name))
	short := eventstore.Stream(r.prefix + hex.EncodeToString(sum[:]))
	r.long.Store(short, name)
	return short
}

func (r *rented) outside(name eventstore.Stream) (eventstore.Stream, bool) {
	if long, ok := r.long.Load(name); ok {
		return long.(eventstore.Stream), true
	}
	own, ok := strings.CutPrefix(string(name), r.prefix)
	return eventstore.Stream(own), ok
}

func (r *rented) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	own := a.Stream
	a.Stream = r.inside(a.Stream)
	appended, err := r.Store.Append(ctx, a)
	var wrong *eventstore.WrongRevisionError
	var conflict *eventstore.IDConflictError
	switch {
	case errors.As(err, &wrong):
		return appended, &eventstore.WrongRevisionError{Stream: own, Expected: wrong.Expected, Actual: wrong.Actual}
	case errors.As(err, &conflict):
		return appended, &eventstore.IDConflictError{Stream: own, ID: conflict.ID, Holder: own}
	}
	return appended, err
}

func (r *rented) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	if q.Validate() != nil {
		return r.Store.ReadStream(ctx, q)
	}
	own := q.Stream
	q.Stream = r.inside(q.Stream)
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range r.Store.ReadStream(ctx, q) {
			event.Stream = own
			if !yield(event, err) {
				return
			}
		}
	}
}

func (r *rented) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	if q.Validate() != nil {
		return r.Store.ReadAll(ctx, q)
	}
	limit := q.Limit
	q.After, q.Limit = max(q.After, r.begin), 0
	q.Filter = r.filter(q.Filter)
	return func(yield func(eventstore.Event, error) bool) {
		given := 0
		for event, err := range r.Store.ReadAll(ctx, q) {
			own, ours := r.outside(event.Stream)
			if err == nil && event.Position <= r.begin {
				return
			}
			if err == nil && !ours {
				continue
			}
			event.Stream = own
			given++
			if !yield(event, err) || given == limit {
				return
			}
		}
	}
}

// filter keeps what a filter keeps of the streams inside; of types, also those
// of others.
func (r *rented) filter(filter eventstore.Filter) eventstore.Filter {
	switch {
	case filter.IsZero():
		return eventstore.Filter{StreamPrefixes: []string{r.prefix}}
	case len(filter.Types) > 0:
		return filter
	}
	var inside eventstore.Filter
	for _, prefix := range filter.StreamPrefixes {
		inside.StreamPrefixes = append(inside.StreamPrefixes, r.prefix+prefix)
	}
	return inside
}

func (r *rented) LastPosition(ctx context.Context) (eventstore.Position, error) {
	if _, err := r.Store.LastPosition(ctx); err != nil {
		return 0, err
	}
	for event, err := range r.ReadAll(ctx, eventstore.AllQuery{Backwards: true, Limit: 1}) {
		return event.Position, err
	}
	return 0, nil
}

func (r *rented) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	if (eventstore.StreamQuery{Stream: stream, From: after}).Validate() != nil {
		return r.Store.SubscribeStream(ctx, stream, after)
	}
	return func(yield func(eventstore.Delivery, error) bool) {
		for delivery, err := range r.Store.SubscribeStream(ctx, r.inside(stream), after) {
			delivery.Event.Stream = stream
			if !yield(delivery, err) {
				return
			}
		}
	}
}

// SubscribeAll passes over what others write: their events, and the checkpoints
// that tell of them.
func (r *rented) SubscribeAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	if (eventstore.AllQuery{After: after, Filter: filter}).Validate() != nil {
		return r.Store.SubscribeAll(ctx, after, filter)
	}
	return func(yield func(eventstore.Delivery, error) bool) {
		told := after
		for delivery, err := range r.Store.SubscribeAll(ctx, max(after, r.begin), r.filter(filter)) {
			own, ours := r.outside(delivery.Event.Stream)
			delivery.Event.Stream = own
			if err == nil && delivery.Kind != eventstore.EventDelivered {
				ours = delivery.Kind == eventstore.CaughtUp || !filter.IsZero()
				delivery.Position, err = r.lastUpTo(ctx, delivery.Position)
				ours = ours && (delivery.Kind == eventstore.CaughtUp || delivery.Position > told)
			}
			if err == nil && !ours {
				continue
			}
			told = max(told, delivery.Position)
			if delivery.Kind == eventstore.CaughtUp {
				delivery.Position = told
			}
			if !yield(delivery, err) {
				return
			}
		}
	}
}

// lastUpTo is the position of the last event inside, up to a position.
func (r *rented) lastUpTo(ctx context.Context, position eventstore.Position) (eventstore.Position, error) {
	for event, err := range r.ReadAll(ctx, eventstore.AllQuery{Backwards: true}) {
		if err != nil || event.Position <= position {
			return event.Position, err
		}
	}
	return 0, nil
}
