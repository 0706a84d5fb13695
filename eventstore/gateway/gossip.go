package gateway

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"
	"google.golang.org/grpc/metadata"
)

// gossipService answers for a cluster of one, whose leader is this server.
type gossipService struct {
	gossip.UnimplementedGossipServer
	server *Server
	id     uuid.UUID
}

func newGossipService(s *Server) *gossipService {
	return &gossipService{server: s, id: uuid.New()}
}

// Read gives the one member there is.
func (g *gossipService) Read(ctx context.Context, _ *shared.Empty) (*gossip.ClusterInfo, error) {
	return &gossip.ClusterInfo{Members: []*gossip.MemberInfo{{
		InstanceId: structured(g.id), TimeStamp: ticks(time.Now()), State: gossip.MemberInfo_Leader, IsAlive: true,
		HttpEndPoint: g.endPoint(ctx),
	}}}, nil
}

// endPoint is where clients are sent: as configured, else to where they are.
func (g *gossipService) endPoint(ctx context.Context) *gossip.EndPoint {
	host, port := calledAddress(ctx)
	if g.server.config.AdvertiseHost != "" {
		host = g.server.config.AdvertiseHost
	}
	if g.server.config.AdvertisePort != 0 {
		port = g.server.config.AdvertisePort
	}
	return &gossip.EndPoint{Address: host, Port: uint32(port)}
}

// calledAddress is the host and port that the client has called.
func calledAddress(ctx context.Context) (string, uint16) {
	host, port := "localhost", "2113"
	if incoming, ok := metadata.FromIncomingContext(ctx); ok {
		if authority := incoming.Get(":authority"); len(authority) == 1 {
			if called, number, err := net.SplitHostPort(authority[0]); err == nil {
				host, port = called, number
			}
		}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return host, 0
	}
	return host, uint16(number)
}

// ticks is a time as .NET counts it: in steps of 100 nanoseconds, here from the
// beginning of 1970.
func ticks(at time.Time) int64 { return at.UnixNano() / 100 }
