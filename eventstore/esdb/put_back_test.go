package esdb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/internal/esdbtest"
)

// twoServers is a store on a server that holds full, in whose place copied can be put.
func twoServers(t *testing.T, like string, options esdb.Options) (store *esdb.Store, server *esdbtest.Server, full, copied *memory.Store) {
	t.Helper()
	likeness, err := gateway.ParseLikeness(like)
	if err != nil {
		t.Fatal(err)
	}
	full, copied = memory.New(), memory.New()
	t.Cleanup(func() { _, _ = full.Close(), copied.Close() })
	server = esdbtest.Serve(t, full, func(c *gateway.Config) { c.Likeness = likeness })
	if store, err = esdb.Open(t.Context(), server.Address(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, server, full, copied
}

// E-03: what answers over a new connection is looked at before anything is read or
// written over it.
func TestAnOlderCopyIsNeitherReadNorWritten(t *testing.T) {
	t.Parallel()
	for _, name := range gateway.Likenesses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, server, full, copied := twoServers(t, name, esdb.Options{})
			known := made(1)[0]
			done, err := store.Append(t.Context(), eventstore.Append{Stream: "s-1", Expected: eventstore.NoStream, Events: []eventstore.NewEvent{known}})
			if err != nil {
				t.Fatal(err)
			}
			older := errors.New("it is an older copy")
			end := store.Guard(func(ctx context.Context, holds eventstore.Holds) error {
				there, err := holds(ctx, done.Position, known.ID)
				if err == nil && !there {
					return &eventstore.UnwelcomeError{Err: older}
				}
				return err
			})
			write := func(to eventstore.Stream) error {
				_, err := store.Append(t.Context(), eventstore.Append{Stream: to, Expected: eventstore.NoStream, Events: made(1)})
				return err
			}
			server.PutBack(copied)
			for range 3 {
				if err := write("t-1"); !errors.Is(err, older) {
					t.Errorf("an append to the older copy: %v", err)
				}
				for _, err := range store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: "s-1"}) {
					if !errors.Is(err, older) {
						t.Errorf("a read of the older copy: %v", err)
					}
				}
			}
			if last, err := copied.LastPosition(t.Context()); err != nil || last != 0 {
				t.Errorf("something was written into the older copy: %d, %v", last, err)
			}
			server.PutBack(full)
			if err := write("t-2"); err != nil {
				t.Error(err)
			}
			end()
			server.PutBack(copied)
			if err := write("t-3"); err != nil {
				t.Errorf("nobody looks any more: %v", err)
			}
		})
	}
}

// E-03: on every version it is found out whether an event still stands where it stood,
// and another server at the same address counts as a new connection before it answers.
func TestAServerThatWasPutBackIsFoundOut(t *testing.T) {
	t.Parallel()
	for _, name := range gateway.Likenesses() {
		for way, options := range map[string]esdb.Options{"shared": {}, "single": {SingleCalls: true}} {
			t.Run(name+"/"+way, func(t *testing.T) {
				t.Parallel()
				store, server, full, copied := twoServers(t, name, options)
				var last eventstore.NewEvent
				for range 30 {
					last = made(1)[0]
					a := eventstore.Append{Stream: eventstore.Stream("s-" + uuid.NewString()), Expected: eventstore.NoStream, Events: []eventstore.NewEvent{last}}
					if _, err := full.Append(t.Context(), a); err != nil {
						t.Fatal(err)
					}
				}
				end, err := store.LastPosition(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				stands := func(want bool) {
					t.Helper()
					if got, err := eventstore.Stands(t.Context(), store, end, last.ID); err != nil || got != want {
						t.Errorf("the last event stands: %v, %v, want %v", got, err, want)
					}
				}
				stands(true)
				for _, to := range []struct {
					store eventstore.Store
					holds bool
				}{{copied, false}, {full, true}} {
					before := store.Connections()
					server.PutBack(to.store)
					a := eventstore.Append{Stream: eventstore.Stream("t-" + uuid.NewString()), Expected: eventstore.NoStream, Events: made(1)}
					if _, err := store.Append(t.Context(), a); err != nil {
						t.Fatal(err)
					}
					if store.Connections() == before {
						t.Error("another server has answered over what counts as the same connection")
					}
					stands(to.holds)
				}
			})
		}
	}
}
