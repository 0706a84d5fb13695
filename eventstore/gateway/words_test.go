package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/internal/waiting"
)

// words is what a subscription says, one word a message.
type words struct {
	t      *testing.T
	watch  *waiting.Watch
	client streams.Streams_ReadClient
}

func (s served) subscribe(t *testing.T, options *streams.ReadReq_Options) *words {
	t.Helper()
	watch := waiting.Over(t)
	subscribe(options)
	client, err := streams.NewStreamsClient(s.raw(t)).Read(watch.Context(), asked(options))
	if err != nil {
		t.Fatal(err)
	}
	return &words{t: t, watch: watch, client: client}
}

// subscribe makes requests to read ones to subscribe.
func subscribe(list ...*streams.ReadReq_Options) {
	for _, options := range list {
		options.CountOption = &streams.ReadReq_Options_Subscription{Subscription: &streams.ReadReq_Options_SubscriptionOptions{}}
	}
}

// createPersistent makes a persistent subscription to a stream from its start.
func (s served) createPersistent(t testing.TB, stream, group string) {
	t.Helper()
	settings := esdb.SubscriptionSettingsDefault()
	err := s.client(t).CreatePersistentSubscription(t.Context(), stream, group, esdb.PersistentStreamSubscriptionOptions{StartFrom: esdb.Start{}, Settings: &settings})
	if err != nil {
		t.Fatal(err)
	}
}

// asked fills in what every request to read has to say.
func asked(options *streams.ReadReq_Options) *streams.ReadReq {
	options.UuidOption = &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_Structured{Structured: &shared.Empty{}}}
	if options.FilterOption == nil {
		options.FilterOption = &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}}
	}
	return &streams.ReadReq{Options: options}
}

func oneStream(name string) *streams.ReadReq_Options {
	return &streams.ReadReq_Options{StreamOption: &streams.ReadReq_Options_Stream{Stream: &streams.ReadReq_Options_StreamOptions{
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(name)},
		RevisionOption:   &streams.ReadReq_Options_StreamOptions_Start{Start: &shared.Empty{}},
	}}}
}

func allStreams() *streams.ReadReq_Options {
	return &streams.ReadReq_Options{StreamOption: &streams.ReadReq_Options_All{All: &streams.ReadReq_Options_AllOptions{
		AllOption: &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}},
	}}}
}

// streamsLike is $all filtered by a prefix of streams, with a checkpoint only
// after many events.
func streamsLike(prefix string) *streams.ReadReq_Options {
	options := allStreams()
	options.FilterOption = &streams.ReadReq_Options_Filter{Filter: &streams.ReadReq_Options_FilterOptions{
		Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{
			StreamIdentifier: &streams.ReadReq_Options_FilterOptions_Expression{Prefix: []string{prefix}},
		},
		Window:                       &streams.ReadReq_Options_FilterOptions_Max{Max: 1_000},
		CheckpointIntervalMultiplier: 1,
	}}
	return options
}

// next is the next message as a word: "confirmed", "caught up", "fell behind",
// "event <stream>", "checkpoint <commit>/<prepare>", or "ended: <status>".
func (w *words) next() string {
	w.t.Helper()
	came := w.watch.Await("the next message of a subscription")
	message, err := w.client.Recv()
	came()
	if err != nil {
		known := status.Convert(err)
		return fmt.Sprintf("ended: %v %s", known.Code(), known.Message())
	}
	switch content := message.GetContent().(type) {
	case *streams.ReadResp_Confirmation:
		return "confirmed"
	case *streams.ReadResp_CaughtUp_:
		return "caught up"
	case *streams.ReadResp_FellBehind_:
		return "fell behind"
	case *streams.ReadResp_Event:
		event := content.Event.GetEvent()
		if event == nil {
			event = content.Event.GetLink()
		}
		return "event " + string(event.GetStreamIdentifier().GetStreamName())
	case *streams.ReadResp_Checkpoint_:
		return fmt.Sprintf("checkpoint %d/%d", content.Checkpoint.GetCommitPosition(), content.Checkpoint.GetPreparePosition())
	}
	return fmt.Sprintf("%T", message.GetContent())
}

func (w *words) want(want ...string) {
	w.t.Helper()
	for i, word := range want {
		if got := w.next(); got != word {
			w.t.Fatalf("message %d is %q, want %q", i, got, word)
		}
	}
}

// countRead is how many events a read gives.
func countRead(ctx context.Context, client streams.StreamsClient, options *streams.ReadReq_Options) (int, error) {
	options.CountOption = &streams.ReadReq_Options_Count{Count: 1_000}
	call, err := client.Read(ctx, asked(options))
	for count := 0; ; count++ {
		if err != nil {
			return count, err
		}
		var message *streams.ReadResp
		if message, err = call.Recv(); errors.Is(err, io.EOF) {
			return count, nil
		}
		if message.GetEvent() == nil {
			count--
		}
	}
}

var esdbAny = esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}

func newStoreEvent(eventType, data string) eventstore.NewEvent {
	return eventstore.NewEvent{ID: uuid.New(), Type: eventType, Data: []byte(data)}
}

// readAllEvents is all of $all, by the official client.
func readAllEvents(t testing.TB, client *esdb.Client) []*esdb.ResolvedEvent {
	t.Helper()
	stream, err := client.ReadAll(t.Context(), esdb.ReadAllOptions{From: esdb.Start{}}, 1_000)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var events []*esdb.ResolvedEvent
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
}

// readOnce is the first message of a read, as a word: "nothing" for none.
func (s served) readOnce(t *testing.T, options *streams.ReadReq_Options) string {
	t.Helper()
	options.CountOption = &streams.ReadReq_Options_Count{Count: 1}
	call, err := streams.NewStreamsClient(s.raw(t)).Read(t.Context(), asked(options))
	if err != nil {
		t.Fatal(err)
	}
	message, err := call.Recv()
	switch {
	case errors.Is(err, io.EOF):
		return "nothing"
	case err != nil:
		t.Fatal(err)
	case message.GetStreamNotFound() != nil:
		return "not found"
	}
	return "an event"
}

// arriving is a stream's events, those still to come too.
func (s served) arriving(t *testing.T, stream eventstore.Stream) iter.Seq[eventstore.Event] {
	watch := waiting.Over(t)
	return func(yield func(eventstore.Event) bool) {
		deliveries := s.store.SubscribeStream(watch.Context(), stream, eventstore.NoRevision)
		for delivery, err := range waiting.Each(watch, "an event of "+string(stream), deliveries) {
			if err != nil {
				t.Error(err)
				return
			}
			if delivery.Kind == eventstore.EventDelivered && !yield(delivery.Event) {
				return
			}
		}
	}
}
