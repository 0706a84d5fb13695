package gateway_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"guishu/internal/waiting"
)

// readOptions make a request out of one for everything.
type readOption func(*streams.ReadReq_Options)

func reading(options ...readOption) *streams.ReadReq {
	request := everything()
	for _, option := range options {
		option(request.Options)
	}
	return request
}

// everything asks for all events.
func everything() *streams.ReadReq {
	return &streams.ReadReq{Options: &streams.ReadReq_Options{
		StreamOption: &streams.ReadReq_Options_All{All: &streams.ReadReq_Options_AllOptions{
			AllOption: &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}},
		}},
		CountOption:  &streams.ReadReq_Options_Count{Count: math.MaxUint64},
		FilterOption: &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}},
		UuidOption: &streams.ReadReq_Options_UUIDOption{
			Content: &streams.ReadReq_Options_UUIDOption_Structured{Structured: &shared.Empty{}},
		},
	}}
}

func ofStream(name string) readOption {
	return func(o *streams.ReadReq_Options) {
		o.StreamOption = &streams.ReadReq_Options_Stream{Stream: &streams.ReadReq_Options_StreamOptions{
			StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(name)},
			RevisionOption:   &streams.ReadReq_Options_StreamOptions_Start{Start: &shared.Empty{}},
		}}
	}
}

func fromRevision(revision uint64) readOption {
	return func(o *streams.ReadReq_Options) {
		o.GetStream().RevisionOption = &streams.ReadReq_Options_StreamOptions_Revision{Revision: revision}
	}
}

func fromPosition(commit, prepare uint64) readOption {
	return func(o *streams.ReadReq_Options) {
		o.GetAll().AllOption = &streams.ReadReq_Options_AllOptions_Position{
			Position: &streams.ReadReq_Options_Position{CommitPosition: commit, PreparePosition: prepare},
		}
	}
}

func fromEnd(o *streams.ReadReq_Options) {
	if all := o.GetAll(); all != nil {
		all.AllOption = &streams.ReadReq_Options_AllOptions_End{End: &shared.Empty{}}
		return
	}
	o.GetStream().RevisionOption = &streams.ReadReq_Options_StreamOptions_End{End: &shared.Empty{}}
}

func backwards(o *streams.ReadReq_Options) { o.ReadDirection = streams.ReadReq_Options_Backwards }

func links(o *streams.ReadReq_Options) { o.ResolveLinks = true }

func subscribing(o *streams.ReadReq_Options) {
	o.CountOption = &streams.ReadReq_Options_Subscription{Subscription: &streams.ReadReq_Options_SubscriptionOptions{}}
}

func count(n uint64) readOption {
	return func(o *streams.ReadReq_Options) { o.CountOption = &streams.ReadReq_Options_Count{Count: n} }
}

func compatible(o *streams.ReadReq_Options) {
	o.ControlOption = &streams.ReadReq_Options_ControlOption{Compatibility: 1}
}

// filtered sets a filter with a window and a multiplier of the checkpoints.
func filtered(filter *streams.ReadReq_Options_FilterOptions, window, multiplier uint32) readOption {
	filter.Window = &streams.ReadReq_Options_FilterOptions_Max{Max: window}
	filter.CheckpointIntervalMultiplier = multiplier
	return func(o *streams.ReadReq_Options) { o.FilterOption = &streams.ReadReq_Options_Filter{Filter: filter} }
}

func byType(expression string, prefixes ...string) *streams.ReadReq_Options_FilterOptions {
	return &streams.ReadReq_Options_FilterOptions{Filter: &streams.ReadReq_Options_FilterOptions_EventType{
		EventType: &streams.ReadReq_Options_FilterOptions_Expression{Regex: expression, Prefix: prefixes},
	}}
}

func byStream(expression string, prefixes ...string) *streams.ReadReq_Options_FilterOptions {
	return &streams.ReadReq_Options_FilterOptions{Filter: &streams.ReadReq_Options_FilterOptions_StreamIdentifier{
		StreamIdentifier: &streams.ReadReq_Options_FilterOptions_Expression{Regex: expression, Prefix: prefixes},
	}}
}

