package gateway_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/projections"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore/gateway"
)

// appendRaw sends these messages as one append and gives its answer.
func appendRaw(t testing.TB, connection *grpc.ClientConn, messages ...*streams.AppendReq) (*streams.AppendResp, metadata.MD, error) {
	t.Helper()
	stream, err := streams.NewStreamsClient(connection).Append(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range messages {
		if err := stream.Send(message); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	response, err := stream.CloseAndRecv()
	return response, stream.Trailer(), err
}

func to(stream string) *streams.AppendReq {
	return &streams.AppendReq{Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte(stream)},
		ExpectedStreamRevision: &streams.AppendReq_Options_Any{Any: &shared.Empty{}},
	}}}
}

func message(change ...func(*streams.AppendReq_ProposedMessage)) *streams.AppendReq {
	proposed := &streams.AppendReq_ProposedMessage{
		Id:       &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}},
		Metadata: map[string]string{"type": "happened", "content-type": "application/octet-stream"},
		Data:     []byte{0, 1, 2},
	}
	for _, each := range change {
		each(proposed)
	}
	return &streams.AppendReq{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: proposed}}
}

func without(property string) func(*streams.AppendReq_ProposedMessage) {
	return func(m *streams.AppendReq_ProposedMessage) { delete(m.Metadata, property) }
}

func named(id *shared.UUID) func(*streams.AppendReq_ProposedMessage) {
	return func(m *streams.AppendReq_ProposedMessage) { m.Id = id }
}

func sized(bytes int) func(*streams.AppendReq_ProposedMessage) {
	return func(m *streams.AppendReq_ProposedMessage) { m.Data = make([]byte, bytes) }
}

func typed(name string) func(*streams.AppendReq_ProposedMessage) {
	return func(m *streams.AppendReq_ProposedMessage) { m.Metadata["type"] = name }
}

func TestAnIDAsTextAndBinaryData(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	id := uuid.New()
	response, _, err := appendRaw(t, served.raw(t), to("s"), message(named(&shared.UUID{Value: &shared.UUID_String_{String_: id.String()}})))
	if err != nil {
		t.Fatal(err)
	}
	success := response.GetSuccess()
	if success.GetCurrentRevision() != 0 || success.GetPosition().GetCommitPosition() != 1 || success.GetPosition().GetPreparePosition() != 1 {
		t.Errorf("the answer is %v", response)
	}
	events := served.read(t, "s")
	if len(events) != 1 || events[0].ID != id || !events[0].Binary || !bytes.Equal(events[0].Data, []byte{0, 1, 2}) {
		t.Errorf("the store holds %+v", events)
	}
}

