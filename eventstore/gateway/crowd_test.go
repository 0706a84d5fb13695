package gateway_test

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// crowded are the stores on which a crowd is tried, and what they hold themselves
// for readers that do not go on.
var crowded = map[string]struct {
	open func(t *testing.T) eventstore.Store
	held int
}{
	"memory": {open: func(*testing.T) eventstore.Store { return memory.New() }},
	"postgres": {held: 256 << 20, open: func(t *testing.T) eventstore.Store {
		store, err := postgres.Open(t.Context(), pgtest.New(t), postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return store
	}},
}

// Ten thousand subscriptions of one client: each holds little, every one of them
// gets what is written, other clients are served, and nothing of them is left once
// they are gone. Not parallel: it counts memory and goroutines.
func TestTenThousandSubscriptions(t *testing.T) {
	const each = 64 << 10 // bytes, the client's side included
	for name, store := range crowded {
		t.Run(name, func(t *testing.T) {
			s := serve(t, open, func(c *gateway.Config) { c.Store = store.open(t) })
			other := s.client(t)
			put(t, other, "before", 3, 1<<10)
			before, goroutines := inUse(), runtime.NumGoroutine()

			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			begun := time.Now()
			subscriptions := s.subscribeMany(t, ctx, crowdSize)
			held := (inUse() - before) / crowdSize
			t.Logf("%d subscriptions in %s, %d bytes each", crowdSize, time.Since(begun).Round(time.Millisecond), held)
			if held > each {
				t.Errorf("a subscription holds %d bytes, want at most %d", held, each)
			}

			begun = time.Now()
			put(t, other, "after", 10, 1<<10)
			var hearing sync.WaitGroup
			for part := range 100 {
				hearing.Go(func() {
					for i := part; i < crowdSize; i += 100 {
						hear(t, subscriptions[i], "after", 10)
					}
				})
			}
			hearing.Wait()
			t.Logf("10 events heard by all in %s", time.Since(begun).Round(time.Millisecond))
			if slow := longest(t, other); slow > 10*time.Second {
				t.Errorf("another client waited %s", slow)
			}
			leave()
			waiting.Until(t, "the subscriptions to go", func() bool { return runtime.NumGoroutine() <= goroutines+100 })
		})
	}
}

// More calls than the server may hold are refused, and there is room again when
// one has left.
func TestMoreCallsThanThereMayBe(t *testing.T) {
	t.Parallel()
	s := serve(t, open, func(c *gateway.Config) { c.MaxCalls = 2 })
	client := streams.NewStreamsClient(s.raw(t))
	subscribe := func() (context.CancelFunc, error) {
		ctx, leave := context.WithCancel(t.Context())
		subscription, err := client.Read(ctx, followingAll())
		if err == nil {
			_, err = subscription.Recv()
		}
		return leave, err
	}
	leave, err := subscribe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := subscribe(); err != nil {
		t.Fatal(err)
	}
	if _, err := subscribe(); status.Code(err) != codes.Unavailable {
		t.Errorf("one too many gives %v", err)
	}
	leave()
	waiting.Until(t, "room for another call", func() bool {
		_, err := subscribe()
		return err == nil
	})
}

// subscribeMany subscribes over one connection, by turns to everything and to one
// stream, and waits until each is confirmed and has caught up.
func (s served) subscribeMany(t *testing.T, ctx context.Context, count int) []streams.Streams_ReadClient {
	t.Helper()
	client := streams.NewStreamsClient(s.narrow(t))
	subscriptions := make([]streams.Streams_ReadClient, count)
	var opening sync.WaitGroup
	for part := range 50 {
		opening.Go(func() {
			for i := part; i < count && !t.Failed(); i += 50 {
				request := followingOne("after")
				if i%2 == 0 {
					request = followingAll()
				}
				subscription, err := client.Read(ctx, request)
				if err != nil {
					t.Errorf("subscription %d: %v", i, err)
					return
				}
				subscriptions[i] = subscription
				for {
					response, err := subscription.Recv()
					if err != nil {
						t.Errorf("subscription %d: %v", i, err)
						return
					}
					if response.GetCaughtUp() != nil {
						break
					}
				}
			}
		})
	}
	opening.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return subscriptions
}

// hear receives until so many events of a stream have come.
func hear(t *testing.T, subscription streams.Streams_ReadClient, stream string, count int) {
	for count > 0 {
		response, err := subscription.Recv()
		if err != nil {
			t.Errorf("a subscription ended: %v", err)
			return
		}
		if event := response.GetEvent().GetEvent(); event != nil && string(event.StreamIdentifier.GetStreamName()) == stream {
			count--
		}
	}
}

// A client that never reads what it asked for, many times over: the memory it costs
// is bounded, others are served, and nothing is left once it is gone.
func TestAClientThatNeverReads(t *testing.T) {
	const stalled, each = 1_000, 384 << 10 // bytes, the client's side and an event of the largest here included
	for name, store := range crowded {
		t.Run(name, func(t *testing.T) {
			s := serve(t, open, func(c *gateway.Config) { c.Store = store.open(t) })
			other := s.client(t)
			put(t, other, "large", 2_000, 32<<10)
			longest(t, other)
			before, goroutines := inUse(), runtime.NumGoroutine()

			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			client := streams.NewStreamsClient(s.narrow(t))
			requests := []*streams.ReadReq{followingAll(), followingOne("large"), readingAll(), followingTypes("large")}
			for i := range stalled {
				response, err := client.Read(ctx, requests[i%len(requests)])
				if err != nil {
					t.Fatal(err)
				}
				if _, err := response.Recv(); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				if slow := longest(t, other); slow > 10*time.Second {
					t.Errorf("another client waited %s", slow)
				}
				put(t, other, "large", 100, 32<<10)
			}
			held := inUse() - before
			t.Logf("%d MiB are held", held>>20)
			if held > stalled*each+store.held {
				t.Errorf("%d calls whose answers nobody reads hold %d MiB", stalled, held>>20)
			}
			leave()
			waiting.Until(t, "the calls to go", func() bool { return runtime.NumGoroutine() <= goroutines+100 })
		})
	}
}

// Clients that batch-append and never read the results come to a stop, and do not
// keep from the others the memory in which appends are received.
func TestBatchClientsThatNeverRead(t *testing.T) {
	t.Parallel()
	s := serve(t, open, func(c *gateway.Config) { c.MaxBufferedBytes = 1 << 20 })
	other := s.client(t)
	ctx, leave := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	for range 3 {
		call, err := streams.NewStreamsClient(s.narrow(t)).BatchAppend(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sending.Go(func() {
			for call.Send(batchOf("silent", 8<<10)) == nil {
			}
		})
	}
	last, still := eventstore.NoRevision, 0
	waiting.Progress(t, "the silent callers to stop while another client is served", func() (answers int, stopped bool) {
		for range 100 {
			event := esdb.EventData{EventID: uuid.New(), EventType: "other", ContentType: esdb.ContentTypeBinary, Data: make([]byte, 64<<10)}
			_, err := other.AppendToStream(t.Context(), "other", esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}, event)
			still++
			if now := s.last(t, "silent"); err != nil || now != last || now == eventstore.NoRevision {
				last, still = now, 0
			}
		}
		return still, still >= 500
	})
	leave()
	sending.Wait()
}

// last is a stream's last revision.
func (s served) last(t *testing.T, stream eventstore.Stream) eventstore.Revision {
	t.Helper()
	query := eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range s.store.ReadStream(t.Context(), query) {
		if err != nil {
			t.Fatal(err)
		}
		return event.Revision
	}
	return eventstore.NoRevision
}

// batchOf is a whole append of one event with so much data.
func batchOf(stream string, size int) *streams.BatchAppendReq {
	return &streams.BatchAppendReq{
		CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}},
		Options: &streams.BatchAppendReq_Options{
			StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte(stream)},
			ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}},
		},
		ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{{
			Id:       &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}},
			Metadata: map[string]string{"type": "happened", "content-type": "application/octet-stream"},
			Data:     make([]byte, size),
		}},
		IsFinal: true,
	}
}

