package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
)

// batching is one BatchAppend call of a test.
type batching struct {
	t      *testing.T
	stream streams.Streams_BatchAppendClient
}

func (s served) batching(t *testing.T) batching {
	t.Helper()
	stream, err := streams.NewStreamsClient(s.raw(t)).BatchAppend(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return batching{t: t, stream: stream}
}

func (b batching) send(requests ...*streams.BatchAppendReq) {
	b.t.Helper()
	for _, request := range requests {
		if err := b.stream.Send(request); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b batching) receive() *streams.BatchAppendResp {
	b.t.Helper()
	response, err := b.stream.Recv()
	if err != nil {
		b.t.Fatal(err)
	}
	return response
}

func correlation(id uuid.UUID) *shared.UUID {
	return &shared.UUID{Value: &shared.UUID_String_{String_: id.String()}}
}

// whole is an append in one fragment.
func whole(stream string, change func(*streams.BatchAppendReq_Options), events ...*streams.BatchAppendReq_ProposedMessage) *streams.BatchAppendReq {
	options := &streams.BatchAppendReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte(stream)},
		ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}},
	}
	if change != nil {
		change(options)
	}
	return &streams.BatchAppendReq{CorrelationId: correlation(uuid.New()), Options: options, ProposedMessages: events, IsFinal: true}
}

func batched(data int) *streams.BatchAppendReq_ProposedMessage {
	return &streams.BatchAppendReq_ProposedMessage{
		Id:       &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}},
		Metadata: map[string]string{"type": "happened", "content-type": "application/json"},
		Data:     make([]byte, data),
	}
}

func expecting(revision uint64) func(*streams.BatchAppendReq_Options) {
	return func(o *streams.BatchAppendReq_Options) {
		o.ExpectedStreamPosition = &streams.BatchAppendReq_Options_StreamPosition{StreamPosition: revision}
	}
}

func TestBatchAppendInFragments(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	call := served.batching(t)
	first := whole("s", nil, batched(1), batched(2))
	first.IsFinal = false
	between := whole("other", nil, batched(1))
	last := &streams.BatchAppendReq{CorrelationId: first.CorrelationId, ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{batched(3)}, IsFinal: true}
	call.send(first, between)
	if response := call.receive(); response.GetCorrelationId().GetString_() != between.CorrelationId.GetString_() {
		t.Errorf("the first answer is %v", response)
	}
	call.send(last)
	response := call.receive()
	success := response.GetSuccess()
	if response.GetCorrelationId().GetString_() != first.CorrelationId.GetString_() || string(response.GetStreamIdentifier().GetStreamName()) != "s" ||
		success.GetCurrentRevision() != 2 || success.GetPosition().GetCommitPosition() != 4 || success.GetPosition().GetPreparePosition() != 4 {
		t.Errorf("the answer is %v", response)
	}
	if events := served.read(t, "s"); len(events) != 3 || len(events[2].Data) != 3 {
		t.Errorf("the stream holds %+v", events)
	}
	if err := call.stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := call.stream.Recv(); err == nil || err.Error() != "EOF" {
		t.Errorf("the call ends with %v", err)
	}
}

