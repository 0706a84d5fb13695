// Package gateway serves EventStoreDB's gRPC protocol over any
// eventstore.Store, in this process: every EventStoreDB client can read, and
// where allowed write, what the store holds.
//
// Facts that the port has no word for are events like any other, where
// EventStoreDB keeps them too: the metadata of a stream S is the last event of
// $$S, a soft deletion is metadata that hides everything, a tombstone is the
// last event of its stream. The directory knows them by heart.
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// Config says what a Server serves, and to whom. Store and Access are needed.
type Config struct {
	// Store is what is served. The Server neither opens nor closes it.
	Store eventstore.Store

	// Access says who may call. Its zero value lets nobody in.
	Access Access

	// Writable allows appending. Without it every write is refused with
	// access-denied.
	Writable bool

	// Reserved says which streams only the program that owns the store writes, and
	// their metadata: clients can read them, and write all others where the server
	// is Writable. Nil reserves none.
	Reserved func(eventstore.Stream) bool

	// ReservedEvent says which events that program alone may write, on whatever
	// stream: readers of the store would take them for its own. Nil reserves none.
	ReservedEvent func(eventstore.Stream, eventstore.NewEvent) bool

	// Deletable allows deletion, tombstones and stream metadata that hide or
	// expire events. A ledger is never deletable.
	Deletable bool

	// TLS encrypts connections; nil serves in clear.
	TLS *tls.Config

	// Plain takes connections in clear beside those over TLS, on the same port. It
	// is meant for a port that only this machine reaches.
	Plain bool

	// AdvertiseHost and AdvertisePort are where gossip sends clients, and must be
	// reachable for them. Empty: the address a client has called already.
	AdvertiseHost string
	AdvertisePort uint16

	// Likeness is whose ways the server has where versions of EventStoreDB differ.
	// With one that is not LikeNone, positions are places in a file: another likeness
	// over the same store gives the same events other ones.
	Likeness Likeness

	// MaxAppendBytes bounds what one append holds (G-05, E-12), 0 for 1 MiB as in
	// EventStoreDB; 32 MiB is the most that a Store takes. MaxEventBytes bounds one
	// event's data and metadata too, 0 for 16 MiB.
	MaxAppendBytes int
	MaxEventBytes  int

	// MaxBufferedBytes bounds what all appends that are still being received hold
	// in memory, 0 for 256 MiB. Beyond it clients are told to come back later.
	MaxBufferedBytes int64

	// MaxPause bounds how long the next event of an append that is being received
	// may take to arrive whole, while the server takes any in, before the append is
	// given up and what it holds is free for others, 0 for half a minute.
	MaxPause time.Duration

	// MaxConnections bounds the connections served at once, 0 for 2,000.
	MaxConnections int

	// MaxCalls bounds the calls served at once, subscriptions above all, 0 for
	// 20,000. Each may hold some 200 KiB for a client that does not read.
	MaxCalls int

	// Log takes what an operator should know, nil for slog.Default.
	Log *slog.Logger
}

// The defaults of a Config.
const (
	defaultMaxAppendBytes   = 1 << 20
	defaultMaxEventBytes    = 16 << 20
	defaultMaxBufferedBytes = 256 << 20
	defaultMaxConnections   = 2_000
	defaultMaxPause         = 30 * time.Second
	defaultMaxCalls         = 20_000
)

// maxMessageBytes bounds a single gRPC message: an event of the largest size
// and what surrounds it.
const maxMessageBytes = defaultMaxEventBytes + 1<<20

// maxConcurrentStreams bounds the calls under way on one connection. A client
// may hold many thousand subscriptions on one.
const maxConcurrentStreams = 20_000

// What a client may send ahead of what is read, on one call and on one
// connection. Fixed sizes bound memory, and spare the pings by which gRPC would
// look for better ones.
const (
	streamWindow     = 128 << 10
	connectionWindow = 4 << 20
)

// shortestPing is how often a client may ask whether the connection lives (G-26):
// who asks more often only makes work.
const shortestPing = 10 * time.Millisecond

// gracePeriod is how long Close waits for calls under way.
const gracePeriod = 3 * time.Second

