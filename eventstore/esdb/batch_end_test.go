package esdb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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

// notAnswering passes appends on and answers them, except those to one stream,
// of which it tells.
func notAnswering(stream string, taken chan<- struct{}) sharedCall {
	return passingOn(func(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
		if string(answer.GetStreamIdentifier().GetStreamName()) == stream {
			taken <- struct{}{}
			return nil
		}
		return asItIs(answer)
	})
}

// unanswered opens a store whose appends to the stream "silent" are written and
// never answered.
func unanswered(t *testing.T, options esdb.Options) (*crooked, *esdb.Store, <-chan struct{}) {
	t.Helper()
	taken := make(chan struct{}, 1)
	c := serveCrooked(t, memory.New(), &crooked{offers: true, call: notAnswering("silent", taken)})
	return c, openAt(t, c.address, options), taken
}

// An append that nobody waits for any more is given up after its grace, and
// those beside it are not touched.
func TestGivingUpAnUnansweredAppendTouchesNoOther(t *testing.T) {
	t.Parallel()
	c, store, taken := unanswered(t, esdb.Options{Grace: 50 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	outcome := make(chan error, 1)
	go func() {
		_, err := store.Append(ctx, eventstore.Append{Stream: "silent", Expected: eventstore.NoStream, Events: made(1)})
		outcome <- err
	}()
	<-taken
	cancel()
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for turn := range 20 {
				a := eventstore.Append{Stream: eventstore.Stream(fmt.Sprint("s-", i)), Expected: eventstore.AtRevision(eventstore.Revision(turn - 1)), Events: made(1)}
				if _, err := store.Append(t.Context(), a); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	err := <-outcome
	if unknown := (*eventstore.UnknownOutcomeError)(nil); !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
	if c.calls.Load() != 1 || c.alone.Load() != 0 {
		t.Errorf("%d common calls, %d appends with their own", c.calls.Load(), c.alone.Load())
	}
}

// Closing waits for an append that is not answered no longer than its grace.
func TestClosingWithAnUnansweredAppend(t *testing.T) {
	t.Parallel()
	_, store, taken := unanswered(t, esdb.Options{Grace: 50 * time.Millisecond})
	outcome := make(chan error, 1)
	go func() {
		_, err := store.Append(t.Context(), eventstore.Append{Stream: "silent", Expected: eventstore.NoStream, Events: made(1)})
		outcome <- err
	}()
	<-taken
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	err := <-outcome
	if unknown := (*eventstore.UnknownOutcomeError)(nil); !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
}

// An append whose context has ended before it could be sent has not happened.
func TestAnAppendThatCannotBeSentHasNotHappened(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	h := serve(t, inner)
	store := h.open(t, esdb.Options{Grace: 50 * time.Millisecond})
	h.network.leadNowhere(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := time.AfterFunc(50*time.Millisecond, cancel)
	defer cancelled.Stop()
	if _, err := store.Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// An append that is not answered is read back, and only its call is given up:
// the next append begins another one.
func TestAnUnansweredAppendIsReadBack(t *testing.T) {
	t.Parallel()
	taken := make(chan struct{}, 1)
	c := serveCrooked(t, memory.New(), &crooked{offers: true, call: notAnswering("silent", taken)})
	store := openCrooked(t, c, esdb.Options{})
	for i, stream := range []eventstore.Stream{"before", "silent", "after"} {
		appended, err := store.Append(t.Context(), eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Events: made(1)})
		if err != nil || appended.Repeated || appended.Position != eventstore.Position(i+1) {
			t.Errorf("%s: %+v, %v", stream, appended, err)
		}
	}
	if c.calls.Load() != 2 || c.alone.Load() != 0 {
		t.Errorf("%d common calls, %d appends with their own", c.calls.Load(), c.alone.Load())
	}
}

// A server that has answered such calls is not given up for them when it stands
// still for a while, however many calls that ends.
func TestAServerThatStandsStillIsAskedAgain(t *testing.T) {
	t.Parallel()
	c := serveCrooked(t, memory.New(), &crooked{offers: true, call: passingOn(func(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
		if strings.HasPrefix(string(answer.GetStreamIdentifier().GetStreamName()), "silent") {
			return nil
		}
		return asItIs(answer)
	})})
	store := openCrooked(t, c, esdb.Options{})
	for _, stream := range []eventstore.Stream{"before", "silent-1", "silent-2", "after"} {
		if _, err := store.Append(t.Context(), eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Events: made(1)}); err != nil {
			t.Errorf("%s: %v", stream, err)
		}
	}
	if c.calls.Load() != 3 || c.alone.Load() != 0 {
		t.Errorf("%d common calls, %d appends with their own", c.calls.Load(), c.alone.Load())
	}
}

// A call that is stuck is given up although nobody waits long enough for an
// answer to see it.
func TestWritersInAHurryAreNotKeptByAStuckCall(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]sharedCall{
		"never reads": crookedServers["never reads"],
		"stops": func(c *crooked, call streams.Streams_BatchAppendServer) error {
			if c.calls.Load() > 1 {
				return passingOn(asItIs)(c, call)
			}
			answered := false
			return passingOn(func(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
				if answered {
					return nil
				}
				answered = true
				return asItIs(answer)
			})(c, call)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := serveCrooked(t, memory.New(), &crooked{offers: true, call: call})
			store := openCrooked(t, c, esdb.Options{Grace: 10 * time.Millisecond})
			written := 0
			waiting.Progress(t, "5 appends to be written", func() (int, bool) {
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				if _, err := store.Append(ctx, eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(1)}); err == nil {
					written++
				}
				return written, written == 5
			})
		})
	}
}

