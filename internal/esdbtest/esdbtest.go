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
func On(t testing.TB, store eventstore.Store) string {
	t.Helper()
	server, err := gateway.New(gateway.Config{
		Store: store, Writable: true, Deletable: true,
		Access: gateway.Access{Anonymous: gateway.Administrator("test")},
		Log:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatalf("make an EventStoreDB: %v", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for an EventStoreDB: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close the EventStoreDB: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("the EventStoreDB ended: %v", err)
		}
	})
	return "esdb://" + listener.Addr().String() + "?tls=false"
}
