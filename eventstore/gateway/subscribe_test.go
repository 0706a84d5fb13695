package gateway_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/internal/waiting"
)

// following is a subscription as it is on the wire.
type following struct {
	t      testing.TB
	waits  *waiting.Watch
	stream streams.Streams_ReadClient
	end    context.CancelFunc
}

func (s served) follow(t testing.TB, options ...readOption) following {
	t.Helper()
	waits := waiting.Over(t)
	ctx, cancel := context.WithCancel(waits.Context())
	t.Cleanup(cancel)
	stream, err := streams.NewStreamsClient(s.raw(t)).Read(ctx, reading(append([]readOption{subscribing}, options...)...))
	if err != nil {
		t.Fatal(err)
	}
	return following{t: t, waits: waits, stream: stream, end: cancel}
}

// next receives one response.
func (f following) next() (*streams.ReadResp, error) {
	defer f.waits.Await("the subscription's next response")()
	return f.stream.Recv()
}

// want receives as much as is wanted and compares.
func (f following) want(words string) {
	f.t.Helper()
	var got []*streams.ReadResp
	for range strings.Fields(words) {
		response, err := f.next()
		if err != nil {
			f.t.Fatalf("%s, then %v, want %s", tell(got...), err, words)
		}
		got = append(got, response)
	}
	if tell(got...) != words {
		f.t.Fatalf("%s, want %s", tell(got...), words)
	}
}

// fails receives the end.
func (f following) fails() (codes.Code, metadata.MD) {
	f.t.Helper()
	response, err := f.next()
	if err == nil {
		f.t.Fatalf("%s, want the end", tell(response))
	}
	return status.Code(err), f.stream.Trailer()
}

func TestFollowingEverything(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "a-1", 2, "opened")
	all := served.follow(t)
	all.want("confirmed a-1@0 a-1@1 caught-up")
	exclusive := served.follow(t, fromPosition(1, 1))
	exclusive.want("confirmed a-1@1 caught-up")
	before := served.follow(t, fromPosition(1, 0))
	before.want("confirmed a-1@0 a-1@1 caught-up")
	end := served.follow(t, fromEnd)
	end.want("confirmed caught-up")
	beyond := served.follow(t, fromPosition(3, 3))
	beyond.want("confirmed caught-up")
	served.fill(t, "$persistentsubscription-$all::g-parked", 1, "$>")
	served.fill(t, "$sys", 1, "$happened")
	for _, each := range []following{all, exclusive, before, end, beyond} {
		each.want("$sys@0")
	}
}

func TestFollowingAStream(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "a-1", 2, "opened")
	all := served.follow(t, ofStream("a-1"))
	all.want("confirmed a-1@0 a-1@1 caught-up")
	exclusive := served.follow(t, ofStream("a-1"), fromRevision(0))
	exclusive.want("confirmed a-1@1 caught-up")
	end := served.follow(t, ofStream("a-1"), fromEnd)
	end.want("confirmed caught-up")
	missing := served.follow(t, ofStream("a-2"))
	missing.want("confirmed caught-up")
	served.fill(t, "a-2", 1, "opened")
	served.fill(t, "a-1", 1, "closed")
	for _, each := range []following{all, exclusive, end} {
		each.want("a-1@2")
	}
	missing.want("a-2@0")
	served.fill(t, "a-1", 1, "$streamDeleted")
	for _, each := range []following{all, exclusive, end} {
		each.want("a-1@9223372036854775807")
		code, trailer := each.fails()
		if code != codes.FailedPrecondition || fmt.Sprint(trailer["exception"], trailer["stream-name"]) != "[stream-deleted] [a-1]" {
			t.Errorf("the tombstone gives %s with %v", code, trailer)
		}
	}
}

func TestFollowingAStreamThatIsGone(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "a-1", 2, "opened")
	if _, err := client.TombstoneStream(t.Context(), "a-1", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	code, trailer := served.follow(t, ofStream("a-1")).fails()
	if code != codes.FailedPrecondition || fmt.Sprint(trailer["stream-name"]) != "[a-1]" {
		t.Errorf("following it gives %s with %v", code, trailer)
	}
	served.fill(t, "b-1", 2, "opened")
	if _, err := client.DeleteStream(t.Context(), "b-1", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	softly := served.follow(t, ofStream("b-1"))
	softly.want("confirmed caught-up")
	if _, err := client.AppendToStream(t.Context(), "b-1", esdb.AppendToStreamOptions{}, proposed("opened")); err != nil {
		t.Fatal(err)
	}
	softly.want("b-1@2")
}

func TestCheckpointsWhenNothingMatches(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "a-1", 25, "opened")
	followers := map[string]following{
		"type":       served.follow(t, filtered(byType("^closed$"), 5, 2)),
		"expression": served.follow(t, filtered(byType("sed$"), 5, 2)),
	}
	followers["expression"].want("confirmed checkpoint:10 checkpoint:20 checkpoint:25 caught-up")
	// What the store examines by itself it tells of at once.
	followers["type"].want("confirmed checkpoint:25 caught-up")
	served.fill(t, "a-1", 9, "opened")
	served.fill(t, "a-1", 1, "closed")
	for _, each := range followers {
		each.want("a-1@34 checkpoint:35")
	}
	end := served.follow(t, fromEnd, filtered(byType("^closed$"), 5, 2))
	end.want("confirmed caught-up")
	served.fill(t, "a-1", 10, "opened")
	for _, each := range append([]following{end}, followers["type"], followers["expression"]) {
		each.want("checkpoint:45")
	}
	huge := served.follow(t, filtered(byType("sed$"), 1<<32-1, 1<<32-1))
	huge.want("confirmed a-1@34 checkpoint:45 caught-up")
}

func TestASlowClientMissesNothingAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	slow := served.follow(t)
	slow.want("confirmed caught-up")
	quick := served.follow(t)
	quick.want("confirmed caught-up")
	const rounds, each = 60, 200
	data := []byte(`"` + strings.Repeat("x", 1_000) + `"`)
	for round := range rounds {
		events := make([]esdb.EventData, each)
		for i := range events {
			events[i] = proposed("opened")
			events[i].Data = data
		}
		stream := fmt.Sprintf("s-%d", round)
		if _, err := served.client(t).AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{}, events...); err != nil {
			t.Fatal(err)
		}
		for i := range each {
			quick.want(fmt.Sprintf("%s@%d", stream, i))
		}
	}
	next, caughtUp := uint64(1), false
	for next <= rounds*each {
		response, err := slow.next()
		if err != nil {
			t.Fatal(err)
		}
		if response.GetCaughtUp() != nil {
			caughtUp = true
			continue
		}
		if got := response.GetEvent().GetCommitPosition(); got != next {
			t.Fatalf("position %d, want %d", got, next)
		}
		next++
	}
	if !caughtUp { // it fell behind, and the tail is reached again
		slow.want("caught-up")
	}
}

func TestClosingEndsSubscriptions(t *testing.T) {
	t.Parallel()
	server, address := start(t, open)
	served := served{address: address}
	all, stream := served.follow(t), served.follow(t, ofStream("a-1"))
	all.want("confirmed caught-up")
	stream.want("confirmed caught-up")
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	for _, each := range []following{all, stream} {
		// Cut off after having been waited for, they would hear of a lost connection.
		response, err := each.next()
		if status.Code(err) != codes.Unavailable || status.Convert(err).Message() != "the server is shutting down" {
			t.Errorf("closing gives %v, %v", response, err)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	for _, stream := range []eventstore.Stream{"a-1", "hidden", "gone", "cut"} {
		served.fill(t, stream, 2, "opened")
	}
	served.link(t, "$ce-a", "1@a-1", "7@a-1", "0@hidden", "0@gone", "0@cut", "1@cut", "nonsense", "x@a-1", "-1@a-1", "0@", "0@none", "1@a-1@")
	if _, err := client.DeleteStream(t.Context(), "hidden", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.TombstoneStream(t.Context(), "gone", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	var cut esdb.StreamMetadata
	cut.SetTruncateBefore(1)
	if _, err := client.SetStreamMetadata(t.Context(), "cut", esdb.AppendToStreamOptions{}, cut); err != nil {
		t.Fatal(err)
	}
	want := "$ce-a@0->a-1@1 $ce-a@1->nothing $ce-a@2->nothing $ce-a@3->nothing $ce-a@4->nothing $ce-a@5->cut@1 " +
		"$ce-a@6 $ce-a@7 $ce-a@8 $ce-a@9 $ce-a@10->nothing $ce-a@11->nothing"
	responses, _, err := served.ask(t, reading(ofStream("$ce-a"), links))
	if got := tell(responses...); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if position := responses[0].GetEvent().GetCommitPosition(); position != 9 {
		t.Errorf("the place of a link is %d, want its own", position)
	}
	responses, _, err = served.ask(t, reading(ofStream("$ce-a"), count(1)))
	if got := tell(responses...); err != nil || got != "$ce-a@0" {
		t.Errorf("unresolved: %s, %v", got, err)
	}
	served.follow(t, ofStream("$ce-a"), links, fromRevision(10)).want("confirmed $ce-a@11->nothing caught-up")
	served.follow(t, links, filtered(byStream("^\\$ce-a$"), 32, 100), fromPosition(8, 8)).want("confirmed $ce-a@0->a-1@1")
}

// link writes links to a stream.
func (s served) link(t testing.TB, stream eventstore.Stream, targets ...string) {
	t.Helper()
	for _, target := range targets {
		event := newEvent("$>", target)
		_, err := s.store.Append(t.Context(), eventstore.Append{
			Stream: stream, Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{event},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadingIsForWhomTheListsName(t *testing.T) {
	t.Parallel()
	store := memory.New()
	filler := served{store: store}
	filler.fill(t, "a-1", 1, "opened")
	filler.fill(t, "secret", 1, "opened")
	filler.link(t, "links", "0@secret", "0@a-1")
	filler.describe(t, "secret", `{"$acl":{"$r":["$admins"]}}`)
	served := serve(t, on(store), func(c *gateway.Config) {
		c.Access = gateway.Access{Anonymous: &gateway.Principal{Name: "reader"}}
	})
	for name, options := range map[string][]readOption{
		"everything": nil, "a system stream": {ofStream("$settings")}, "a secret stream": {ofStream("secret")},
		"following everything": {subscribing}, "following a secret stream": {ofStream("secret"), subscribing},
	} {
		responses, trailer, err := served.ask(t, reading(options...))
		if status.Code(err) != codes.PermissionDenied || fmt.Sprint(trailer["exception"]) != "[access-denied]" || len(responses) > 0 {
			t.Errorf("%s: %s, %v, %v", name, tell(responses...), err, trailer)
		}
	}
	responses, _, err := served.ask(t, reading(ofStream("links"), links))
	if got := tell(responses...); err != nil || got != "links@0->nothing links@1->a-1@0" {
		t.Errorf("a link to a secret: %s, %v", got, err)
	}
}