// ask sends a request and gives all that is answered.
func (s served) ask(t testing.TB, request *streams.ReadReq) ([]*streams.ReadResp, metadata.MD, error) {
	t.Helper()
	watch := waiting.Over(t)
	defer watch.Await("the end of a read")()
	stream, err := streams.NewStreamsClient(s.raw(t)).Read(watch.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	var responses []*streams.ReadResp
	for {
		response, err := stream.Recv()
		watch.Alive()
		if errors.Is(err, io.EOF) {
			return responses, stream.Trailer(), nil
		}
		if err != nil {
			return responses, stream.Trailer(), err
		}
		responses = append(responses, response)
	}
}

// tell writes responses down in short: events as stream@revision, links in
// front of what they lead to.
func tell(responses ...*streams.ReadResp) string {
	var words []string
	record := func(event *streams.ReadResp_ReadEvent_RecordedEvent) string {
		if event == nil {
			return "nothing"
		}
		return fmt.Sprintf("%s@%d", event.GetStreamIdentifier().GetStreamName(), event.GetStreamRevision())
	}
	for _, response := range responses {
		switch content := response.Content.(type) {
		case *streams.ReadResp_Event:
			word := record(content.Event.GetEvent())
			if content.Event.GetLink() != nil {
				word = record(content.Event.GetLink()) + "->" + word
			}
			words = append(words, word)
		case *streams.ReadResp_Confirmation:
			words = append(words, "confirmed")
		case *streams.ReadResp_Checkpoint_:
			words = append(words, fmt.Sprintf("checkpoint:%d", content.Checkpoint.GetCommitPosition()))
		case *streams.ReadResp_CaughtUp_:
			words = append(words, "caught-up")
		case *streams.ReadResp_StreamNotFound_:
			words = append(words, fmt.Sprintf("not-found:%s", content.StreamNotFound.GetStreamIdentifier().GetStreamName()))
		case *streams.ReadResp_FirstStreamPosition:
			words = append(words, fmt.Sprintf("first:%d", content.FirstStreamPosition))
		case *streams.ReadResp_LastStreamPosition:
			words = append(words, fmt.Sprintf("last:%d", content.LastStreamPosition))
		default:
			words = append(words, fmt.Sprintf("%T", content))
		}
	}
	return strings.Join(words, " ")
}

func TestAnswersToReads(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "a-1", 2, "opened")   // positions 1, 2
	served.fill(t, "b-1", 1, "opened")   // 3
	served.fill(t, "a-2", 1, "closed")   // 4
	served.fill(t, "$sys", 1, "$opened") // 5
	served.fill(t, "$persistentsubscription-$all::g-checkpoint", 1, "$SubscriptionCheckpoint")
	cases := []struct {
		name    string
		options []readOption
		want    string
	}{
		{"everything", nil, "a-1@0 a-1@1 b-1@0 a-2@0 $sys@0"},
		{"everything backwards", []readOption{backwards, fromEnd}, "$sys@0 a-2@0 b-1@0 a-1@1 a-1@0"},
		{"nothing before the start", []readOption{backwards}, ""},
		{"nothing after the end", []readOption{fromEnd}, ""},
		{"a count of none", []readOption{count(0)}, ""},
		{"a count", []readOption{count(2)}, "a-1@0 a-1@1"},
		{"a count over what is hidden", []readOption{backwards, fromEnd, count(2)}, "$sys@0 a-2@0"},
		{"forwards from a position, inclusive", []readOption{fromPosition(3, 3)}, "b-1@0 a-2@0 $sys@0"},
		{"backwards from a position, exclusive", []readOption{fromPosition(3, 3), backwards}, "a-1@1 a-1@0"},
		{"from a place before a position", []readOption{fromPosition(3, 1)}, "b-1@0 a-2@0 $sys@0"},
		{"backwards from such a place", []readOption{fromPosition(3, 1), backwards}, "a-1@1 a-1@0"},
		{"from zero", []readOption{fromPosition(0, 0), count(1)}, "a-1@0"},
		{"backwards from zero", []readOption{fromPosition(0, 0), backwards}, ""},
		{"from the end as a number", []readOption{fromPosition(math.MaxUint64, math.MaxUint64)}, ""},
		{"backwards from the end as a number", []readOption{fromPosition(math.MaxUint64, math.MaxUint64), backwards, count(1)}, "$sys@0"},
		{"beyond the end", []readOption{fromPosition(math.MaxInt64, math.MaxInt64)}, ""},
		{"backwards from beyond the end", []readOption{fromPosition(math.MaxInt64, 7), backwards, count(1)}, "$sys@0"},
		{"by stream prefix", []readOption{filtered(byStream("", "a-", "c-"), 32, 1)}, "a-1@0 a-1@1 a-2@0"},
		{"by stream prefix, counted", []readOption{filtered(byStream("", "a-"), 1, 1), count(2)}, "a-1@0 a-1@1"},
		{"by stream prefix, backwards", []readOption{filtered(byStream("", "a-"), 1, 1), backwards, fromEnd}, "a-2@0 a-1@1 a-1@0"},
		{"by type prefix", []readOption{filtered(byType("", "clo"), 32, 1)}, "a-2@0"},
		{"by no prefix", []readOption{filtered(byType(""), 32, 1)}, ""},
		{"by type", []readOption{filtered(byType("^(?:closed|opened)$"), 32, 1), backwards, fromEnd, count(2)}, "a-2@0 b-1@0"},
		{"no system events", []readOption{filtered(byType(`^[^\$].*`), 32, 1)}, "a-1@0 a-1@1 b-1@0 a-2@0"},
		{"a filtered read needs no multiplier", []readOption{filtered(byStream("-1$"), 32, 0)}, "a-1@0 a-1@1 b-1@0"},
		{"a filter cannot show what is hidden", []readOption{filtered(byStream("", "$persist"), 32, 1)}, ""},
		{"a stream", []readOption{ofStream("a-1")}, "a-1@0 a-1@1"},
		{"a stream from its end", []readOption{ofStream("a-1"), fromRevision(math.MaxUint64)}, ""},
		{"no stream", []readOption{ofStream("a-3")}, "not-found:a-3"},
		{"no stream, backwards", []readOption{ofStream("a-3"), backwards, fromEnd}, "not-found:a-3"},
		{"no stream, from a revision", []readOption{ofStream("a-3"), fromRevision(7)}, "not-found:a-3"},
		{"nothing of no stream", []readOption{ofStream("a-3"), count(0)}, "not-found:a-3"},
		{"bounds", []readOption{ofStream("a-1"), compatible}, "a-1@0 a-1@1 last:1"},
		{"bounds beyond the end", []readOption{ofStream("a-1"), fromRevision(9), compatible}, "first:2 last:1"},
		{"bounds at the end", []readOption{ofStream("a-1"), fromRevision(2), compatible}, "last:1"},
		{"bounds of no stream", []readOption{ofStream("a-3"), compatible}, "not-found:a-3"},
		{"bounds backwards", []readOption{ofStream("a-1"), compatible, backwards, fromEnd, count(1)}, "a-1@1 last:1"},
		{"hidden streams can be read themselves", []readOption{ofStream("$persistentsubscription-$all::g-checkpoint")},
			"$persistentsubscription-$all::g-checkpoint@0"},
	}
	for _, c := range cases {
		responses, _, err := served.ask(t, reading(c.options...))
		if got := tell(responses...); err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestReadsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "a-1", 1, "opened")
	change := func(change readOption) readOption { return change }
	cases := map[string]*streams.ReadReq{
		"no options":           {},
		"no form of ids":       reading(change(func(o *streams.ReadReq_Options) { o.UuidOption = nil })),
		"no source":            reading(change(func(o *streams.ReadReq_Options) { o.StreamOption = nil })),
		"no stream":            reading(change(func(o *streams.ReadReq_Options) { o.StreamOption = &streams.ReadReq_Options_Stream{} })),
		"no stream name":       reading(ofStream("")),
		"metastream of none":   reading(ofStream("$$")),
		"everything as stream": reading(ofStream("$all")),
		"a long stream name":   reading(ofStream(strings.Repeat("x", 10_000))),
		"a broken stream name": reading(ofStream("a\xff")),
		"a zero in the name":   reading(ofStream("a\x00b")),
		"no start":             reading(ofStream("a-1"), change(func(o *streams.ReadReq_Options) { o.GetStream().RevisionOption = nil })),
		"no start of all":      reading(change(func(o *streams.ReadReq_Options) { o.GetAll().AllOption = nil })),
		"a huge revision":      reading(ofStream("a-1"), fromRevision(math.MaxInt64+1)),
		"a huge position":      reading(fromPosition(math.MaxInt64+1, 0)),
		"prepared after":       reading(fromPosition(3, 4)),
		"no count":             reading(change(func(o *streams.ReadReq_Options) { o.CountOption = nil })),
		"no filter option":     reading(change(func(o *streams.ReadReq_Options) { o.FilterOption = nil })),
		"a filtered stream":    reading(ofStream("a-1"), filtered(byType("a"), 32, 1)),
		"a third direction":    reading(change(func(o *streams.ReadReq_Options) { o.ReadDirection = 7 })),
		"following backwards":  reading(subscribing, backwards),
		"a filter of nothing":  reading(filtered(&streams.ReadReq_Options_FilterOptions{}, 32, 1)),
		"a broken expression":  reading(filtered(byType("("), 32, 1)),
		"an endless filter":    reading(filtered(byType(strings.Repeat("a{1000}", 100)), 32, 1)),
		"too many prefixes":    reading(filtered(byStream("", make([]string, 1_001)...), 32, 1)),
		"a broken look-ahead":  reading(filtered(byType("(?=a"), 32, 1)),
		"no window":            reading(filtered(byType("a"), 32, 1), change(func(o *streams.ReadReq_Options) { o.GetFilter().Window = nil })),
		"an empty window":      reading(filtered(byType("a"), 0, 1)),
		"no checkpoints":       reading(subscribing, filtered(byType("a"), 32, 0)),
	}
	for name, request := range cases {
		responses, _, err := served.ask(t, request)
		if status.Code(err) != codes.InvalidArgument || len(responses) > 0 {
			t.Errorf("%s: %s, %v", name, tell(responses...), err)
		}
	}
}

