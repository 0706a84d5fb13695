package esdbtest

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore/wire"
)

// largest is the largest message that a member passes on, in bytes.
const largest = 64 << 20

var codec = wire.NewCodec()

// passed is a message that is passed on as it came.
type passed struct{ bytes []byte }

// Decode implements wire.Decoder.
func (p *passed) Decode(message []byte) error {
	p.bytes = message
	return nil
}

// member is one server of a cluster: it answers for the cluster, and passes on to a
// gateway what it is asked for.
type member struct {
	gossip.UnimplementedGossipServer
	cluster *Cluster
	number  int
	address string
	gateway *grpc.ClientConn
	behind  *grpc.ClientConn // to a ledger that lags
	frozen  frost
	lax     atomic.Int64
	slow    atomic.Int64

	mu    sync.Mutex
	end   func()
	alive bool
}

func (m *member) start() error {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", m.address)
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.ForceServerCodecV2(codec), grpc.UnknownServiceHandler(m.pass),
		grpc.MaxRecvMsgSize(largest), grpc.MaxSendMsgSize(largest))
	gossip.RegisterGossipServer(server, m)
	ended := make(chan struct{})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.address, m.alive = listener.Addr().String(), true
	go func() {
		defer close(ended)
		_ = server.Serve(frosty{listener, &m.frozen})
	}()
	m.end = func() {
		_ = listener.Close()
		m.frozen.set(false)
		server.Stop()
		<-ended
	}
	return nil
}

func (m *member) stop() {
	m.mu.Lock()
	end := m.end
	m.end, m.alive = nil, false
	m.mu.Unlock()
	if end != nil {
		end()
	}
}

func (m *member) runs() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.alive
}

func (m *member) endPoint() *gossip.EndPoint {
	host, port, _ := net.SplitHostPort(m.address)
	number, _ := strconv.ParseUint(port, 10, 16)
	return &gossip.EndPoint{Address: host, Port: uint32(number)}
}

// Read implements gossip.GossipServer.
func (m *member) Read(context.Context, *shared.Empty) (*gossip.ClusterInfo, error) {
	return m.cluster.gossip(), nil
}

// pass passes a call on.
func (m *member) pass(_ any, call grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(call)
	incoming, _ := metadata.FromIncomingContext(call.Context())
	ofStreams := strings.HasPrefix(method, "/event_store.client.streams.")
	insists := ofStreams && strings.EqualFold(strings.Join(incoming.Get("requires-leader"), ""), "true")
	target := m.gateway
	if ofStreams && !insists {
		m.lax.Add(1)
		if m.cluster.Leader() != m.number && strings.HasSuffix(method, "/Read") {
			target = m.behind // what is written, a follower sends on to the leader
		}
	}
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(call.Context(), incoming))
	defer cancel()
	behind, err := target.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return err
	}
	elsewhere := make(chan error, 1)
	go func() { // until the call is over
		for {
			if err := passNext(call, behind, func() error {
				if insists {
					return m.leads(call)
				}
				return nil
			}); err != nil {
				if !errors.Is(err, io.EOF) {
					elsewhere <- err
					cancel()
				}
				_ = behind.CloseSend()
				return
			}
		}
	}()
	for {
		var answer passed
		err := behind.RecvMsg(&answer)
		if err == nil {
			err = call.SendMsg(wire.Encoded(answer.bytes))
		}
		if err == nil {
			continue
		}
		if status.Code(err) == codes.Aborted {
			m.slow.Add(1)
		}
		call.SetTrailer(behind.Trailer())
		select {
		case err := <-elsewhere:
			return err
		default:
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
}

func passNext(from grpc.ServerStream, to grpc.ClientStream, allowed func() error) error {
	var message passed
	if err := from.RecvMsg(&message); err != nil {
		return err
	}
	if err := allowed(); err != nil {
		return err
	}
	return to.SendMsg(wire.Encoded(message.bytes))
}

// leads sends a call on where another member leads.
func (m *member) leads(call grpc.ServerStream) error {
	switch leader := m.cluster.Leader(); leader {
	case m.number:
		return nil
	case Nobody:
		return status.Error(codes.Unavailable, "there is no leader")
	default:
		place := m.cluster.members[leader].endPoint()
		call.SetTrailer(metadata.Pairs("exception", "not-leader",
			"leader-endpoint-host", place.GetAddress(), "leader-endpoint-port", strconv.FormatUint(uint64(place.GetPort()), 10)))
		return status.Error(codes.NotFound, "another member leads the cluster")
	}
}
