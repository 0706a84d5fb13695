// Package esdbtest gives tests an EventStoreDB: the gateway over a store, in this
// process, on a port of its own.
package esdbtest

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// New gives the test an empty EventStoreDB and its address for --store. It ends
// with the test.
func New(t testing.TB) string {
	t.Helper()
	store := memory.New()
	t.Cleanup(func() { _ = store.Close() })
	return On(t, store)
}

// On is New over a store of the test's own.
func On(t testing.TB, store eventstore.Store, configure ...func(*gateway.Config)) string {
	t.Helper()
	return Serve(t, store, configure...).Address()
}

// Server is an EventStoreDB that a test can stop and start again.
type Server struct {
	t         testing.TB
	store     eventstore.Store
	configure []func(*gateway.Config)
	port      string
	stop      func()
}

// Serve starts an EventStoreDB that ends with the test, over a store that does not.
// It may be one of other ways than the usual ones.
func Serve(t testing.TB, store eventstore.Store, configure ...func(*gateway.Config)) *Server {
	t.Helper()
	s := &Server{t: t, store: store, configure: configure, port: "127.0.0.1:0"}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// Address is the server's for --store, the same after each start.
func (s *Server) Address() string { return "esdb://" + s.port + "?tls=false" }

// PutBack stops the server and starts it again over another store, as one that came
// back with an older copy.
func (s *Server) PutBack(store eventstore.Store) {
	s.t.Helper()
	s.Stop()
	s.store = store
	s.Start()
}

// Start lets the server answer, where it did before.
func (s *Server) Start() {
	s.t.Helper()
	config := gateway.Config{
		Store: s.store, Writable: true, Deletable: true,
		Access: gateway.Access{Anonymous: gateway.Administrator("test")},
		Log:    slog.New(slog.DiscardHandler),
	}
	for _, change := range s.configure {
		change(&config)
	}
	server, err := gateway.New(config)
	if err != nil {
		s.t.Fatalf("make an EventStoreDB: %v", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", s.port)
	if err != nil {
		s.t.Fatalf("listen for an EventStoreDB: %v", err)
	}
	s.port = listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	s.stop = func() {
		if err := server.Close(); err != nil {
			s.t.Errorf("close the EventStoreDB: %v", err)
		}
		if err := <-ended; err != nil {
			s.t.Errorf("the EventStoreDB ended: %v", err)
		}
	}
}

// Stop cuts every connection; nobody answers any more.
func (s *Server) Stop() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
}
