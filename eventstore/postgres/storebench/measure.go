// Package storebench measures the ledger's store beside what PostgreSQL does
// without it, in the same run on the same server: single-row inserts with their
// own commit into a table of the same shape and indexes, and COPY.
package storebench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// Result is what a number of clients did in a time.
type Result struct {
	Clients int
	Events  int
	Elapsed time.Duration
	P50     time.Duration // of one append
	P99     time.Duration
}

// PerSecond is the number of events a second.
func (r Result) PerSecond() float64 { return float64(r.Events) / r.Elapsed.Seconds() }

func (r Result) String() string {
	return fmt.Sprintf("%d clients: %.0f events/s, p50 %s, p99 %s", r.Clients, r.PerSecond(), r.P50, r.P99)
}

// eventsPerStream is how often a client appends to one stream before it begins
// another one.
const eventsPerStream = 20

// client appends single events, each with the revision it expects.
type client struct {
	stream   eventstore.Stream
	revision eventstore.Revision
}

func (c *client) next() eventstore.Append {
	if c.stream == "" || c.revision == eventsPerStream-1 {
		c.stream, c.revision = eventstore.Stream("customer-"+uuid.NewString()), eventstore.NoRevision
	}
	return eventstore.Append{
		Stream: c.stream, Expected: eventstore.AtRevision(c.revision), Scope: eventstore.InStore,
		Events: []eventstore.NewEvent{sampleEvent()},
	}
}

// sampleEvent is an event of about 350 bytes with its metadata.
func sampleEvent() eventstore.NewEvent {
	id := uuid.New()
	return eventstore.NewEvent{
		ID: id, Type: "ownership.claimed",
		Data: fmt.Appendf(nil, `{"Claim":"%s","Customer":"0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a","Unit":"shanghai/pudong/lujiazui",`+
			`"Line":"wealth","Channel":"outlet","Note":"first meeting"}`, id),
		Metadata: fmt.Appendf(nil, `{"Actor":"0192f0c4-5b1e-7d3a-9c55-aaaaaaaaaaaa","Role":"advisor","Command":"%s",`+
			`"Effective":"2026-03-01T09:30:00+08:00","Schema":1}`, id),
	}
}

// appendOne appends a single event and returns when it is durable.
type appendOne func(ctx context.Context, a eventstore.Append) error

// measure lets clients append one event after the other for a time.
func measure(ctx context.Context, clients int, duration time.Duration, appenders []appendOne) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	waits := make([][]time.Duration, clients)
	errs := make([]error, clients)
	var group sync.WaitGroup
	begin := time.Now()
	for i := range clients {
		group.Go(func() {
			var c client
			for before := time.Now(); before.Sub(begin) < duration; {
				if errs[i] = appenders[i%len(appenders)](ctx, c.next()); errs[i] != nil {
					cancel()
					return
				}
				c.revision++
				now := time.Now()
				waits[i] = append(waits[i], now.Sub(before))
				before = now
			}
		})
	}
	group.Wait()
	result := Result{Clients: clients, Elapsed: time.Since(begin)}
	for _, err := range errs {
		if err != nil {
			return result, err
		}
	}
	all := slices.Concat(waits...)
	slices.Sort(all)
	result.Events = len(all)
	if len(all) > 0 {
		result.P50, result.P99 = all[len(all)/2], all[len(all)*99/100]
	}
	return result, nil
}

// MeasureAppend lets clients append single events to their own streams of a
// store, or spread over several handles on one, for a time.
func MeasureAppend(ctx context.Context, clients int, duration time.Duration, stores ...eventstore.Store) (Result, error) {
	appenders := make([]appendOne, len(stores))
	for i, store := range stores {
		appenders[i] = func(ctx context.Context, a eventstore.Append) error {
			_, err := store.Append(ctx, a)
			return err
		}
	}
	return measure(ctx, clients, duration, appenders)
}

// MeasureReadAll reads the whole ledger in order.
func MeasureReadAll(ctx context.Context, store eventstore.Store) (Result, error) {
	begin := time.Now()
	result := Result{Clients: 1}
	for _, err := range store.ReadAll(ctx, eventstore.AllQuery{}) {
		if err != nil {
			return result, err
		}
		result.Events++
	}
	result.Elapsed = time.Since(begin)
	return result, nil
}