// TestHostileAppends: what makes no sense is refused as documented, changes
// nothing, and leaves the server at work.
func TestHostileAppends(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.MaxEventBytes, c.MaxAppendBytes = 1000, 3000 })
	connection := served.raw(t)
	revision := to("s")
	revision.GetOptions().ExpectedStreamRevision = &streams.AppendReq_Options_Revision{Revision: 1 << 63}
	nothingExpected := to("s")
	nothingExpected.GetOptions().ExpectedStreamRevision = nil
	text := func(id string) *shared.UUID { return &shared.UUID{Value: &shared.UUID_String_{String_: id}} }
	twice := uuid.NewString()
	for name, c := range map[string]struct {
		messages  []*streams.AppendReq
		code      codes.Code
		exception string
		trailers  map[string]string
	}{
		"nothing at all":            {nil, codes.InvalidArgument, "", nil},
		"an empty message":          {[]*streams.AppendReq{{}}, codes.InvalidArgument, "", nil},
		"events before options":     {[]*streams.AppendReq{message()}, codes.InvalidArgument, "", nil},
		"options without a name":    {[]*streams.AppendReq{{Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{}}}}, codes.InvalidArgument, "", nil},
		"options that are nil":      {[]*streams.AppendReq{{Content: &streams.AppendReq_Options_{}}}, codes.InvalidArgument, "", nil},
		"options twice":             {[]*streams.AppendReq{to("s"), to("s")}, codes.InvalidArgument, "", nil},
		"an empty message later":    {[]*streams.AppendReq{to("s"), {}}, codes.InvalidArgument, "", nil},
		"an empty name":             {[]*streams.AppendReq{to(""), message()}, codes.InvalidArgument, "", nil},
		"the name $$":               {[]*streams.AppendReq{to("$$"), message()}, codes.InvalidArgument, "", nil},
		"a name that is not text":   {[]*streams.AppendReq{to("\xff\xfe"), message()}, codes.InvalidArgument, "invalid-argument", nil},
		"a name with a zero byte":   {[]*streams.AppendReq{to("a\x00b"), message()}, codes.InvalidArgument, "invalid-argument", nil},
		"a name too long":           {[]*streams.AppendReq{to(strings.Repeat("n", 10_000)), message()}, codes.InvalidArgument, "invalid-argument", nil},
		"the name $all":             {[]*streams.AppendReq{to("$all"), message()}, codes.PermissionDenied, "access-denied", nil},
		"a revision out of range":   {[]*streams.AppendReq{revision, message()}, codes.InvalidArgument, "", nil},
		"nothing expected":          {[]*streams.AppendReq{nothingExpected, message()}, codes.InvalidArgument, "", nil},
		"no id":                     {[]*streams.AppendReq{to("s"), message(named(nil))}, codes.InvalidArgument, "", nil},
		"an empty id":               {[]*streams.AppendReq{to("s"), message(named(&shared.UUID{}))}, codes.InvalidArgument, "", nil},
		"an id of zeros":            {[]*streams.AppendReq{to("s"), message(named(text(uuid.Nil.String())))}, codes.InvalidArgument, "", nil},
		"an id that is none":        {[]*streams.AppendReq{to("s"), message(named(text("you and id")))}, codes.InvalidArgument, "", nil},
		"the same id twice":         {[]*streams.AppendReq{to("s"), message(named(text(twice))), message(named(text(twice)))}, codes.InvalidArgument, "", nil},
		"a type too long":           {[]*streams.AppendReq{to("s"), message(typed(strings.Repeat("t", 513)))}, codes.InvalidArgument, "invalid-argument", nil},
		"an empty type":             {[]*streams.AppendReq{to("s"), message(typed(""))}, codes.InvalidArgument, "", nil},
		"a tombstone as event":      {[]*streams.AppendReq{to("s"), message(typed("$streamDeleted"))}, codes.PermissionDenied, "access-denied", nil},
		"no type":                   {[]*streams.AppendReq{to("s"), message(without("type"))}, codes.InvalidArgument, "missing-required-metadata-property", map[string]string{"required-metadata-properties": "type,content-type"}},
		"no content type":           {[]*streams.AppendReq{to("s"), message(without("content-type"))}, codes.InvalidArgument, "missing-required-metadata-property", map[string]string{"required-metadata-properties": "type,content-type"}},
		"an event too large":        {[]*streams.AppendReq{to("s"), message(sized(1001))}, codes.InvalidArgument, "maximum-append-event-size-exceeded", map[string]string{"maximum-append-event-size": "1000", "proposed-event-size": "1001"}},
		"an append too large":       {[]*streams.AppendReq{to("s"), message(sized(1000)), message(sized(1000)), message(sized(1000)), message(sized(1))}, codes.InvalidArgument, "maximum-append-size-exceeded", map[string]string{"maximum-append-size": "3000"}},
		"a message over all bounds": {[]*streams.AppendReq{to("s"), message(sized(18 << 20))}, codes.ResourceExhausted, "", nil},
	} {
		response, trailer, err := appendRaw(t, connection, c.messages...)
		if status.Code(err) != c.code {
			t.Errorf("%s: %v, %v, want %v", name, response, err, c.code)
			continue
		}
		if got := strings.Join(trailer.Get("exception"), ","); got != c.exception {
			t.Errorf("%s: the exception is %q", name, got)
		}
		for key, want := range c.trailers {
			if got := strings.Join(trailer.Get(key), ","); got != want {
				t.Errorf("%s: %s is %q, want %q", name, key, got, want)
			}
		}
	}
	if last, err := served.store.LastPosition(t.Context()); err != nil || last != 0 {
		t.Errorf("something was written: %d, %v", last, err)
	}
	if _, _, err := appendRaw(t, connection, to("s"), message()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWrongExpectedVersionInBothVocabularies(t *testing.T) {
	t.Parallel()
	connection := serve(t, open).raw(t)
	for name, c := range map[string]struct {
		expected any
		check    func(*streams.AppendResp_WrongExpectedVersion) bool
	}{
		"a revision": {uint64(5), func(w *streams.AppendResp_WrongExpectedVersion) bool {
			return w.GetExpectedRevision() == 5 && w.GetExpectedRevision_20_6_0() == 5 &&
				w.GetCurrentNoStream() != nil && w.GetNoStream_20_6_0() != nil
		}},
		"stream exists": {&streams.AppendReq_Options_StreamExists{StreamExists: &shared.Empty{}}, func(w *streams.AppendResp_WrongExpectedVersion) bool {
			return w.GetExpectedStreamExists() != nil && w.GetStreamExists_20_6_0() != nil &&
				w.GetCurrentNoStream() != nil && w.GetNoStream_20_6_0() != nil
		}},
	} {
		options := to("none")
		switch expected := c.expected.(type) {
		case uint64:
			options.GetOptions().ExpectedStreamRevision = &streams.AppendReq_Options_Revision{Revision: expected}
		case *streams.AppendReq_Options_StreamExists:
			options.GetOptions().ExpectedStreamRevision = expected
		}
		response, _, err := appendRaw(t, connection, options, message())
		if err != nil || response.GetWrongExpectedVersion() == nil || !c.check(response.GetWrongExpectedVersion()) {
			t.Errorf("%s: %v, %v", name, response, err)
		}
	}
	if _, _, err := appendRaw(t, connection, to("one"), message()); err != nil {
		t.Fatal(err)
	}
	options := to("one")
	options.GetOptions().ExpectedStreamRevision = &streams.AppendReq_Options_NoStream{NoStream: &shared.Empty{}}
	response, _, err := appendRaw(t, connection, options, message())
	wrong := response.GetWrongExpectedVersion()
	if err != nil || wrong.GetExpectedNoStream() == nil || wrong.GetExpectedRevision_20_6_0() != 1<<64-1 || wrong.GetCurrentRevision_20_6_0() != 0 {
		t.Errorf("no stream: %v, %v", response, err)
	}
}

// TestDeletionErrorsCarryTrailers, also where a name has to be encoded.
func TestDeletionErrorsCarryTrailers(t *testing.T) {
	t.Parallel()
	client := streams.NewStreamsClient(serve(t, open).raw(t))
	var trailer metadata.MD
	_, err := client.Delete(t.Context(), &streams.DeleteReq{Options: &streams.DeleteReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("客户-1")},
		ExpectedStreamRevision: &streams.DeleteReq_Options_Revision{Revision: 3},
	}}, grpc.Trailer(&trailer))
	if status.Code(err) != codes.FailedPrecondition {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"exception": "wrong-expected-version", "stream-name": "%E5%AE%A2%E6%88%B7-1", "expected-version": "3", "actual-version": "-1",
	} {
		if got := strings.Join(trailer.Get(key), ","); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	tombstone := &streams.TombstoneReq{Options: &streams.TombstoneReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
		ExpectedStreamRevision: &streams.TombstoneReq_Options_Any{Any: &shared.Empty{}},
	}}
	if _, err := client.Tombstone(t.Context(), tombstone); err != nil {
		t.Fatal(err)
	}
	_, err = client.Tombstone(t.Context(), tombstone, grpc.Trailer(&trailer))
	if status.Code(err) != codes.FailedPrecondition || strings.Join(trailer.Get("exception"), "") != "stream-deleted" ||
		strings.Join(trailer.Get("stream-name"), "") != "s" {
		t.Errorf("a second tombstone: %v, %v", err, trailer)
	}
	for name, request := range map[string]*streams.DeleteReq{
		"nothing": {}, "no name": {Options: &streams.DeleteReq_Options{}},
		"a metastream": {Options: &streams.DeleteReq_Options{
			StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("$$s")},
			ExpectedStreamRevision: &streams.DeleteReq_Options_Any{Any: &shared.Empty{}},
		}},
	} {
		if _, err := client.Delete(t.Context(), request); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatThisServerIsNotSaysSo(t *testing.T) {
	t.Parallel()
	_, err := projections.NewProjectionsClient(serve(t, open).raw(t)).Create(t.Context(), &projections.CreateReq{})
	if status.Code(err) != codes.Unimplemented || !strings.Contains(status.Convert(err).Message(), "is not part of this server") {
		t.Errorf("projections answer %v", err)
	}
}

// TestManyLargeAppendsAtOnceAreBounded: what is being received counts against
// one budget, and the rest is told to come back.
func TestManyLargeAppendsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.MaxBufferedBytes = 6000 })
	connection := served.raw(t)
	hold := func() streams.Streams_AppendClient {
		held, err := streams.NewStreamsClient(connection).Append(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []*streams.AppendReq{to("held"), message(sized(4000))} {
			if err := held.Send(m); err != nil {
				t.Fatal(err)
			}
		}
		return held
	}
	held := hold()
	for { // until what is held has arrived
		_, _, err := appendRaw(t, connection, to("other"), message(sized(4000)))
		if status.Code(err) == codes.Unavailable {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if held.Send(message(sized(0))) != nil {
			held = hold() // the other was there before it
		}
	}
	if _, _, err := appendRaw(t, connection, to("other"), message(sized(10))); err != nil {
		t.Errorf("a small one: %v", err)
	}
	if _, err := held.CloseAndRecv(); err != nil {
		t.Errorf("the one that was first: %v", err)
	}
	if _, _, err := appendRaw(t, connection, to("other"), message(sized(4000))); err != nil {
		t.Errorf("after it: %v", err)
	}
}
