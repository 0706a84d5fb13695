package esdb_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"sync"
	"sync/atomic"
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

// small is a gateway that takes little at once.
func small(config *gateway.Config) { config.MaxEventBytes, config.MaxAppendBytes = 2_000, 2_000 }

// serve gives a gateway over inner, for the time of the test.
func serve(t testing.TB, inner eventstore.Store, configure ...func(*gateway.Config)) *house {
	t.Helper()
	config := gateway.Config{
		Store: inner, Writable: true, Deletable: true,
		Access: gateway.Access{Anonymous: gateway.Administrator("test")},
		Log:    slog.New(slog.DiscardHandler),
	}
	for _, change := range configure {
		change(&config)
	}
	server, err := gateway.New(config)
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
	return openAt(t, h.network.address(), options)
}

// openDirectly gives a store that does not go over the network of the test.
func (h *house) openDirectly(t testing.TB, options esdb.Options) *esdb.Store {
	t.Helper()
	return openAt(t, h.address, options)
}

func openAt(t testing.TB, address string, options esdb.Options) *esdb.Store {
	t.Helper()
	options.Log = slog.New(slog.DiscardHandler)
	store, err := esdb.Open(t.Context(), connectionString(address), options)
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
	cuts     atomic.Int64

	mu     sync.Mutex
	pairs  map[*pair]struct{}
	down   bool       // connections are refused
	budget func() int // bytes that a connection carries before it is cut
	loss   *loss
	lost   func()
}

// loss is an append that goes wrong: it never arrives, or its reply never does.
type loss struct {
	request, reply bool
	happened       chan struct{}
}

type pair struct {
	network        *network
	client, server net.Conn
	left           atomic.Int64
	doomed         atomic.Pointer[loss] // what the server says next is lost
	once           sync.Once
}

func newNetwork(t testing.TB, target string) *network {
	t.Helper()
	n := &network{listener: listen(t), target: target, pairs: make(map[*pair]struct{}), budget: func() int { return math.MaxInt }}
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
		n.connect(client)
	}
}

func (n *network) connect(client net.Conn) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		_ = client.Close()
		return
	}
	server, err := net.Dial("tcp", n.target)
	if err != nil {
		_ = client.Close()
		return
	}
	p := &pair{network: n, client: client, server: server}
	p.left.Store(int64(n.budget()))
	n.pairs[p] = struct{}{}
	n.work.Go(func() { p.carry(server, client, p.losesRequest) })
	n.work.Go(func() { p.carry(client, server, p.losesReply) })
}

// carry carries bytes one way until the connection is cut.
func (p *pair) carry(to io.Writer, from io.Reader, loses func(data []byte) bool) {
	defer p.close()
	buffer := make([]byte, 32<<10)
	for {
		count, err := from.Read(buffer)
		if err != nil || loses(buffer[:count]) {
			return
		}
		if left := p.left.Add(-int64(count)); left < 0 {
			p.network.cuts.Add(1)
			_, _ = to.Write(buffer[:max(0, count+int(left))])
			return
		}
		if _, err := to.Write(buffer[:count]); err != nil {
			return
		}
	}
}

// losesRequest looks for the data of an append, which goes over the wire as it
// is.
func (p *pair) losesRequest(data []byte) bool {
	if !bytes.Contains(data, []byte("thing.happened")) {
		return false
	}
	n := p.network
	n.mu.Lock()
	l := n.loss
	n.loss = nil
	n.mu.Unlock()
	switch {
	case l == nil:
		return false
	case l.reply:
		p.doomed.Store(l)
		return false
	}
	close(l.happened)
	return true
}

func (p *pair) losesReply([]byte) bool {
	l := p.doomed.Swap(nil)
	if l == nil {
		return false
	}
	if lost := p.network.lost; lost != nil {
		lost()
	}
	close(l.happened)
	return true
}

func (p *pair) close() {
	p.once.Do(func() {
		_ = p.client.Close()
		_ = p.server.Close()
		p.network.mu.Lock()
		delete(p.network.pairs, p)
		p.network.mu.Unlock()
	})
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

// leadNowhere makes new connections lead to where nobody answers.
func (n *network) leadNowhere(t testing.TB) {
	t.Helper()
	nowhere := listen(t)
	t.Cleanup(func() { _ = nowhere.Close() })
	n.mu.Lock()
	n.target = nowhere.Addr().String()
	n.mu.Unlock()
	n.cut()
}

// cutAfter cuts new connections after so many bytes, anywhere.
func (n *network) cutAfter(budget func() int) {
	n.mu.Lock()
	n.budget = budget
	n.mu.Unlock()
	n.cut()
}

// onLoss is called when a reply is lost, before the connection is cut.
func (n *network) onLoss(call func()) { n.lost = call }

// loseReplyTo makes the reply to the next append get lost, or the append
// itself, and gives what asserts that it was.
func (n *network) loseReplyTo(reply, request bool) (wait func(testing.TB)) {
	if !reply && !request {
		return func(testing.TB) {}
	}
	l := &loss{request: request, reply: reply, happened: make(chan struct{})}
	n.mu.Lock()
	n.loss = l
	n.mu.Unlock()
	return func(t testing.TB) {
		t.Helper()
		select {
		case <-l.happened:
		default:
			t.Fatal("nothing was lost: the test tests nothing")
		}
	}
}
