package esdbtest

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// Nobody leads a cluster while there is an election.
const Nobody = -1

// Cluster is an EventStoreDB of several members over one store. Member 0 leads at
// first; there are no elections but those that a test decides, with Lead. Whoever
// insists on the leader is sent on by the others, as real ones do; to whoever does
// not insist, a follower shows a ledger that is as far behind as can be: empty.
type Cluster struct {
	t       testing.TB
	members []*member

	mu     sync.Mutex
	leader int
}

// NewCluster starts a cluster that ends with the test, over a store that does not.
func NewCluster(t testing.TB, store eventstore.Store, members int, configure ...func(*gateway.Config)) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	lagging := memory.New()
	t.Cleanup(func() { _ = lagging.Close() })
	behind := inside(t, lagging, configure)
	for i := range members {
		m := &member{cluster: c, number: i, address: "127.0.0.1:0", gateway: inside(t, store, configure), behind: behind}
		c.members = append(c.members, m)
		c.Start(i)
		t.Cleanup(m.stop)
	}
	return c
}

// Address is the cluster's for --store, with all members.
func (c *Cluster) Address() string {
	addresses := make([]string, len(c.members))
	for i, m := range c.members {
		addresses[i] = m.address
	}
	return "esdb+discover://" + strings.Join(addresses, ",") + "?tls=false"
}

// AddressOf is one member's for --store.
func (c *Cluster) AddressOf(i int) string { return "esdb://" + c.members[i].address + "?tls=false" }

// HostOf is where one member listens, such as 127.0.0.1:40000.
func (c *Cluster) HostOf(i int) string { return c.members[i].address }

// Leader is the number of the member that leads, or Nobody.
func (c *Cluster) Leader() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leader
}

// Lead makes a member the leader, or Nobody. All members know it at once; one that is
// frozen says so when it is not any more.
func (c *Cluster) Lead(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leader = i
}

// Kill cuts a member's connections; nobody answers there until Start.
func (c *Cluster) Kill(i int) { c.members[i].stop() }

// Start lets a member answer again where it did before.
func (c *Cluster) Start(i int) {
	c.t.Helper()
	if err := c.members[i].start(); err != nil {
		c.t.Fatalf("start member %d of a cluster: %v", i, err)
	}
}

// Freeze makes a member take in nothing and say nothing, as a process that is stopped:
// connections stay, and new ones can be made.
func (c *Cluster) Freeze(i int) { c.members[i].frozen.set(true) }

// Thaw lets a frozen member go on where it stood.
func (c *Cluster) Thaw(i int) { c.members[i].frozen.set(false) }

// Asked is how many calls of the streams' service a member was sent that did not
// insist on the leader.
func (c *Cluster) Asked(i int) int64 { return c.members[i].lax.Load() }

// TooSlow is how many calls were ended because their reader was too slow, as 23.10
// does.
func (c *Cluster) TooSlow() (calls int64) {
	for _, m := range c.members {
		calls += m.slow.Load()
	}
	return calls
}

// gossip is what every member says of the cluster.
func (c *Cluster) gossip() *gossip.ClusterInfo {
	leader, info := c.Leader(), &gossip.ClusterInfo{}
	for i, m := range c.members {
		state := gossip.MemberInfo_Follower
		switch leader {
		case i:
			state = gossip.MemberInfo_Leader
		case Nobody:
			state = gossip.MemberInfo_Unknown
		}
		info.Members = append(info.Members, &gossip.MemberInfo{
			State: state, IsAlive: m.runs() && (i == leader || !m.frozen.is()), HttpEndPoint: m.endPoint(),
		})
	}
	return info
}

// inside starts a gateway that is reached within this process, and gives a connection
// to it.
func inside(t testing.TB, store eventstore.Store, configure []func(*gateway.Config)) *grpc.ClientConn {
	t.Helper()
	config := gateway.Config{
		Store: store, Writable: true, Deletable: true,
		Access: gateway.Access{Anonymous: gateway.Administrator("test")},
		Log:    slog.New(slog.DiscardHandler),
	}
	for _, change := range configure {
		change(&config)
	}
	server, err := gateway.New(config)
	if err != nil {
		t.Fatalf("make an EventStoreDB: %v", err)
	}
	listener := bufconn.Listen(1 << 20)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///member", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec), grpc.MaxCallRecvMsgSize(largest), grpc.MaxCallSendMsgSize(largest)))
	if err != nil {
		t.Fatalf("connect to an EventStoreDB: %v", err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		if err := server.Close(); err != nil {
			t.Errorf("close the EventStoreDB: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("the EventStoreDB ended: %v", err)
		}
	})
	return conn
}
