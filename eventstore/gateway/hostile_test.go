package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// dial opens a bare connection.
func (s served) dial(t *testing.T) net.Conn {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// TestRubbishOnTheWire: what speaks neither protocol is let go, and others are
// served.
func TestRubbishOnTheWire(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	for _, rubbish := range []string{
		"", "x", "\x16\x03\x01\x00\x00", "PRI ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"PRI * nonsense nonsense nonsense nonsense", "GET / HTTP/9.9\r\n\r\n", "POST /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		connection := served.dial(t).(*net.TCPConn)
		if _, err := io.WriteString(connection, rubbish); err != nil {
			t.Fatal(err)
		}
		_ = connection.CloseWrite() // the server may have hung up already
		if err := connection.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, connection); isTimeout(err) {
			t.Errorf("%q keeps its connection", rubbish)
		}
	}
	if code := served.append(t.Context(), t, "s", "happened", "{}"); code != codes.OK {
		t.Errorf("afterwards: %v", code)
	}
}

func isTimeout(err error) bool {
	timed, ok := err.(net.Error)
	return ok && timed.Timeout()
}

// TestConnectionsAreBounded: more than there are places wait at the door until
// one leaves.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.MaxConnections = 3 })
	var silent []net.Conn
	for range 3 {
		silent = append(silent, served.dial(t))
	}
	done := make(chan codes.Code, 1)
	go func() { done <- served.append(t.Context(), t, "s", "happened", "{}") }()
	for _, each := range silent {
		if err := each.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if code := <-done; code != codes.OK {
		t.Errorf("once they have left: %v", code)
	}
}

// unsteady is a listener that fails now and then, as where there are too many
// open files.
type unsteady struct {
	net.Listener
	failures atomic.Int64
}

type passingError struct{ error }

func (passingError) Temporary() bool { return true }

func (u *unsteady) Accept() (net.Conn, error) {
	if u.failures.Add(-1) >= 0 {
		return nil, passingError{errors.New("too many open files")}
	}
	return u.Listener.Accept()
}

// TestWhatPassesDoesNotEndTheServer: it goes on when a connection could not be
// taken, and ends when its listener does.
func TestWhatPassesDoesNotEndTheServer(t *testing.T) {
	t.Parallel()
	config := gateway.Config{Store: memory.New(), Log: slog.New(slog.DiscardHandler)}
	open(&config)
	server, err := gateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	door := &unsteady{Listener: listener}
	door.failures.Store(3)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(door) }()
	served := served{address: listener.Addr().String()}
	if code := served.append(t.Context(), t, "s", "happened", "{}"); code != codes.OK {
		t.Errorf("after the failures: %v", code)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("without its listener the server goes on")
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

// TestDeletingWhileOthersWrite: an append either comes before a deletion, and is
// hidden, or after it, and shows; and an expected revision is kept to.
func TestDeletingWhileOthersWrite(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, served served) {
		client := served.client(t)
		var appended, group sync.WaitGroup
		var deletions atomic.Int64
		stop := make(chan struct{})
		for writer := range 4 {
			appended.Go(func() {
				for range 50 {
					if _, err := client.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}, proposed(fmt.Sprint(writer))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		group.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := client.DeleteStream(t.Context(), "s", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}}); err == nil {
					deletions.Add(1)
				}
			}
		})
		appended.Wait()
		close(stop)
		group.Wait()
		if _, err := client.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, proposed("last")); err != nil {
			t.Fatal(err)
		}
		events := served.read(t, "s")
		if len(events) != 201 || deletions.Load() == 0 {
			t.Fatalf("%d events, %d deletions", len(events), deletions.Load())
		}
		// After a deletion, the next event of the stream follows on metadata that
		// shows it.
		shown := eventstore.Revision(0)
		for event, err := range served.store.ReadAll(t.Context(), eventstore.AllQuery{}) {
			switch {
			case err != nil:
				t.Fatal(err)
			case event.Stream == "$$s":
				if _, err := fmt.Sscanf(string(event.Data), `{"$tb":%d}`, &shown); err != nil {
					t.Fatalf("the metadata is %s", event.Data)
				}
			case event.Revision < shown:
				t.Fatalf("event %d was written while the stream shows from %d", event.Revision, shown)
			}
		}
	})
}

// TestADeadlineOfTheClient ends its call, and only that.
func TestADeadlineOfTheClient(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	call, err := streams.NewStreamsClient(served.raw(t)).Append(ctx)
	if err == nil {
		_, err = call.CloseAndRecv()
	}
	if status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("%v", err)
	}
	if code := served.append(t.Context(), t, "s", "happened", "{}"); code != codes.OK {
		t.Errorf("another call: %v", code)
	}
}
