package esdb

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// asked counts who asks for the version of a server.
type asked struct {
	serverfeatures.UnimplementedServerFeaturesServer
	times atomic.Int64
}

func (a *asked) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	a.times.Add(1)
	return &serverfeatures.SupportedMethods{}, nil
}

// answerAt lets a server answer at an address until stop.
func answerAt(t *testing.T, address string) (a *asked, at string, stop func()) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	a = new(asked)
	server := grpc.NewServer()
	serverfeatures.RegisterServerFeaturesServer(server, a)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return a, listener.Addr().String(), func() {
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// E-03: whoever answers later at an address is not reached over a channel that was cut,
// nor over another one to the same target; a usual channel reaches him.
func TestATargetIsConnectedToOnce(t *testing.T) {
	t.Parallel()
	_, address, stop := answerAt(t, "127.0.0.1:0")
	target, forget := once(address)
	defer forget()
	channel := func(target string) *grpc.ClientConn {
		conn, err := dial(&esdb.Configuration{DisableTLS: true, KeepAliveInterval: -1}, target)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	ask := func(over *grpc.ClientConn) error {
		_, err := serverfeatures.NewServerFeaturesClient(over).GetSupportedMethods(t.Context(), &shared.Empty{})
		return err
	}
	own, usual := channel(target), channel(address)
	for _, over := range []*grpc.ClientConn{own, usual} {
		if err := ask(over); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	later, _, stop := answerAt(t, address)
	defer stop()
	for range 3 {
		for _, over := range []*grpc.ClientConn{own, channel(target)} {
			if err := ask(over); status.Code(err) != codes.Unavailable {
				t.Errorf("over a target that was connected to before: %v", err)
			}
		}
	}
	if n := later.times.Load(); n != 0 {
		t.Errorf("who answers there now was asked %d times", n)
	}
	ready := grpc.WaitForReady(true)
	if _, err := serverfeatures.NewServerFeaturesClient(usual).GetSupportedMethods(t.Context(), &shared.Empty{}, ready); err != nil || later.times.Load() != 1 {
		t.Errorf("over a usual channel: %v", err)
	}
}
