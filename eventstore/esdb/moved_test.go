package esdb_test

import (
	"context"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore/esdb"
	"guishu/internal/waiting"
)

// deposed is a server of a cluster. While it has lost its leadership it sends
// everybody on to a leader that is not there, and lets nobody new in.
type deposed struct {
	strict
	lost   *atomic.Bool
	leader int // a port that nobody listens on
}

func (d deposed) GetSupportedMethods(ctx context.Context, nothing *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	if d.lost.Load() {
		return nil, status.Error(codes.Unavailable, "there is an election")
	}
	return d.strict.GetSupportedMethods(ctx, nothing)
}

func (d deposed) Read(request *streams.ReadReq, answers streams.Streams_ReadServer) error {
	if !d.lost.Load() {
		return d.strict.Read(request, answers)
	}
	answers.SetTrailer(metadata.Pairs(
		"exception", "not-leader", "leader-endpoint-host", "127.0.0.1", "leader-endpoint-port", strconv.Itoa(d.leader)))
	return status.Error(codes.NotFound, "not the leader")
}

// Whoever asks while a cluster has no leader is told so, and once it has one again
// everything goes on: also where the client had gone after a leader that was not
// there, after which it never connects again.
func TestAClusterMayLoseItsLeader(t *testing.T) {
	t.Parallel()
	gone, listener := listen(t), listen(t)
	answers := deposed{strict: strict{positions: []uint64{100}}, lost: new(atomic.Bool), leader: gone.Addr().(*net.TCPAddr).Port}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	streams.RegisterStreamsServer(server, answers)
	serverfeatures.RegisterServerFeaturesServer(server, answers)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	store := openAt(t, listener.Addr().String(), esdb.Options{Patience: 300 * time.Millisecond})
	asking := func() {
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				if last, err := store.LastPosition(t.Context()); err == nil {
					t.Errorf("a server that leads nobody tells of position %d", last)
				}
			})
		}
		all.Wait()
	}
	for range 3 {
		answers.lost.Store(true)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			asking()
		}()
		waiting.For(t, "all who ask to be answered", ended)
		answers.lost.Store(false)
		if last, err := store.LastPosition(t.Context()); err != nil || last != 100 {
			t.Fatalf("after the election: %d, %v", last, err)
		}
	}
}

// successor is the server that a deposed one sends everybody on to.
type successor struct {
	strict
	read *atomic.Int64
}

func (s successor) Read(request *streams.ReadReq, answers streams.Streams_ReadServer) error {
	s.read.Add(1)
	return s.strict.Read(request, answers)
}

// E-03: nothing is asked of a server that the client goes to by itself, before it was
// looked at. Here nobody but the client names it, so it is never asked for an event.
func TestNothingIsAskedWhereTheClientWasSentOn(t *testing.T) {
	t.Parallel()
	serve := func(server *grpc.Server, on net.Listener) {
		done := make(chan error, 1)
		go func() { done <- server.Serve(on) }()
		t.Cleanup(func() {
			server.Stop()
			<-done
		})
	}
	second := successor{strict: strict{positions: []uint64{200}}, read: new(atomic.Int64)}
	other, listener := listen(t), listen(t)
	server := grpc.NewServer()
	streams.RegisterStreamsServer(server, second)
	serverfeatures.RegisterServerFeaturesServer(server, second)
	serve(server, other)
	first := deposed{strict: strict{positions: []uint64{100}}, lost: new(atomic.Bool), leader: other.Addr().(*net.TCPAddr).Port}
	server = grpc.NewServer()
	streams.RegisterStreamsServer(server, first)
	serverfeatures.RegisterServerFeaturesServer(server, first)
	serve(server, listener)
	var believed atomic.Int64
	for range 3 {
		first.lost.Store(false)
		store := openAt(t, listener.Addr().String(), esdb.Options{Patience: 100 * time.Millisecond, Connections: 1})
		first.lost.Store(true)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if last, err := store.LastPosition(t.Context()); err == nil && last != 100 {
					believed.Add(1)
				}
			})
		}
		all.Wait()
	}
	if read, believed := second.read.Load(), believed.Load(); read+believed != 0 {
		t.Errorf("a server that nobody looked at was read from %d times, and believed %d times", read, believed)
	}
}
