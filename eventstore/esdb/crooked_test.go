package esdb_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
)

// crooked is a server that passes on to a gateway what it is asked for, except
// that it handles the calls that appends share in a way of its own.
type crooked struct {
	streams.UnimplementedStreamsServer
	serverfeatures.UnimplementedServerFeaturesServer
	behind  streams.StreamsClient
	address string
	options []grpc.ServerOption
	members []*gossip.MemberInfo // of its cluster

	ask    func(*streams.ReadReq) error                                  // refuses to read, nil: never
	read   func(*streams.ReadReq, *streams.ReadResp) []*streams.ReadResp // what is answered instead, nil: the same
	end    func(*streams.ReadReq, *streams.ReadResp) error               // after an answer ends the call, nil: never
	offers bool                                                          // says that it takes appends over a common call
	call   func(*crooked, streams.Streams_BatchAppendServer) error       // nil: does not know the method
	alone  atomic.Int64                                                  // appends with a call of their own
	shared atomic.Int64                                                  // appends over a common call
	calls  atomic.Int64                                                  // common calls
	sent   atomic.Pointer[metadata.MD]                                   // with the last common call
}

// errElsewhere sends whoever asks on to a leader that is not there.
var errElsewhere = status.Error(codes.NotFound, "another member leads")

// serveCrooked gives a crooked server in front of a gateway over inner.
func serveCrooked(t *testing.T, inner eventstore.Store, c *crooked) *crooked {
	t.Helper()
	conn, err := grpc.NewClient(serve(t, inner).address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	c.behind = streams.NewStreamsClient(conn)
	listener := listen(t)
	c.address = listener.Addr().String()
	server := grpc.NewServer(c.options...)
	streams.RegisterStreamsServer(server, c)
	serverfeatures.RegisterServerFeaturesServer(server, c)
	gossip.RegisterGossipServer(server, gossiper{crooked: c})
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-done
		_ = conn.Close()
	})
	return c
}

func (c *crooked) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	supported := &serverfeatures.SupportedMethods{EventStoreServerVersion: "24.10.0"}
	if c.offers {
		supported.Methods = []*serverfeatures.SupportedMethod{{ServiceName: "event_store.client.streams.streams", MethodName: "batchappend"}}
	}
	return supported, nil
}

// gossiper names the members of a crooked server's cluster.
type gossiper struct {
	gossip.UnimplementedGossipServer
	*crooked
}

func (g gossiper) Read(context.Context, *shared.Empty) (*gossip.ClusterInfo, error) {
	return &gossip.ClusterInfo{Members: g.members}, nil
}

func (c *crooked) Read(request *streams.ReadReq, answers streams.Streams_ReadServer) error {
	if c.ask != nil {
		err := c.ask(request)
		if errors.Is(err, errElsewhere) {
			answers.SetTrailer(metadata.Pairs("exception", "not-leader", "leader-endpoint-host", "127.0.0.1", "leader-endpoint-port", "1"))
		}
		if err != nil {
			return err
		}
	}
	behind, err := c.behind.Read(answers.Context(), request)
	if err != nil {
		return err
	}
	for {
		answer, err := behind.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			answers.SetTrailer(behind.Trailer())
			return err
		}
		all := []*streams.ReadResp{answer}
		if c.read != nil {
			all = c.read(request, answer)
		}
		for _, answer := range all {
			if err := answers.Send(answer); err != nil {
				return err
			}
		}
		if c.end != nil {
			if err := c.end(request, answer); err != nil {
				return err
			}
		}
	}
}

func (c *crooked) Append(requests streams.Streams_AppendServer) error {
	c.alone.Add(1)
	behind, err := c.behind.Append(requests.Context())
	for err == nil {
		var request *streams.AppendReq
		if request, err = requests.Recv(); err == nil {
			err = behind.Send(request)
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	answer, err := behind.CloseAndRecv()
	if err != nil {
		requests.SetTrailer(behind.Trailer())
		return err
	}
	return requests.SendAndClose(answer)
}

func (c *crooked) BatchAppend(call streams.Streams_BatchAppendServer) error {
	c.calls.Add(1)
	sent, _ := metadata.FromIncomingContext(call.Context())
	c.sent.Store(&sent)
	if c.call == nil {
		return c.UnimplementedStreamsServer.BatchAppend(call)
	}
	return c.call(c, call)
}

// passingOn passes appends on, which answers gives the answers of.
func passingOn(answers func(*streams.BatchAppendResp) []*streams.BatchAppendResp) func(*crooked, streams.Streams_BatchAppendServer) error {
	return func(c *crooked, call streams.Streams_BatchAppendServer) error {
		ctx, cancel := context.WithCancel(call.Context())
		defer cancel()
		behind, err := c.behind.BatchAppend(ctx)
		if err != nil {
			return err
		}
		go func() { // until the call is over
			defer cancel()
			for {
				request, err := call.Recv()
				if err != nil {
					return
				}
				c.shared.Add(1)
				if behind.Send(request) != nil {
					return
				}
			}
		}()
		for {
			answer, err := behind.Recv()
			if err != nil {
				return nil
			}
			for _, instead := range answers(answer) {
				if err := call.Send(instead); err != nil {
					return err
				}
			}
		}
	}
}
