package gateway

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/wire"
)

// fuzzed is a server whose handlers are called without a connection.
func fuzzed(f *testing.F, config Config) *streamsService {
	f.Helper()
	config.Store, config.Log, config.Writable = memory.New(), slog.New(slog.DiscardHandler), true
	config.MaxEventBytes, config.MaxAppendBytes, config.MaxBufferedBytes = 1<<10, 4<<10, 1<<20
	server, err := New(config)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := server.Close(); err != nil {
			f.Error(err)
		}
	})
	return &streamsService{Server: server}
}

func asAdministrator(ctx context.Context) context.Context {
	return context.WithValue(ctx, principalKey{}, Administrator("fuzz"))
}

// line is a call whose client sends these messages, whatever they are.
type line struct {
	grpc.ServerStream
	ctx      context.Context
	messages [][]byte
	answers  []any
}

// newLine cuts data into messages: a length in two bytes, then so much of what
// is left.
func newLine(ctx context.Context, data []byte) *line {
	w := &line{ctx: ctx}
	for len(data) >= 2 && len(w.messages) < 50 {
		size := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
		w.messages = append(w.messages, data[2:2+size])
		data = data[2+size:]
	}
	return w
}

// cut is the opposite of newLine.
func cut(messages ...proto.Message) []byte {
	var data []byte
	for _, message := range messages {
		encoded, err := proto.Marshal(message)
		if err != nil {
			panic(err) // a seed that is none
		}
		data = append(binary.BigEndian.AppendUint16(data, uint16(len(encoded))), encoded...)
	}
	return data
}

var serverCodec = wire.NewCodec()

func (w *line) Context() context.Context     { return w.ctx }
func (w *line) SetTrailer(metadata.MD)       {}
func (w *line) SetHeader(metadata.MD) error  { return nil }
func (w *line) SendHeader(metadata.MD) error { return nil }

func (w *line) RecvMsg(message any) error {
	if len(w.messages) == 0 {
		return io.EOF
	}
	next := w.messages[0]
	w.messages = w.messages[1:]
	return serverCodec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(next)}, message)
}

func (w *line) SendMsg(message any) error {
	w.answers = append(w.answers, message)
	_, err := serverCodec.Marshal(message)
	return err
}

type appendWire struct{ *line }

func (w appendWire) SendAndClose(m *streams.AppendResp) error { return w.SendMsg(m) }
func (w appendWire) Recv() (*streams.AppendReq, error) {
	message := new(streams.AppendReq)
	return message, w.RecvMsg(message)
}

type batchWire struct{ *line }

func (w batchWire) Send(m *streams.BatchAppendResp) error { return w.SendMsg(m) }
func (w batchWire) Recv() (*streams.BatchAppendReq, error) {
	message := new(streams.BatchAppendReq)
	return message, w.RecvMsg(message)
}

// lastPosition is where the store stands.
func (s *streamsService) lastPosition(t *testing.T) eventstore.Position {
	t.Helper()
	last, err := s.store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func seedOptions(stream string) *streams.AppendReq {
	return &streams.AppendReq{Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte(stream)},
		ExpectedStreamRevision: &streams.AppendReq_Options_Any{Any: &shared.Empty{}},
	}}}
}

func seedEvent(eventType string, data string) *streams.AppendReq {
	return &streams.AppendReq{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: &streams.AppendReq_ProposedMessage{
		Id: structured(uuid.New()), Metadata: map[string]string{"type": eventType, "content-type": "application/json"},
		Data: []byte(data), CustomMetadata: []byte("{}"),
	}}}
}

