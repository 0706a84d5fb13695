package gateway

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/wire"
	"guishu/internal/waiting"
)

// scripted is a Read call whose client says what it has to say, each after a
// response if one comes soon, and leaves.
type scripted struct {
	grpc.ServerStream
	ctx      context.Context
	requests []*persistent.ReadReq
	sent     chan struct{} // one for each response, as far as there is room
	begun    bool
}

// soon is how long a scripted client waits for a response.
const soon = time.Millisecond

func (s *scripted) Context() context.Context { return s.ctx }

func (s *scripted) Send(response *persistent.ReadResp) error { return s.SendMsg(response) }

func (s *scripted) SendMsg(message any) error {
	if ready, ok := message.(wire.Encoded); ok {
		var response persistent.ReadResp
		if err := proto.Unmarshal(ready, &response); err != nil {
			return err
		}
	}
	select {
	case s.sent <- struct{}{}:
	default:
	}
	return nil
}

func (s *scripted) Recv() (*persistent.ReadReq, error) {
	if s.begun {
		select {
		case <-s.sent:
		case <-time.After(soon):
		}
	}
	s.begun = true
	if len(s.requests) == 0 {
		return nil, io.EOF
	}
	first := s.requests[0]
	s.requests = s.requests[1:]
	return first, nil
}

// FuzzPersistent makes a subscription out of any message, changes it by any
// other, and lets any consumer read from it: what is wrong is refused for its
// own sake, never by a failure of the server's.
func FuzzPersistent(f *testing.F) {
	marshal := func(message proto.Message) []byte {
		bytes, err := proto.Marshal(message)
		if err != nil {
			f.Fatal(err)
		}
		return bytes
	}
	stream := &shared.StreamIdentifier{StreamName: []byte("account-1")}
	id := uuid.New()
	create := marshal(&persistent.CreateReq{Options: &persistent.CreateReq_Options{
		StreamOption: &persistent.CreateReq_Options_Stream{Stream: &persistent.CreateReq_StreamOptions{StreamIdentifier: stream}},
		GroupName:    "group", Settings: &persistent.CreateReq_Settings{ConsumerStrategy: "Pinned", ResolveLinks: true, HistoryBufferSize: 3, MaxRetryCount: 1},
	}})
	createAll := marshal(&persistent.CreateReq{Options: &persistent.CreateReq_Options{
		StreamOption: &persistent.CreateReq_Options_All{All: &persistent.CreateReq_AllOptions{
			FilterOption: &persistent.CreateReq_AllOptions_Filter{Filter: &persistent.CreateReq_AllOptions_FilterOptions{
				Filter: &persistent.CreateReq_AllOptions_FilterOptions_StreamIdentifier{StreamIdentifier: &persistent.CreateReq_AllOptions_FilterOptions_Expression{Regex: "^a"}},
			}},
		}},
		GroupName: "group", Settings: &persistent.CreateReq_Settings{MaxRetryCount: 3},
	}})
	update := marshal(&persistent.UpdateReq{Options: &persistent.UpdateReq_Options{
		StreamOption: &persistent.UpdateReq_Options_Stream{Stream: &persistent.UpdateReq_StreamOptions{StreamIdentifier: stream}},
		GroupName:    "group", Settings: &persistent.UpdateReq_Settings{},
	}})
	read := marshal(&persistent.ReadReq{Content: &persistent.ReadReq_Options_{Options: &persistent.ReadReq_Options{
		StreamOption: &persistent.ReadReq_Options_StreamIdentifier{StreamIdentifier: stream}, GroupName: "group", BufferSize: 2,
	}}})
	readAll := marshal(&persistent.ReadReq{Content: &persistent.ReadReq_Options_{Options: &persistent.ReadReq_Options{
		StreamOption: &persistent.ReadReq_Options_All{All: &shared.Empty{}}, GroupName: "group", BufferSize: 2,
	}}})
	ack := marshal(&persistent.ReadReq{Content: &persistent.ReadReq_Ack_{Ack: &persistent.ReadReq_Ack{Ids: []*shared.UUID{structured(id)}}}})
	park := marshal(&persistent.ReadReq{Content: &persistent.ReadReq_Nack_{Nack: &persistent.ReadReq_Nack{
		Ids: []*shared.UUID{structured(id)}, Action: persistent.ReadReq_Nack_Park, Reason: "why",
	}}})
	replay := marshal(&persistent.ReplayParkedReq{Options: &persistent.ReplayParkedReq_Options{
		StreamOption: &persistent.ReplayParkedReq_Options_StreamIdentifier{StreamIdentifier: stream}, GroupName: "group",
	}})
	f.Add(create, update, read, ack, park, replay)
	f.Add(createAll, update, readAll, park, ack, replay)
	f.Add([]byte{}, []byte{}, []byte{}, []byte{}, []byte{}, []byte{})

	f.Fuzz(func(t *testing.T, create, update, options, first, second, replay []byte) {
		store := memory.New()
		server, err := New(Config{
			Store: store, Access: Access{Anonymous: Administrator("test")}, Writable: true, Deletable: true, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.Append(t.Context(), eventstore.Append{Stream: "account-1", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{
			{ID: id, Type: "opened"}, {ID: uuid.New(), Type: linkType, Data: []byte("0@account-1")}, {ID: uuid.New(), Type: linkType, Data: []byte("@")},
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, err := server.access.admit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		answered := func(what string, err error) {
			code := codes.OK
			if err != nil {
				code = status.Code(asException(err, server.log))
			}
			switch code {
			case codes.Internal, codes.Unknown, codes.DeadlineExceeded:
				t.Errorf("%s gives %v: %v", what, code, err)
			}
		}
		subscriptions := server.persistent
		creation, change, replaying := &persistent.CreateReq{}, &persistent.UpdateReq{}, &persistent.ReplayParkedReq{}
		if proto.Unmarshal(create, creation) == nil {
			_, err := subscriptions.Create(ctx, creation)
			answered("create", err)
		}
		if proto.Unmarshal(update, change) == nil {
			_, err := subscriptions.Update(ctx, change)
			answered("update", err)
		}
		reading, cancel := context.WithTimeout(ctx, waiting.Patience)
		defer cancel()
		call := &scripted{ctx: reading, sent: make(chan struct{}, 1)}
		for _, bytes := range [][]byte{options, first, second} {
			request := &persistent.ReadReq{}
			if proto.Unmarshal(bytes, request) == nil {
				call.requests = append(call.requests, request)
			}
		}
		answered("read", subscriptions.Read(call))
		if proto.Unmarshal(replay, replaying) == nil {
			_, err := subscriptions.ReplayParked(ctx, replaying)
			answered("replay", err)
		}
		_, err = subscriptions.List(ctx, &persistent.ListReq{Options: &persistent.ListReq_Options{
			ListOption: &persistent.ListReq_Options_ListAllSubscriptions{ListAllSubscriptions: &shared.Empty{}},
		}})
		answered("list", err)
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
}