func TestIDsComeInTheFormAskedFor(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	stored := served.fill(t, "a-1", 1, "opened")[0]
	asText := func(o *streams.ReadReq_Options) {
		o.UuidOption.Content = &streams.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}
	}
	unsaid := func(o *streams.ReadReq_Options) { o.UuidOption.Content = nil }
	for name, options := range map[string][]readOption{"text": {asText}, "structured": nil, "unsaid": {unsaid}} {
		responses, _, err := served.ask(t, reading(options...))
		if err != nil || len(responses) != 1 {
			t.Fatal(err, responses)
		}
		id := responses[0].GetEvent().GetEvent().GetId()
		var got uuid.UUID
		if form := id.GetStructured(); form != nil {
			binary.BigEndian.PutUint64(got[:8], uint64(form.MostSignificantBits))
			binary.BigEndian.PutUint64(got[8:], uint64(form.LeastSignificantBits))
		}
		if name == "text" {
			got = uuid.MustParse(id.GetString_())
		}
		if got != stored.ID {
			t.Errorf("%s: %v, want %s", name, id, stored.ID)
		}
	}
}

func TestATombstoneSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "a-1", 1, "opened")
	served.fill(t, "a-1", 1, "$streamDeleted")
	_, trailer, err := served.ask(t, reading(ofStream("a-1")))
	if status.Code(err) != codes.FailedPrecondition || strings.Join(trailer["exception"], "") != "stream-deleted" ||
		strings.Join(trailer["stream-name"], "") != "a-1" {
		t.Errorf("%v %v", err, trailer)
	}
}