// TestBatchAppendErrorsAreAnswers: each is a status whose details clients know
// by the name of their type.
func TestBatchAppendErrorsAreAnswers(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.MaxEventBytes, c.MaxAppendBytes = 1000, 1500 })
	client := served.client(t)
	states["tombstoned"](t, client, "ended")
	call := served.batching(t)
	deadline := func(given *durationpb.Duration) func(*streams.BatchAppendReq_Options) {
		return func(o *streams.BatchAppendReq_Options) {
			o.DeadlineOption = &streams.BatchAppendReq_Options_Deadline{Deadline: given}
		}
	}
	moment := func(at time.Time) func(*streams.BatchAppendReq_Options) {
		return func(o *streams.BatchAppendReq_Options) {
			o.DeadlineOption = &streams.BatchAppendReq_Options_Deadline_21_10_0{Deadline_21_10_0: timestamppb.New(at)}
		}
	}
	withoutOptions := whole("s", nil, batched(1))
	withoutOptions.Options = nil
	incomplete := batched(1)
	incomplete.Metadata = nil
	const prefix = "type.googleapis.com/event_store.client."
	for name, c := range map[string]struct {
		request *streams.BatchAppendReq
		code    codes.Code
		details string
	}{
		"a wrong revision":      {whole("s", expecting(7), batched(1)), codes.AlreadyExists, "WrongExpectedVersion"},
		"a tombstone":           {whole("ended", nil, batched(1)), codes.NotFound, "StreamDeleted"},
		"the name $all":         {whole("$all", nil, batched(1)), codes.PermissionDenied, "AccessDenied"},
		"no time":               {whole("s", deadline(&durationpb.Duration{}), batched(1)), codes.DeadlineExceeded, "Timeout"},
		"less than no time":     {whole("s", deadline(durationpb.New(-time.Second)), batched(1)), codes.DeadlineExceeded, "Timeout"},
		"a moment that is over": {whole("s", moment(time.Unix(1, 0)), batched(1)), codes.DeadlineExceeded, "Timeout"},
		"an event too large":    {whole("s", nil, batched(1001)), codes.InvalidArgument, "MaximumAppendSizeExceeded"},
		"an append too large":   {whole("s", nil, batched(800), batched(800)), codes.InvalidArgument, "MaximumAppendSizeExceeded"},
		"no options":            {withoutOptions, codes.InvalidArgument, "BadRequest"},
		"a name too long":       {whole(strings.Repeat("n", 10_000), nil, batched(1)), codes.InvalidArgument, "BadRequest"},
		"no name":               {whole("", nil, batched(1)), codes.InvalidArgument, "BadRequest"},
		"nothing expected":      {whole("s", func(o *streams.BatchAppendReq_Options) { o.ExpectedStreamPosition = nil }, batched(1)), codes.InvalidArgument, "BadRequest"},
		"no type":               {whole("s", nil, incomplete), codes.InvalidArgument, "BadRequest"},
		"nil in the list":       {whole("s", nil, nil), codes.InvalidArgument, "BadRequest"},
	} {
		call.send(c.request)
		response := call.receive()
		failed := response.GetError()
		if codes.Code(failed.GetCode()) != c.code || len(failed.GetDetails()) != 1 || failed.GetDetails()[0].GetTypeUrl() != prefix+c.details {
			t.Errorf("%s: %v", name, response)
			continue
		}
		if response.GetCorrelationId().GetString_() != c.request.CorrelationId.GetString_() {
			t.Errorf("%s: the answer is for %v", name, response.GetCorrelationId())
		}
	}
	wrong := whole("ended-not", expecting(7), batched(1))
	call.send(wrong)
	var details shared.WrongExpectedVersion
	response := call.receive()
	if err := response.GetError().GetDetails()[0].UnmarshalTo(&details); err != nil {
		t.Fatal(err)
	}
	if details.GetExpectedStreamPosition() != 7 || details.GetCurrentNoStream() == nil {
		t.Errorf("%v", response)
	}
	call.send(whole("s", deadline(durationpb.New(time.Hour)), batched(1)))
	if response := call.receive(); response.GetSuccess() == nil {
		t.Errorf("afterwards: %v", response)
	}
	if events := served.read(t, "s"); len(events) != 1 {
		t.Errorf("the stream holds %d events", len(events))
	}
}

// TestBatchAppendsToOneStreamKeepTheirOrder although nobody waits for answers.
func TestBatchAppendsToOneStreamKeepTheirOrder(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	call := served.batching(t)
	const appends = 500
	go func() {
		for n := range uint64(appends) {
			request := whole("s", expecting(n-1), batched(int(n)))
			if n == 0 {
				request = whole("s", func(o *streams.BatchAppendReq_Options) {
					o.ExpectedStreamPosition = &streams.BatchAppendReq_Options_NoStream{NoStream: &emptypb.Empty{}}
				}, batched(0))
			}
			if call.stream.Send(request) != nil {
				return
			}
			if call.stream.Send(whole("other-"+uuid.NewString(), nil, batched(1))) != nil {
				return
			}
		}
	}()
	for range 2 * appends {
		if response := call.receive(); response.GetSuccess() == nil {
			t.Fatalf("an append gives %v", response)
		}
	}
	for n, event := range served.read(t, "s") {
		if len(event.Data) != n || event.Revision != eventstore.Revision(n) {
			t.Fatalf("event %d is %+v", n, event)
		}
	}
}

// TestTooManyOpenBatches: appends that are begun and never completed are
// bounded, and those answered already do not count.
func TestTooManyOpenBatches(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	call := served.batching(t)
	for range 1_200 {
		refused := whole("", nil, batched(1))
		refused.IsFinal = false
		call.send(refused)
		call.receive()
	}
	for range 1_001 {
		begun := whole("s", nil, batched(1))
		begun.IsFinal = false
		if call.stream.Send(begun) != nil {
			break
		}
	}
	if _, err := call.stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("the call ends with %v", err)
	}
	if events := served.read(t, "s"); len(events) != 0 {
		t.Errorf("the stream holds %d events", len(events))
	}
}

// TestClosingEndsBatchCalls although their clients would go on.
func TestClosingEndsBatchCalls(t *testing.T) {
	t.Parallel()
	server, address := start(t, open)
	call := served{address: address}.batching(t)
	call.send(whole("s", nil, batched(1)))
	call.receive()
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := call.stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("the call ends with %v", err)
	}
}
