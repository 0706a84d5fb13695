// Package load sends requests to a server as fast as it answers them, over a
// number of connections, and tells how fast that was. It costs little itself, so
// that what is measured on one machine is mostly the server.
package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Request is one request as it goes over the wire.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Plan is what to send.
type Plan struct {
	Address     string // host:port, in the clear
	Connections int
	// Total is how many requests are sent in all, each once.
	Total int
	// Next makes the nth request, from 0 on. It is called by many at once.
	Next func(n int) Request
	// Want is the status that each answer must have.
	Want int
}

// Result is how it went.
type Result struct {
	Requests  int
	Elapsed   time.Duration
	Median    time.Duration
	P99       time.Duration
	BodyBytes int // of the last answer
}

// PerSecond is requests a second.
func (r Result) PerSecond() float64 { return float64(r.Requests) / r.Elapsed.Seconds() }

// String is the result for people.
func (r Result) String() string {
	return fmt.Sprintf("%.0f/s, p50 %v, p99 %v, %d requests, answers of %d bytes", r.PerSecond(),
		r.Median.Round(10*time.Microsecond), r.P99.Round(10*time.Microsecond), r.Requests, r.BodyBytes)
}

// Measure carries out a plan. An answer with another status than wanted ends it
// with that answer as the error.
func Measure(ctx context.Context, p Plan) (Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	clients := make([]*client, p.Connections)
	for i := range clients {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", p.Address)
		if err != nil {
			return Result{}, err
		}
		defer connection.Close()
		clients[i] = &client{connection: connection, reader: bufio.NewReaderSize(connection, 32<<10)}
	}
	var next atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for _, c := range clients {
		group.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= p.Total {
					return
				}
				if err := c.ask(p.Address, p.Next(n), p.Want); err != nil {
					stop(err)
				}
			}
		})
	}
	group.Wait()
	result := Result{Requests: p.Total, Elapsed: time.Since(began)}
	if err := context.Cause(ctx); err != nil {
		return Result{}, err
	}
	var all []time.Duration
	for _, c := range clients {
		all = append(all, c.took...)
		result.BodyBytes = max(result.BodyBytes, c.size)
	}
	slices.Sort(all)
	if len(all) > 0 {
		result.Median, result.P99 = all[len(all)/2], all[len(all)*99/100]
	}
	return result, nil
}

// client is one connection.
type client struct {
	connection net.Conn
	reader     *bufio.Reader
	out        bytes.Buffer
	took       []time.Duration
	size       int
}

func (c *client) ask(host string, r Request, want int) error {
	c.out.Reset()
	fmt.Fprintf(&c.out, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.Path, host)
	_ = r.Header.Write(&c.out) // into memory
	if r.Method != http.MethodGet {
		c.out.WriteString("Content-Length: " + strconv.Itoa(len(r.Body)) + "\r\n")
	}
	c.out.WriteString("\r\n")
	c.out.Write(r.Body)
	began := time.Now()
	if _, err := c.connection.Write(c.out.Bytes()); err != nil {
		return err
	}
	status, size, err := c.answer(want)
	c.took = append(c.took, time.Since(began))
	c.size = size
	if err == nil && status != want {
		err = fmt.Errorf("%s %s: status %d", r.Method, r.Path, status)
	}
	return err
}

var errAnswer = errors.New("load: an answer that cannot be read")

// answer reads status line, headers and body.
func (c *client) answer(want int) (status, size int, err error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, 0, errors.Join(errAnswer, err)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, errAnswer
	}
	length, chunked := 0, false
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return 0, 0, errors.Join(errAnswer, err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			length, err = strconv.Atoi(string(value))
			if err != nil {
				return 0, 0, errAnswer
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if status != want {
		body := make([]byte, min(length, 2000))
		_, _ = io.ReadFull(c.reader, body)
		return status, 0, fmt.Errorf("status %d: %s", status, body)
	}
	if chunked {
		size, err = c.chunks()
		return status, size, err
	}
	_, err = c.reader.Discard(length)
	return status, length, err
}

func (c *client) chunks() (total int, err error) {
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return total, err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return total, errAnswer
		}
		if _, err := c.reader.Discard(int(size) + 2); err != nil {
			return total, err
		}
		if size == 0 {
			return total, nil
		}
		total += int(size)
	}
}

// Fixed answers every request with the same status and body, after reading what
// was sent: what the same server can do at most.
func Fixed(status, size int) http.Handler {
	body := bytes.Repeat([]byte("x"), size)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
}
