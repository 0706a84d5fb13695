package esdb_test

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/storetest"
)

// strict is a server that holds events at some positions and, as EventStoreDB's
// does, refuses to read from any other one. To a stream named "odd" it answers
// what the client cannot read.
type strict struct {
	streams.UnimplementedStreamsServer
	serverfeatures.UnimplementedServerFeaturesServer
	positions []uint64
}

func (strict) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	return &serverfeatures.SupportedMethods{EventStoreServerVersion: "24.10.0"}, nil
}

func (s strict) Read(request *streams.ReadReq, answers streams.Streams_ReadServer) error {
	options := request.Options
	if name := string(options.GetStream().GetStreamIdentifier().GetStreamName()); name == "odd" {
		return answers.Send(&streams.ReadResp{Content: &streams.ReadResp_FirstStreamPosition{}})
	} else if name != "" {
		answers.SetTrailer(metadata.Pairs("exception", "stream-deleted"))
		return status.Error(codes.FailedPrecondition, "deleted, but the server does not say which")
	}
	wanted := slices.Clone(s.positions)
	backwards := options.ReadDirection == streams.ReadReq_Options_Backwards
	if place := options.GetAll().GetPosition(); place != nil {
		if backwards && place.CommitPosition > s.positions[len(s.positions)-1] {
			return status.Error(codes.Unknown, "Unexpected ReadAllResult: Error")
		}
		at, known := slices.BinarySearch(s.positions, place.CommitPosition)
		if !known {
			return status.Error(codes.InvalidArgument, "there is no such position")
		}
		if wanted = wanted[at:]; backwards {
			wanted = s.positions[:at]
		}
	}
	if backwards {
		wanted = slices.Clone(wanted)
		slices.Reverse(wanted)
	}
	for _, position := range wanted[:min(uint64(len(wanted)), options.GetCount())] {
		if err := answers.Send(recordedAt(position)); err != nil {
			return err
		}
	}
	return nil
}

func recordedAt(position uint64) *streams.ReadResp {
	return &streams.ReadResp{Content: &streams.ReadResp_Event{Event: &streams.ReadResp_ReadEvent{
		Event: &streams.ReadResp_ReadEvent_RecordedEvent{
			Id:               &shared.UUID{Value: &shared.UUID_String_{String_: "0192f0c4-5b1e-7d3a-9c55-1f2e3d4c5b6a"}},
			StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("s")},
			CommitPosition:   position, PreparePosition: position,
			Metadata: map[string]string{"type": "happened", "content-type": "application/json", "created": strconv.Itoa(17_000_000_000_000_000)},
		},
	}}}
}

func openStrict(t *testing.T, positions ...uint64) *esdb.Store {
	t.Helper()
	return openStrictOn(t, listen(t), positions...)
}

func openStrictOn(t *testing.T, listener net.Listener, positions ...uint64) *esdb.Store {
	t.Helper()
	server := grpc.NewServer()
	answers := strict{positions: positions}
	streams.RegisterStreamsServer(server, answers)
	serverfeatures.RegisterServerFeaturesServer(server, answers)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	return openAt(t, listener.Addr().String(), esdb.Options{})
}

func TestPositionsWithoutAnEventCanBeReadFrom(t *testing.T) {
	t.Parallel()
	store := openStrict(t, 100, 250, 260, 4_000)
	for _, c := range []struct {
		query eventstore.AllQuery
		want  []eventstore.Position
	}{
		{eventstore.AllQuery{}, []eventstore.Position{100, 250, 260, 4_000}},
		{eventstore.AllQuery{After: 250}, []eventstore.Position{260, 4_000}},
		{eventstore.AllQuery{After: 249}, []eventstore.Position{250, 260, 4_000}},
		{eventstore.AllQuery{After: 249, Limit: 1}, []eventstore.Position{250}},
		{eventstore.AllQuery{After: 249, Limit: 2}, []eventstore.Position{250, 260}},
		{eventstore.AllQuery{After: 4_000}, nil},
		{eventstore.AllQuery{After: 4_001}, nil},
		{eventstore.AllQuery{After: 9_999}, nil},
		{eventstore.AllQuery{Backwards: true, Before: 260}, []eventstore.Position{250, 100}},
		{eventstore.AllQuery{Backwards: true, Before: 9_999, Limit: 1}, []eventstore.Position{4_000}},
	} {
		events, err := storetest.Collect(store.ReadAll(t.Context(), c.query))
		var got []eventstore.Position
		for _, event := range events {
			got = append(got, event.Position)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v gives %v, %v, want %v", c.query, got, err, c.want)
		}
	}
	if _, err := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{After: 300})); err == nil {
		t.Error("a position in the middle of nowhere was read from")
	}
}

// Answers that make the client panic are errors.
func TestAnswersThatTheClientCannotReadAreErrors(t *testing.T) {
	t.Parallel()
	store := openStrict(t, 100)
	for _, stream := range []eventstore.Stream{"odd", "deleted"} {
		_, err := storetest.Collect(store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: stream}))
		if err == nil || !strings.Contains(err.Error(), "could not read an answer") {
			t.Errorf("%s: got %v", stream, err)
		}
	}
	if last, err := store.LastPosition(t.Context()); err != nil || last != 100 {
		t.Errorf("the store is not usable any more: %d, %v", last, err)
	}
}

// E-14: an IPv6 address is one like any other.
func TestAServerOnIPv6IsReached(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "[::1]:0")
	if err != nil {
		t.Skipf("this machine has no IPv6: %v", err)
	}
	store := openStrictOn(t, listener, 100)
	if last, err := store.LastPosition(t.Context()); err != nil || last != 100 {
		t.Errorf("got %d, %v", last, err)
	}
}