// narrow is a connection on which the client holds little of what it has not read,
// so that the memory counted is the server's. It is the protocol's own default, of
// which the Go client makes more.
func (s served) narrow(t *testing.T) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient(s.address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStaticStreamWindowSize(64<<10), grpc.WithStaticConnWindowSize(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// longest is how long another client waits for an append, a read of it and a
// subscription, together.
func longest(t *testing.T, client *esdb.Client) time.Duration {
	t.Helper()
	begun, ctx := time.Now(), waiting.Context(t, "another client's append, read and subscription")
	stream := "other-" + uuid.NewString()
	put(t, client, stream, 1, 100)
	reading, err := client.ReadStream(ctx, stream, esdb.ReadStreamOptions{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reading.Recv(); err != nil {
		t.Fatal(err)
	}
	reading.Close()
	subscription, err := client.SubscribeToStream(ctx, stream, esdb.SubscribeToStreamOptions{From: esdb.Start{}})
	if err != nil {
		t.Fatal(err)
	}
	defer subscription.Close()
	for {
		event := subscription.Recv()
		if event.SubscriptionDropped != nil {
			t.Fatal(event.SubscriptionDropped.Error)
		}
		if event.EventAppeared != nil {
			return time.Since(begun)
		}
	}
}

// put appends events with so much data each.
func put(t *testing.T, client *esdb.Client, stream string, count, size int) {
	t.Helper()
	data := bytes.Repeat([]byte("x"), size)
	for count > 0 {
		run := min(count, 100, max(1, (1<<20)/(size+1_000))) // as an append may hold
		events := make([]esdb.EventData, run)
		for i := range events {
			events[i] = esdb.EventData{EventID: uuid.New(), EventType: stream, ContentType: esdb.ContentTypeBinary, Data: data}
		}
		if _, err := client.AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}, events...); err != nil {
			t.Fatal(err)
		}
		count -= run
	}
}

// inUse is the memory in use, in bytes, after what is not needed was collected.
func inUse() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapInuse + m.StackInuse)
}

