package pgtest

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Wire is a network through which a test's database is reached, and that can fall
// silent: connections stay open at both ends, and nothing comes through any more.
type Wire struct {
	URL string // of the database at the other end

	network, address string
	mu               sync.Mutex
	changed          *sync.Cond
	silent           bool
	ended            bool
	lines            map[*line]bool
}

// line is one connection over a wire.
type line struct {
	here, there net.Conn
	lost        bool // silent for ever
}

// NewWire lays a wire to a database, by its address.
func NewWire(t testing.TB, address string) *Wire {
	t.Helper()
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Wire{lines: map[*line]bool{}}
	w.changed = sync.NewCond(&w.mu)
	w.network, w.address = pgconn.NetworkAddress(config.ConnConfig.Host, config.ConnConfig.Port)
	through, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	through.Host, through.RawQuery = listener.Addr().String(), "sslmode=disable"
	w.URL = through.String()
	var running sync.WaitGroup
	running.Go(func() {
		for {
			here, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { w.carry(here) })
		}
	})
	t.Cleanup(func() {
		w.change(func() { w.ended = true })
		_ = listener.Close()
		w.change(func() {
			for l := range w.lines {
				l.close()
			}
		})
		running.Wait()
	})
	return w
}

// Silence lets nothing through any more, over connections of now or later.
func (w *Wire) Silence() { w.change(func() { w.silent = true }) }

// Speak lets everything through again, also what was held back.
func (w *Wire) Speak() { w.change(func() { w.silent = false }) }

// Lose lets nothing through any more over the connections that there are now.
func (w *Wire) Lose() {
	w.change(func() {
		for l := range w.lines {
			l.lost = true
		}
	})
}

func (w *Wire) change(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	w.changed.Broadcast()
}

// pass waits while nothing comes through; false when the wire has ended.
func (w *Wire) pass(l *line) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for (w.silent || l.lost) && !w.ended {
		w.changed.Wait()
	}
	return !w.ended
}

func (l *line) close() {
	_ = l.here.Close()
	if l.there != nil {
		_ = l.there.Close()
	}
}

// carry carries one connection until one of its ends closes it.
func (w *Wire) carry(here net.Conn) {
	l := &line{here: here}
	w.change(func() { w.lines[l] = true })
	defer w.change(func() {
		l.close()
		delete(w.lines, l)
	})
	if !w.pass(l) {
		return
	}
	there, err := net.Dial(w.network, w.address)
	if err != nil {
		return
	}
	w.change(func() { l.there = there })
	var both sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{here: there, there: here} {
		both.Go(func() {
			w.forward(l, from, to)
			w.change(l.close)
		})
	}
	both.Wait()
}

// forward carries what comes from one end to the other. That an end was closed is said
// over the wire, too.
func (w *Wire) forward(l *line, from, to net.Conn) {
	chunk := make([]byte, 16<<10)
	for {
		n, err := from.Read(chunk)
		if !w.pass(l) {
			return
		}
		if n > 0 {
			if _, err := to.Write(chunk[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
