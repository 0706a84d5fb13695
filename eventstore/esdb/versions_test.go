package esdb_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/waiting"
)

// E-09: a server that fails is not away. Its error is given at once, as its own.
func TestAServersOwnErrorIsGivenAtOnce(t *testing.T) {
	t.Parallel()
	var fails atomic.Bool
	var asked atomic.Int64
	c := serveCrooked(t, memory.New(), &crooked{offers: true, call: passingOn(asItIs), ask: func(*streams.ReadReq) error {
		if !fails.Load() {
			return nil
		}
		if asked.Add(1) > 1 {
			return status.Error(codes.InvalidArgument, "it was asked again")
		}
		return status.Error(codes.Unknown, "Unexpected ReadAllResult: Error")
	}})
	store := openCrooked(t, c, esdb.Options{Patience: time.Hour})
	fails.Store(true)
	for name, read := range map[string]func() error{
		"all": func() error {
			_, err := storetest.Collect(store.ReadAll(waiting.Context(t, name(t)), eventstore.AllQuery{Before: 9_999, Backwards: true}))
			return err
		},
		"filtered": func() error {
			filter := eventstore.Filter{StreamPrefixes: []string{"s"}}
			_, err := storetest.Collect(store.ReadAll(waiting.Context(t, name(t)), eventstore.AllQuery{Filter: filter}))
			return err
		},
		"stream": func() error {
			_, err := storetest.Collect(store.ReadStream(waiting.Context(t, name(t)), eventstore.StreamQuery{Stream: "s"}))
			return err
		},
		"last position": func() error {
			_, err := store.LastPosition(waiting.Context(t, name(t)))
			return err
		},
	} {
		asked.Store(0)
		err := read()
		var own *esdb.ServerError
		if !errors.As(err, &own) || !strings.Contains(err.Error(), "Unexpected ReadAllResult: Error") || strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("%s: got %v", name, err)
		}
		if times := asked.Load(); times != 1 {
			t.Errorf("%s: was asked %d times", name, times)
		}
	}
}

func name(t *testing.T) string { return "the answer in " + t.Name() }

// like23_10 makes a server one that, as EventStoreDB 23.10 does, says of a stream that
// does not exist that a subscription has caught up only once there is an event.
func like23_10() *crooked {
	var mu sync.Mutex
	early := make(map[*streams.ReadReq]bool) // calls that were told nothing yet
	return &crooked{
		offers: true, call: passingOn(asItIs),
		read: func(request *streams.ReadReq, answer *streams.ReadResp) []*streams.ReadResp {
			if request.GetOptions().GetSubscription() == nil || request.GetOptions().GetStream() == nil {
				return []*streams.ReadResp{answer}
			}
			mu.Lock()
			defer mu.Unlock()
			told, known := early[request]
			switch {
			case answer.GetCaughtUp() != nil && !known:
				early[request] = true
				return nil
			case answer.GetEvent() != nil && told:
				early[request] = false
				return []*streams.ReadResp{answer, {Content: &streams.ReadResp_CaughtUp_{CaughtUp: &streams.ReadResp_CaughtUp{}}}}
			case answer.GetEvent() != nil:
				early[request] = false
			}
			return []*streams.ReadResp{answer}
		},
	}
}

// E-10: whoever follows a stream that does not exist yet has caught up at once, on
// every version.
func TestAMissingStreamIsFollowedToItsEndAtOnce(t *testing.T) {
	t.Parallel()
	for version, c := range map[string]*crooked{"23.10": like23_10(), "later": {offers: true, call: passingOn(asItIs)}} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			store := openCrooked(t, serveCrooked(t, memory.New(), c), esdb.Options{})
			for _, after := range []eventstore.Revision{eventstore.NoRevision, 5} {
				watch := waiting.Over(t)
				stream := eventstore.Stream(fmt.Sprint("later-", after))
				var kinds []eventstore.DeliveryKind
				for delivery, err := range waiting.Each(watch, "the next delivery", store.SubscribeStream(watch.Context(), stream, after)) {
					if err != nil {
						t.Fatal(err)
					}
					kinds = append(kinds, delivery.Kind)
					if delivery.Kind == eventstore.EventDelivered || after >= 0 {
						break
					}
					if len(kinds) > 1 {
						t.Fatalf("it has caught up twice without an event between")
					}
					if _, err := store.Append(t.Context(), eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Events: made(1)}); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}

// E-11: a reader that is too slow for a server loses nothing, whether the server says
// dozens of times that the reader fell behind and has caught up, or ends the call.
func TestASlowReaderLosesNothingOnAnyVersion(t *testing.T) {
	t.Parallel()
	const half = 1_000
	turns := func() func(*streams.ReadReq, *streams.ReadResp) []*streams.ReadResp {
		var live sync.Map // the calls that have caught up
		return func(request *streams.ReadReq, answer *streams.ReadResp) []*streams.ReadResp {
			if answer.GetCaughtUp() != nil {
				live.Store(request, true)
			}
			all := []*streams.ReadResp{answer}
			if _, is := live.Load(request); is && answer.GetEvent().GetEvent().GetStreamRevision()%20 == 19 {
				all = append(all, &streams.ReadResp{Content: &streams.ReadResp_FellBehind_{FellBehind: &streams.ReadResp_FellBehind{}}},
					&streams.ReadResp{Content: &streams.ReadResp_CaughtUp_{CaughtUp: &streams.ReadResp_CaughtUp{}}})
			}
			return all
		}
	}
	ending := func(request *streams.ReadReq, answer *streams.ReadResp) error {
		if event := answer.GetEvent().GetEvent(); event != nil && event.StreamRevision%100 == 57 && request.GetOptions().GetSubscription() != nil {
			return status.Error(codes.Aborted, "Operation timed out: Consumer too slow to handle event while live. Client resubscription required.")
		}
		return nil
	}
	for version, c := range map[string]*crooked{"23.10": {end: ending}, "24.x": {read: turns()}, "both": {read: turns(), end: ending}} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			c.offers, c.call = true, passingOn(asItIs)
			store := openCrooked(t, serveCrooked(t, memory.New(), c), esdb.Options{})
			watch := waiting.Over(t)
			for name, sequence := range map[eventstore.Stream]iter.Seq2[eventstore.Delivery, error]{
				"s-all":      store.SubscribeAll(watch.Context(), 0, eventstore.Filter{}),
				"s-filtered": store.SubscribeAll(watch.Context(), 0, eventstore.Filter{StreamPrefixes: []string{"s-filtered"}}),
				"s-stream":   store.SubscribeStream(watch.Context(), "s-stream", eventstore.NoRevision),
			} {
				write := func() {
					for range half / 100 {
						if _, err := store.Append(t.Context(), eventstore.Append{Stream: name, Expected: eventstore.AnyRevision, Events: made(100)}); err != nil {
							t.Fatal(err)
						}
					}
				}
				write()
				next, written := eventstore.Revision(0), eventstore.Revision(half)
				for delivery, err := range waiting.Each(watch, "the next delivery", sequence) {
					if err != nil {
						t.Fatal(err)
					}
					if delivery.Kind != eventstore.EventDelivered || delivery.Event.Stream != name {
						continue
					}
					if delivery.Event.Revision != next {
						t.Fatalf("%s: revision %d came, want %d", name, delivery.Event.Revision, next)
					}
					if next++; next == 3*half {
						break
					}
					if next == written {
						written += half
						write()
					}
				}
			}
		})
	}
}