// The requests of a crowd.

func request(options *streams.ReadReq_Options) *streams.ReadReq {
	options.UuidOption = &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_Structured{Structured: &shared.Empty{}}}
	if options.FilterOption == nil {
		options.FilterOption = &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}}
	}
	if options.CountOption == nil {
		options.CountOption = &streams.ReadReq_Options_Subscription{Subscription: &streams.ReadReq_Options_SubscriptionOptions{}}
	}
	return &streams.ReadReq{Options: options}
}

func allEvents() *streams.ReadReq_Options_All {
	return &streams.ReadReq_Options_All{All: &streams.ReadReq_Options_AllOptions{AllOption: &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}}}}
}

func followingAll() *streams.ReadReq {
	return request(&streams.ReadReq_Options{StreamOption: allEvents()})
}

func readingAll() *streams.ReadReq {
	return request(&streams.ReadReq_Options{StreamOption: allEvents(), CountOption: &streams.ReadReq_Options_Count{Count: 1 << 40}})
}

func followingTypes(prefix string) *streams.ReadReq {
	return request(&streams.ReadReq_Options{StreamOption: allEvents(), FilterOption: &streams.ReadReq_Options_Filter{Filter: &streams.ReadReq_Options_FilterOptions{
		Filter: &streams.ReadReq_Options_FilterOptions_EventType{EventType: &streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{prefix}}},
		Window: &streams.ReadReq_Options_FilterOptions_Max{Max: 32}, CheckpointIntervalMultiplier: 1,
	}}})
}

func followingOne(stream string) *streams.ReadReq {
	return request(&streams.ReadReq_Options{StreamOption: &streams.ReadReq_Options_Stream{Stream: &streams.ReadReq_Options_StreamOptions{
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)},
		RevisionOption:   &streams.ReadReq_Options_StreamOptions_Start{Start: &shared.Empty{}},
	}}})
}