// FuzzAppend: whatever a client sends, an append is written whole or refused,
// and nothing stays in memory.
func FuzzAppend(f *testing.F) {
	s := fuzzed(f, Config{Deletable: true})
	f.Add(cut(seedOptions("s"), seedEvent("happened", "{}")))
	f.Add(cut(seedOptions("$$s"), seedEvent("$metadata", `{"$tb":9223372036854775807,"$acl":{"$r":["a","b"]}}`)))
	f.Add(cut(seedOptions("$settings"), seedEvent("$settings", `{"$userStreamAcl":{"$w":"x"}}`)))
	f.Add(cut(seedOptions("s"), seedOptions("s")))
	f.Add(cut(seedEvent("happened", "{}")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		call := appendWire{newLine(asAdministrator(t.Context()), data)}
		sent := max(0, len(call.messages)-1)
		before := s.lastPosition(t)
		err := s.Append(call)
		written := int(s.lastPosition(t) - before)
		switch {
		case s.budget.used.Load() != 0:
			t.Errorf("%d bytes are still held", s.budget.used.Load())
		case err != nil && written != 0:
			t.Errorf("%d events were written by an append that failed: %v", written, err)
		case err == nil && len(call.answers) != 1:
			t.Errorf("%d answers", len(call.answers))
		case err == nil && written > 0 && written != sent && written != sent+1: // one more to bring a deleted stream back
			t.Errorf("%d of %d events were written", written, sent)
		}
		asException(err, s.log)
	})
}

// FuzzBatchAppend: whatever a client sends, every completed append is answered
// once and nothing stays in memory.
func FuzzBatchAppend(f *testing.F) {
	s := fuzzed(f, Config{Deletable: true})
	request := func(final bool) *streams.BatchAppendReq {
		return &streams.BatchAppendReq{
			CorrelationId: structured(uuid.UUID{1}), IsFinal: final,
			Options: &streams.BatchAppendReq_Options{
				StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
				ExpectedStreamPosition: &streams.BatchAppendReq_Options_NoStream{NoStream: &emptypb.Empty{}},
				DeadlineOption:         &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(1e18)},
			},
			ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{{
				Id: structured(uuid.New()), Metadata: map[string]string{"type": "a", "content-type": "b"},
			}},
		}
	}
	f.Add(cut(request(true)))
	f.Add(cut(request(false), request(true), request(true)))
	f.Add(cut(&streams.BatchAppendReq{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		call := batchWire{newLine(asAdministrator(t.Context()), data)}
		before, finals := s.lastPosition(t), 0
		for _, message := range call.messages {
			request := new(streams.BatchAppendReq)
			if proto.Unmarshal(message, request) == nil && request.IsFinal {
				finals++
			}
		}
		err := s.BatchAppend(call)
		if s.budget.used.Load() != 0 {
			t.Errorf("%d bytes are still held", s.budget.used.Load())
		}
		succeeded := 0
		for _, answer := range call.answers {
			if answer.(*streams.BatchAppendResp).GetSuccess() != nil {
				succeeded++
			}
		}
		if err == nil && len(call.answers) < min(finals, 1) {
			t.Errorf("%d answers to %d appends", len(call.answers), finals)
		}
		if succeeded == 0 && s.lastPosition(t) > before+eventstore.Position(len(call.answers)) {
			t.Errorf("events were written although no append succeeded")
		}
	})
}

// FuzzMetadata: whatever is written as a stream's metadata or as settings, a
// ledger stays readable in full, and administrators are never locked out.
func FuzzMetadata(f *testing.F) {
	s := fuzzed(f, Config{Deletable: false})
	for _, seed := range []string{
		`{"$tb":1}`, `{"$maxCount":-1,"$acl":"$userStreamAcl"}`, `{"$acl":{"$r":null,"$w":[],"$d":"x"}}`, `null`, `[]`,
		`{"$userStreamAcl":{"$r":"$all"},"$systemStreamAcl":"$systemStreamAcl"}`, `{"$TB":3,"$tb":0}`, `{"$maxAge":9223372036854775807}`,
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, settings bool) {
		stream, eventType := eventstore.Stream("$$s"), metadataType
		if settings {
			stream, eventType = settingsStream, "$settings"
		}
		ctx := asAdministrator(t.Context())
		_, err := s.write(ctx, proposal{stream: stream, expected: eventstore.AnyRevision, events: []eventstore.NewEvent{
			{ID: uuid.New(), Type: eventType, Data: bytes.Clone(data)},
		}})
		asException(err, s.log)
		state, err := s.streams.look(ctx, "s")
		if err != nil || state.Metadata.hides() || state.SoftDeleted || state.Tombstoned {
			t.Errorf("the stream is %+v, %v", state, err)
		}
		for _, deed := range []deed{readStream, writeStream, deleteStream} {
			if err := s.may(ctx, deed, "s"); err != nil {
				t.Errorf("the administrator: %v", err)
			}
			if err := s.may(t.Context(), deed, "s"); err == nil {
				t.Error("somebody unknown may")
			}
			stranger := context.WithValue(t.Context(), principalKey{}, &Principal{Name: "x", ReadOnly: true})
			if err := s.may(stranger, deed, "s"); err == nil && deed != readStream {
				t.Error("somebody who only reads may do more")
			}
		}
	})
}

