package gateway

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// message is the event as a generated message, which what is written by hand
// must equal.
func message(resolved resolvedEvent, textIDs bool) *streams.ReadResp {
	record := func(event *eventstore.Event) *streams.ReadResp_ReadEvent_RecordedEvent {
		if event == nil {
			return nil
		}
		id := structured(event.ID)
		if textIDs {
			id = &shared.UUID{Value: &shared.UUID_String_{String_: event.ID.String()}}
		}
		return &streams.ReadResp_ReadEvent_RecordedEvent{
			Id: id, StreamIdentifier: streamIdentifier(event.Stream), StreamRevision: uint64(event.Revision),
			PreparePosition: uint64(event.Position), CommitPosition: uint64(event.Position),
			Metadata: map[string]string{
				"type": event.Type, "created": strconv.FormatInt(ticksOf(event.RecordedAt), 10), "content-type": wire.ContentType(event.Binary),
			},
			CustomMetadata: event.Metadata, Data: event.Data,
		}
	}
	return &streams.ReadResp{Content: &streams.ReadResp_Event{Event: &streams.ReadResp_ReadEvent{
		Event: record(resolved.event), Link: record(resolved.link),
		Position: &streams.ReadResp_ReadEvent_CommitPosition{CommitPosition: uint64(resolved.original().Position)},
	}}}
}

func TestEncodedEventsAreTheProtocolsMessages(t *testing.T) {
	t.Parallel()
	texts := rapid.StringN(0, 200, eventstore.MaxNameBytes)
	bytes := rapid.SliceOfN(rapid.Byte(), 0, 400)
	event := rapid.Custom(func(t *rapid.T) *eventstore.Event {
		event := &eventstore.Event{
			Position: eventstore.Position(rapid.Int64Range(1, math.MaxInt64).Draw(t, "position")),
			Stream:   eventstore.Stream(texts.Draw(t, "stream")),
			Revision: eventstore.Revision(rapid.Int64Range(0, math.MaxInt64).Draw(t, "revision")),
			Type:     texts.Draw(t, "type"), Binary: rapid.Bool().Draw(t, "binary"),
			RecordedAt: time.UnixMicro(rapid.Int64Range(-1<<50, 1<<52).Draw(t, "recorded")),
			Data:       bytes.Draw(t, "data"), Metadata: bytes.Draw(t, "metadata"),
		}
		binary.BigEndian.PutUint64(event.ID[:8], rapid.Uint64().Draw(t, "most"))
		binary.BigEndian.PutUint64(event.ID[8:], rapid.Uint64().Draw(t, "least"))
		return event
	})
	rapid.Check(t, func(t *rapid.T) {
		var resolved resolvedEvent
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			resolved.event = event.Draw(t, "event")
		case 1:
			resolved.link = event.Draw(t, "link")
		default:
			resolved.event, resolved.link = event.Draw(t, "event"), event.Draw(t, "link")
		}
		textIDs := rapid.Bool().Draw(t, "text ids")
		written := encodeEvent(resolved, textIDs)
		var got streams.ReadResp
		if err := proto.Unmarshal(written, &got); err != nil {
			t.Fatal(err)
		}
		if want := message(resolved, textIDs); !proto.Equal(&got, want) {
			t.Fatalf("written %v, want %v", &got, want)
		}
	})
}

func TestTheCodecLeavesOtherMessagesAlone(t *testing.T) {
	t.Parallel()
	codec := wire.NewCodec()
	want := &streams.ReadResp{Content: &streams.ReadResp_LastStreamPosition{LastStreamPosition: 7}}
	buffers, err := codec.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got streams.ReadResp
	if err := codec.Unmarshal(buffers, &got); err != nil || !proto.Equal(&got, want) {
		t.Errorf("got %v, %v", &got, err)
	}
	if _, err := codec.Marshal("no message"); err == nil {
		t.Error("a text was taken for a message")
	}
}

func benchEvent() *eventstore.Event {
	return &eventstore.Event{
		Position: 1_234_567, Stream: "payment-0192f3c4-1b2a-7c3d-8e4f-5a6b7c8d9e0f", Revision: 3, ID: uuid.New(),
		Type: "payment.confirmed", RecordedAt: time.UnixMicro(1_790_000_000_123_456),
		Data: []byte(strings.Repeat("d", 250)), Metadata: []byte(strings.Repeat("m", 300)),
	}
}

func BenchmarkRecorded(b *testing.B) {
	resolved := resolvedEvent{event: benchEvent()}
	b.Run("by hand", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			encodeEvent(resolved, false)
		}
	})
	b.Run("generated", func(b *testing.B) {
		codec := encoding.GetCodecV2("proto")
		b.ReportAllocs()
		for b.Loop() {
			buffers, err := codec.Marshal(message(resolved, false))
			if err != nil {
				b.Fatal(err)
			}
			buffers.Free()
		}
	})
}