func (c Config) withDefaults() Config {
	if c.MaxEventBytes <= 0 {
		c.MaxEventBytes = defaultMaxEventBytes
	}
	if c.MaxAppendBytes <= 0 {
		c.MaxAppendBytes = defaultMaxAppendBytes
	}
	if c.MaxBufferedBytes <= 0 {
		c.MaxBufferedBytes = defaultMaxBufferedBytes
	}
	if c.MaxPause <= 0 {
		c.MaxPause = defaultMaxPause
	}
	if c.MaxConnections <= 0 {
		c.MaxConnections = defaultMaxConnections
	}
	if c.MaxCalls <= 0 {
		c.MaxCalls = defaultMaxCalls
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// Server speaks EventStoreDB's protocol for a Store.
type Server struct {
	config  Config
	ways    ways
	store   eventstore.Store
	recent  *recent // what links of virtual streams lead to
	streams *directory
	access  *gatekeeper
	log     *slog.Logger
	budget  budget
	calls   budget // counted
	open    budget // those of anybody whose message is being taken in, counted

	begun      time.Time
	contiguous bool // the next event's position is known: one more than the last one's
	persistent *persistentService
	gossip     *gossipService

	grpc *grpc.Server
	http *http.Server

	// ending is cancelled when the server closes: subscriptions end with it.
	ending context.Context
	end    context.CancelFunc
	work   sync.WaitGroup
	once   sync.Once
}

// New gives a server that is ready to Serve. It starts to read the streams'
// metadata at once; Close ends that.
func New(config Config) (*Server, error) {
	if config.Store == nil {
		return nil, errors.New("event store gateway: there is no store to serve")
	}
	config = config.withDefaults()
	ways, store := config.Likeness.ways(), config.Store
	if ways.places != (places{}) {
		store = &placed{Store: store, places: ways.places}
	}
	recent := newRecent()
	store = &virtualStreams{Store: store, counts: new(counts), recent: recent}
	s := &Server{
		config: config, ways: ways, store: store, recent: recent, contiguous: config.Store.Contiguous(), begun: time.Now(), log: config.Log,
		streams: newDirectory(store, config.Log), access: newGatekeeper(config.Access, config.Log),
		budget: budget{limit: config.MaxBufferedBytes}, calls: budget{limit: int64(config.MaxCalls)}, open: budget{limit: maxOpenMessages},
	}
	s.ending, s.end = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s.overHTTP(), ReadHeaderTimeout: handshakeTime, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	s.grpc = grpc.NewServer(s.options()...)
	s.persistent = newPersistentService(s)
	s.grpc.RegisterService(admittedFirst(streams.Streams_ServiceDesc), &streamsService{Server: s})
	s.grpc.RegisterService(admittedFirst(persistent.PersistentSubscriptions_ServiceDesc), s.persistent)
	s.grpc.RegisterService(admittedFirst(serverfeatures.ServerFeatures_ServiceDesc), &featuresService{version: ways.version})
	s.gossip = newGossipService(s)
	s.grpc.RegisterService(admittedFirst(gossip.Gossip_ServiceDesc), s.gossip)
	s.grpc.RegisterService(&monitoringService, s)
	s.grpc.RegisterService(enabling(), &projectionsService{Server: s})
	s.work.Go(func() { s.streams.follow(s.ending) })
	return s, nil
}

func (s *Server) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxMessageBytes),
		grpc.MaxSendMsgSize(2 * maxMessageBytes),
		grpc.MaxHeaderListSize(16 << 10),
		grpc.MaxConcurrentStreams(maxConcurrentStreams),
		grpc.NumStreamWorkers(uint32(64 * runtime.GOMAXPROCS(0))),
		grpc.WriteBufferSize(64 << 10),
		grpc.ReadBufferSize(64 << 10),
		grpc.StaticStreamWindowSize(streamWindow),
		grpc.StaticConnWindowSize(connectionWindow),
		grpc.ForceServerCodecV2(wire.NewCodec()),
		grpc.ConnectionTimeout(handshakeTime),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: shortestPing, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 20 * time.Second}),
		grpc.InTapHandle(endInTime),
		grpc.StreamInterceptor(s.stream),
		grpc.UnknownServiceHandler(unknownMethod),
	}
}

// Serve takes connections until the server is closed, and then gives nil. It
// closes the listener.
func (s *Server) Serve(listener net.Listener) error {
	door := newDoor(listener, s.config)
	group, ctx := errgroup.WithContext(s.ending)
	group.Go(func() error { return s.grpc.Serve(door.grpc) })
	group.Go(func() error { return s.http.Serve(door.http) })
	group.Go(door.run)
	group.Go(func() error {
		<-ctx.Done()
		return door.Close()
	})
	if err := group.Wait(); err != nil && s.ending.Err() == nil {
		return fmt.Errorf("event store gateway: %w", err)
	}
	return nil
}

// Close ends subscriptions, lets other calls finish for a moment, and returns
// when everything the server started has ended.
func (s *Server) Close() (err error) {
	s.once.Do(func() {
		s.end()
		late := time.AfterFunc(gracePeriod, s.grpc.Stop)
		s.grpc.GracefulStop()
		late.Stop()
		_ = s.http.Close()
		s.work.Wait()
		err = s.persistent.subscriptions.Close()
	})
	return err
}

// untilClose gives a context that ends with ctx, and when the server closes:
// for calls that would never end by themselves.
func (s *Server) untilClose(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(s.ending, func() { cancel(errClosing) })
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}
