package esdb

import (
	"bytes"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	rpc "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

func structured(most, least uint64) *shared.UUID {
	return &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{MostSignificantBits: int64(most), LeastSignificantBits: int64(least)}}}
}

// Appends written by hand are what generated code reads.
func TestMessagesWrittenByHand(t *testing.T) {
	t.Parallel()
	events := []eventstore.NewEvent{
		{ID: uuid.MustParse("0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a"), Type: "认领", Data: []byte(`{"n":1}`), Metadata: []byte(`{"by":"nobody"}`)},
		{ID: uuid.MustParse("ffffffff-ffff-ffff-ffff-ffffffffffff"), Type: "happened", Binary: true, Data: make([]byte, 20_000)},
		{ID: uuid.MustParse("00000000-0000-0000-0000-000000000001"), Type: "t"},
	}
	for expected, want := range map[eventstore.Expectation]*streams.BatchAppendReq_Options{
		eventstore.NoStream:       {ExpectedStreamPosition: &streams.BatchAppendReq_Options_NoStream{NoStream: &emptypb.Empty{}}},
		eventstore.AnyRevision:    {ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}}},
		eventstore.StreamExists:   {ExpectedStreamPosition: &streams.BatchAppendReq_Options_StreamExists{StreamExists: &emptypb.Empty{}}},
		0:                         {ExpectedStreamPosition: &streams.BatchAppendReq_Options_StreamPosition{StreamPosition: 0}},
		9_223_372_036_854_775_806: {ExpectedStreamPosition: &streams.BatchAppendReq_Options_StreamPosition{StreamPosition: 9_223_372_036_854_775_806}},
	} {
		for count := range len(events) + 1 {
			w := &writing{Append: eventstore.Append{Stream: "客户-1", Events: events[:count]}, expected: expected}
			var got streams.BatchAppendReq
			if err := proto.Unmarshal(wire.AppendID(w.message(), fieldCorrelation, wire.OfHalves(1<<63, 7), false), &got); err != nil {
				t.Fatal(err)
			}
			want.StreamIdentifier = &shared.StreamIdentifier{StreamName: []byte("客户-1")}
			whole := &streams.BatchAppendReq{CorrelationId: structured(1<<63, 7), Options: want, IsFinal: true}
			for _, event := range events[:count] {
				most, least := wire.Halves(event.ID)
				contentType := map[bool]string{false: "application/json", true: "application/octet-stream"}[event.Binary]
				whole.ProposedMessages = append(whole.ProposedMessages, &streams.BatchAppendReq_ProposedMessage{
					Id: structured(most, least), Metadata: map[string]string{"type": event.Type, "content-type": contentType},
					CustomMetadata: event.Metadata, Data: event.Data,
				})
			}
			if !proto.Equal(&got, whole) {
				t.Errorf("expecting %d, %d events: %v", expected, count, &got)
			}
		}
	}
}

func sampleAnswers() []*streams.BatchAppendResp {
	success := &streams.BatchAppendResp_Success{
		CurrentRevisionOption: &streams.BatchAppendResp_Success_CurrentRevision{CurrentRevision: 1<<63 - 1},
		PositionOption:        &streams.BatchAppendResp_Success_Position{Position: &shared.AllStreamPosition{CommitPosition: 1 << 62, PreparePosition: 3}},
	}
	first := &streams.BatchAppendResp_Success{
		CurrentRevisionOption: &streams.BatchAppendResp_Success_CurrentRevision{},
		PositionOption:        &streams.BatchAppendResp_Success_NoPosition{NoPosition: &emptypb.Empty{}},
	}
	return []*streams.BatchAppendResp{
		{},
		{
			CorrelationId: structured(1<<64-1, 1), Result: &streams.BatchAppendResp_Success_{Success: success},
			StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("s")}, ExpectedStreamPosition: &streams.BatchAppendResp_StreamPosition{StreamPosition: 9},
		},
		{CorrelationId: structured(0, 1<<64-1), Result: &streams.BatchAppendResp_Success_{Success: first}},
		{Result: &streams.BatchAppendResp_Success_{Success: &streams.BatchAppendResp_Success{}}},
		{
			CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: "0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a"}},
			Result:        &streams.BatchAppendResp_Error{Error: &rpc.Status{Code: 3, Message: "no"}},
		},
		{CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: "nothing"}}, Result: &streams.BatchAppendResp_Error{Error: &rpc.Status{}}},
	}
}

// FuzzAnswer: whatever generated code writes, reading by hand gives the same;
// nothing makes it panic.
func FuzzAnswer(f *testing.F) {
	for _, sample := range sampleAnswers() {
		b, err := proto.Marshal(sample)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var got batchAnswer
		failed := got.Decode(b)
		var want streams.BatchAppendResp
		if (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(b, &want) != nil {
			return
		}
		if again, err := (proto.MarshalOptions{Deterministic: true}).Marshal(&want); err != nil || !bytes.Equal(again, b) {
			return
		}
		if failed != nil {
			t.Fatalf("%x cannot be read by hand: %v", b, failed)
		}
		if (got.refusal != nil) != (want.GetError() != nil) || got.refusal != nil && !proto.Equal(got.refusal, want.GetError()) {
			t.Fatalf("%x: %v", b, got.refusal)
		}
		if got.refusal != nil {
			return
		}
		if got.revision != want.GetSuccess().GetCurrentRevision() || got.position != want.GetSuccess().GetPosition().GetCommitPosition() {
			t.Fatalf("%x: %+v, want %v", b, got, &want)
		}
		given := want.GetCorrelationId().GetStructured()
		correlation := wire.OfHalves(uint64(given.GetMostSignificantBits()), uint64(given.GetLeastSignificantBits()))
		if id, err := uuid.Parse(want.GetCorrelationId().GetString_()); err == nil {
			correlation = id
		}
		if got.correlation != correlation {
			t.Fatalf("%x: is for %s", b, got.correlation)
		}
	})
}
