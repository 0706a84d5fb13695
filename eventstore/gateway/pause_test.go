package gateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/internal/waiting"
)

const timeoutDetails = "type.googleapis.com/event_store.client.Timeout"

// isTimeoutAnswer says whether an answer within a batch call tells of a timeout.
func isTimeoutAnswer(response *streams.BatchAppendResp) bool {
	failed := response.GetError()
	return codes.Code(failed.GetCode()) == codes.DeadlineExceeded &&
		len(failed.GetDetails()) == 1 && failed.GetDetails()[0].GetTypeUrl() == timeoutDetails
}

// TestAppendsThatStandStillAreGivenUp: a client that begins an append and does
// not go on keeps the memory for appends from nobody.
func TestAppendsThatStandStillAreGivenUp(t *testing.T) {
	t.Parallel()
	s := serve(t, open, func(c *gateway.Config) { c.MaxBufferedBytes, c.MaxPause = 6_000, 200*time.Millisecond })
	connection := s.raw(t)
	held, err := streams.NewStreamsClient(connection).Append(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*streams.AppendReq{to("held"), message(sized(2_000))} {
		if err := held.Send(m); err != nil {
			t.Fatal(err)
		}
	}
	call := s.batching(t)
	begun := whole("begun", nil, batched(2_000))
	begun.IsFinal = false
	call.send(begun)
	if got := call.receive(); !isTimeoutAnswer(got) || got.GetCorrelationId().GetString_() != begun.CorrelationId.GetString_() {
		t.Errorf("the fragment is answered with %v", got)
	}
	waiting.Until(t, "another client to be served", func() bool {
		_, _, err := appendRaw(t, connection, to("other"), message(sized(4_000)))
		return err == nil
	})
	// What comes after all is passed over, and the call goes on.
	rest := &streams.BatchAppendReq{CorrelationId: begun.CorrelationId, ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{batched(1)}, IsFinal: true}
	call.send(rest)
	waiting.Until(t, "the next append to be written", func() bool { // on a busy machine it may stand still too
		next := whole("next", nil, batched(1))
		call.send(next)
		got := call.receive()
		if got.GetCorrelationId().GetString_() != next.CorrelationId.GetString_() {
			t.Fatalf("instead of the next append, answered is %v", got)
		}
		return got.GetSuccess() != nil
	})
	if _, err := held.CloseAndRecv(); status.Code(err) != codes.Aborted {
		t.Errorf("the append that stood still ends with %v", err)
	}
	for _, stream := range []eventstore.Stream{"held", "begun"} {
		if events := s.read(t, stream); len(events) != 0 {
			t.Errorf("%s holds %d events", stream, len(events))
		}
	}
}

// TestABatchIsGivenUpAtItsDeadline although its last fragment has not come.
func TestABatchIsGivenUpAtItsDeadline(t *testing.T) {
	t.Parallel()
	s := serve(t, open)
	call := s.batching(t)
	begun := whole("s", func(o *streams.BatchAppendReq_Options) {
		o.DeadlineOption = &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(time.Millisecond)}
	})
	begun.IsFinal = false
	call.send(begun)
	if got := call.receive(); !isTimeoutAnswer(got) {
		t.Errorf("the fragment is answered with %v", got)
	}
}

// doubtful is a store of which nobody knows whether it has written.
type doubtful struct{ eventstore.Store }

func (doubtful) Append(context.Context, eventstore.Append) (eventstore.Appended, error) {
	return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: errors.New("the connection was lost")}
}

// TestAnUnknownOutcomeIsATimeout: the protocol's word for what may be repeated.
func TestAnUnknownOutcomeIsATimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, open, on(doubtful{memory.New()}))
	_, trailer, err := appendRaw(t, s.raw(t), to("s"), message())
	if status.Code(err) != codes.Aborted || len(trailer.Get("exception")) != 0 {
		t.Errorf("an append gives %v, %v", err, trailer)
	}
	_, err = streams.NewStreamsClient(s.raw(t)).Tombstone(t.Context(), &streams.TombstoneReq{Options: &streams.TombstoneReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
		ExpectedStreamRevision: &streams.TombstoneReq_Options_Any{Any: &shared.Empty{}},
	}})
	if status.Code(err) != codes.Aborted {
		t.Errorf("a tombstone gives %v", err)
	}
	call := s.batching(t)
	call.send(whole("s", nil, batched(1)))
	if got := call.receive(); !isTimeoutAnswer(got) {
		t.Errorf("within a batch call: %v", got)
	}
}