// FuzzRead sends whatever bytes make a request: it is answered or refused, and
// the server goes on.
func FuzzRead(f *testing.F) {
	served := serve(f, open)
	served.fill(f, "a-1", 3, "opened")
	served.fill(f, "$$a-1", 1, "$metadata")
	client := streams.NewStreamsClient(served.raw(f))
	for _, request := range []*streams.ReadReq{
		reading(), reading(ofStream("a-1"), backwards, fromEnd, compatible), reading(fromPosition(2, 1), links),
		reading(subscribing, filtered(byStream("^(a|b)"), 1, 1)), reading(subscribing, ofStream("a-1"), fromRevision(1)),
	} {
		f.Add(marshalled(f, request))
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		ctx, cancel := context.WithCancel(waiting.Context(t, "the end of a read, or to catch up"))
		defer cancel()
		stream, err := client.Read(ctx, unmarshalled(bytes))
		if err != nil {
			t.Fatal(err)
		}
		for given := 0; ; given++ {
			response, err := stream.Recv()
			if err != nil {
				if code := status.Code(err); !errors.Is(err, io.EOF) && code != codes.InvalidArgument {
					t.Fatalf("%v", err)
				}
				return
			}
			if response.GetCaughtUp() != nil {
				return
			}
			if given > 20 {
				t.Fatalf("more than there is: %s", tell(response))
			}
		}
	})
}

func marshalled(t testing.TB, request *streams.ReadReq) []byte {
	t.Helper()
	bytes, err := proto.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// unmarshalled is what is left of bytes as a request.
func unmarshalled(bytes []byte) *streams.ReadReq {
	request := &streams.ReadReq{}
	_ = proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(bytes, request)
	return request
}
