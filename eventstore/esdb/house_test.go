package esdb_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
)

// house is a gateway over a store, reached through a network that a test can
// break.
type house struct {
	inner   eventstore.Store
	address string // of the gateway
	network *network
}

// serve gives a gateway over inner, for the time of the test.
func serve(t testing.TB, inner eventstore.Store) *house {
	t.Helper()
	server, err := gateway.New(gateway.Config{
		Store: inner, Writable: true, Deletable: true,
		Access: gateway.Access{Anonymous: gateway.Administrator("test")},
		Log:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	listener := listen(t)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	address := listener.Addr().String()
	return &house{inner: inner, address: address, network: newNetwork(t, address)}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// open gives a store that ends with the test.
func (h *house) open(t testing.TB, options esdb.Options) *esdb.Store {
	t.Helper()
	options.Log = slog.New(slog.DiscardHandler)
	store, err := esdb.Open(t.Context(), connectionString(h.network.address()), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func connectionString(address string) string {
	return fmt.Sprintf("esdb://%s?tls=false", address)
}

// network carries connections to a server and can break them.
type network struct {
	listener net.Listener
	target   string
	work     sync.WaitGroup

	mu       sync.Mutex
	pairs    map[*pair]struct{}
	down     bool // connections are refused
	swallow  int  // how many replies' connections to cut: see loseReplies
	accepted int
}

type pair struct {
	network        *network
	client, server net.Conn
}

func newNetwork(t testing.TB, target string) *network {
	t.Helper()
	n := &network{listener: listen(t), target: target, pairs: make(map[*pair]struct{})}
	n.work.Go(n.run)
	t.Cleanup(func() {
		_ = n.listener.Close()
		n.cut()
		n.work.Wait()
	})
	return n
}

func (n *network) address() string { return n.listener.Addr().String() }

func (n *network) run() {
	for {
		client, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.mu.Lock()
		down := n.down
		n.accepted++
		n.mu.Unlock()
		if down {
			_ = client.Close()
			continue
		}
		server, err := net.Dial("tcp", n.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p := &pair{network: n, client: client, server: server}
		n.mu.Lock()
		n.pairs[p] = struct{}{}
		n.mu.Unlock()
		n.work.Go(func() { p.carry(server, client) })
		n.work.Go(func() { p.carryReplies() })
	}
}

func (p *pair) carry(to io.WriteCloser, from io.ReadCloser) {
	_, _ = io.Copy(to, from)
	p.close()
}

// carryReplies carries what the server says, unless it is to be lost.
func (p *pair) carryReplies() {
	defer p.close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := p.server.Read(buffer)
		if err != nil || p.network.swallows() {
			return
		}
		if _, err := p.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *pair) close() {
	_ = p.client.Close()
	_ = p.server.Close()
	p.network.mu.Lock()
	delete(p.network.pairs, p)
	p.network.mu.Unlock()
}

// cut breaks every connection.
func (n *network) cut() {
	n.mu.Lock()
	pairs := make([]*pair, 0, len(n.pairs))
	for p := range n.pairs {
		pairs = append(pairs, p)
	}
	n.mu.Unlock()
	for _, p := range pairs {
		p.close()
	}
}

// setDown makes the server unreachable, or reachable again.
func (n *network) setDown(down bool) {
	n.mu.Lock()
	n.down = down
	n.mu.Unlock()
	if down {
		n.cut()
	}
}

// loseReplies makes the next thing the server says, count times, never arrive:
// the connection is cut instead.
func (n *network) loseReplies(count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.swallow = count
}

func (n *network) swallows() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.swallow == 0 {
		return false
	}
	n.swallow--
	return true
}