// FuzzAppendMessage: the hand-written reading agrees with the generated.
func FuzzAppendMessage(f *testing.F) {
	text := seedEvent("a", "b")
	text.GetProposedMessage().Id = &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}}
	for _, seed := range []*streams.AppendReq{seedOptions("s"), seedEvent("happened", "{}"), text, {}, {Content: &streams.AppendReq_Options_{}}} {
		encoded, err := proto.Marshal(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(encoded)
	}
	revision := seedOptions("s")
	revision.GetOptions().ExpectedStreamRevision = &streams.AppendReq_Options_Revision{Revision: 1 << 40}
	encoded, err := proto.Marshal(revision)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encoded)
	f.Fuzz(func(t *testing.T, data []byte) {
		generated := new(streams.AppendReq)
		if proto.Unmarshal(data, generated) != nil {
			return // what is no message at all, or holds text that is none, may be read or not
		}
		var read appendMessage
		if err := read.Decode(bytes.Clone(data)); err != nil {
			// Only a field of a known number and another type is refused here and
			// passed over there.
			return
		}
		if options := generated.GetOptions(); read.kind == optionsMessage && options != nil {
			expected, err := batchlessExpectation(options)
			got, gotErr := read.options.expectation()
			if !bytes.Equal(read.options.stream, options.GetStreamIdentifier().GetStreamName()) || got != expected || (err == nil) != (gotErr == nil) {
				t.Errorf("options %v were read as %+v", options, read.options)
			}
		}
		if event := generated.GetProposedMessage(); read.kind == eventMessage && event != nil {
			want := batchedEvent(&streams.BatchAppendReq_ProposedMessage{
				Id: event.GetId(), Metadata: event.GetMetadata(), CustomMetadata: event.GetCustomMetadata(), Data: event.GetData(),
			})
			if read.event.id != want.id || (read.event.idErr == nil) != (want.idErr == nil) || read.event.eventType != want.eventType ||
				read.event.hasType != want.hasType || read.event.isJSON != want.isJSON || read.event.hasContentType != want.hasContentType ||
				!bytes.Equal(read.event.data, want.data) || !bytes.Equal(read.event.metadata, want.metadata) {
				t.Errorf("the event %v was read as %+v", event, read.event)
			}
		}
		if (read.kind == optionsMessage) != (generated.GetOptions() != nil) || (read.kind == eventMessage) != (generated.GetProposedMessage() != nil) {
			t.Errorf("%v was read as kind %d", generated, read.kind)
		}
	})
}

// batchlessExpectation reads the expectation of generated options.
func batchlessExpectation(options *streams.AppendReq_Options) (eventstore.Expectation, error) {
	switch expected := options.GetExpectedStreamRevision().(type) {
	case *streams.AppendReq_Options_Revision:
		return parseRevision(expected.Revision)
	case *streams.AppendReq_Options_NoStream:
		return eventstore.NoStream, nil
	case *streams.AppendReq_Options_Any:
		return eventstore.AnyRevision, nil
	case *streams.AppendReq_Options_StreamExists:
		return eventstore.StreamExists, nil
	}
	return 0, errNoExpectation
}
