package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"
)

// handshakeTime is how long a caller may take to say what it speaks.
const handshakeTime = 10 * time.Second

// http2 and http1 are the names by which callers choose a protocol within TLS.
const (
	http2 = "h2"
	http1 = "http/1.1"
)

// http2Greeting is how every HTTP/2 connection begins.
const http2Greeting = "PRI "

// door takes the connections of one port and sorts them: HTTP/2 is gRPC, unless its
// caller could have spoken HTTP/1.1 too, anything else is plain HTTP, for those who
// ask how the server is.
type door struct {
	listener net.Listener
	tls      *tls.Config
	plain    bool
	log      *slog.Logger
	places   chan struct{}
	grpc     *corridor
	http     *corridor

	closed  context.Context
	close   context.CancelFunc
	sorting sync.WaitGroup
}

func newDoor(listener net.Listener, config Config) *door {
	d := &door{listener: listener, plain: config.TLS == nil || config.Plain, log: config.Log, places: make(chan struct{}, config.MaxConnections)}
	d.closed, d.close = context.WithCancel(context.Background())
	d.grpc, d.http = newCorridor(d), newCorridor(d)
	if config.TLS != nil {
		d.tls = config.TLS.Clone()
		d.tls.NextProtos = []string{http2, http1}
		d.tls.MinVersion = max(d.tls.MinVersion, tls.VersionTLS12)
	}
	return d
}

// run takes connections until the door closes.
func (d *door) run() error {
	defer d.sorting.Wait()
	for {
		select {
		case d.places <- struct{}{}:
		case <-d.closed.Done():
			return net.ErrClosed
		}
		connection, err := d.accept()
		if err != nil {
			return err
		}
		d.sorting.Go(func() { d.sort(&guest{Conn: connection, leave: sync.OnceFunc(func() { <-d.places })}) })
	}
}

// The pauses after a connection could not be taken.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = time.Second
)

// accept waits for a connection. What will pass, such as too many open files,
// must not end the server: it tries again.
func (d *door) accept() (net.Conn, error) {
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		connection, err := d.listener.Accept()
		var passing interface{ Temporary() bool }
		if err == nil || !errors.As(err, &passing) || !passing.Temporary() {
			return connection, err
		}
		d.log.Warn("a connection could not be taken", "error", err)
		select {
		case <-time.After(pause):
		case <-d.closed.Done():
			return nil, net.ErrClosed
		}
	}
}

func (d *door) sort(connection *guest) {
	stop := context.AfterFunc(d.closed, func() { _ = connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(handshakeTime))
	sorted, to, err := d.choose(connection)
	if !stop() || err != nil {
		_ = connection.Close()
		return
	}
	_ = connection.SetDeadline(time.Time{})
	select {
	case to.connections <- sorted:
	case <-d.closed.Done():
		_ = sorted.Close()
	}
}

// tlsGreeting is how every connection over TLS begins: the kind of its first
// record, a handshake.
const tlsGreeting = 0x16

// choose finds out what a caller speaks.
func (d *door) choose(connection *guest) (net.Conn, *corridor, error) {
	greeting := make([]byte, len(http2Greeting))
	if _, err := io.ReadFull(connection, greeting); err != nil {
		return nil, nil, err
	}
	connection.read = greeting
	switch {
	case d.tls != nil && greeting[0] == tlsGreeting:
		return d.secure(connection)
	case !d.plain:
		return nil, nil, errPlain
	case string(greeting) == http2Greeting:
		return connection, d.grpc, nil
	}
	return connection, d.http, nil
}

// errPlain says that a caller speaks in clear where that is not allowed.
var errPlain = errors.New("event store gateway: connections in clear are not taken")

func (d *door) secure(connection *guest) (net.Conn, *corridor, error) {
	// A caller who could speak HTTP/1.1 too may ask for pages over HTTP/2.
	pages := false
	config := d.tls.Clone()
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		pages = slices.Contains(hello.SupportedProtos, http1)
		return nil, nil
	}
	secured := tls.Server(connection, config)
	ctx, cancel := context.WithTimeout(d.closed, handshakeTime)
	defer cancel()
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, nil, err
	}
	if secured.ConnectionState().NegotiatedProtocol == http2 && !pages {
		return secured, d.grpc, nil
	}
	return secured, d.http, nil
}

// Close lets nobody in any more.
func (d *door) Close() error {
	d.close()
	return d.listener.Close()
}

// guest is a connection that gives back what has been read of it already, and
// its place when it leaves.
type guest struct {
	net.Conn
	read  []byte
	leave func()
}

func (g *guest) Read(buffer []byte) (int, error) {
	if len(g.read) == 0 {
		return g.Conn.Read(buffer)
	}
	n := copy(buffer, g.read)
	g.read = slices.Clip(g.read[n:])
	return n, nil
}

func (g *guest) Close() error {
	g.leave()
	return g.Conn.Close()
}

// corridor is the listener of one protocol behind the door.
type corridor struct {
	door        *door
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newCorridor(d *door) *corridor {
	return &corridor{door: d, connections: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (c *corridor) Accept() (net.Conn, error) {
	select {
	case connection := <-c.connections:
		return connection, nil
	case <-c.closed:
	case <-c.door.closed.Done():
	}
	return nil, net.ErrClosed
}

// Close implements net.Listener.
func (c *corridor) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// Addr implements net.Listener.
func (c *corridor) Addr() net.Addr { return c.door.listener.Addr() }