// Many appends wait when their call ends: each gets its own outcome, and nothing
// is left running. A server that takes in nothing holds up its own call only. It
// is not parallel: it counts what is left running.
func TestNothingIsLeftOfCallsThatEnd(t *testing.T) {
	const writers = 64
	for name, call := range map[string]sharedCall{
		"ended when all wait": func(c *crooked, call streams.Streams_BatchAppendServer) error {
			behind, err := c.behind.BatchAppend(call.Context())
			for i := 0; err == nil && i < writers; i++ {
				var request *streams.BatchAppendReq
				if request, err = call.Recv(); err == nil && i%2 == 0 {
					err = behind.Send(request) // every second one is written
				}
			}
			for i := 0; err == nil && i < writers/2; i++ {
				_, err = behind.Recv()
			}
			return errors.Join(err, status.Error(codes.Internal, "broken"))
		},
		"never reads": func(_ *crooked, call streams.Streams_BatchAppendServer) error { <-call.Context().Done(); return nil },
	} {
		before := running()
		t.Run(name, func(t *testing.T) {
			inner := memory.New()
			c := serveCrooked(t, inner, &crooked{offers: true, call: call})
			store := openCrooked(t, c, esdb.Options{})
			var group sync.WaitGroup
			for i := range writers {
				group.Go(func() {
					a := eventstore.Append{Stream: eventstore.Stream(fmt.Sprint("s-", i)), Expected: eventstore.AnyRevision, Events: made(2)}
					a.Events[0].Data = make([]byte, 60<<10)
					appended, err := store.Append(t.Context(), a)
					if err != nil || appended.Repeated || appended.First != 0 || appended.Last != 1 {
						t.Errorf("%d: %+v, %v", i, appended, err)
					}
				})
			}
			group.Wait()
			events, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{}))
			if err != nil || len(events) != 2*writers {
				t.Errorf("%d events, %v", len(events), err)
			}
			if c.calls.Load() != 1 {
				t.Errorf("%d common calls", c.calls.Load())
			}
		})
		t.Log("after: " + name)
		allEndedSince(t, before)
	}
}
