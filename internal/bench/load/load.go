// Package load puts load on an HTTP server from a process of its own: a client of
// HTTP/1.1 that does no more than sending requests which lie ready and reading
// where the answers end, so that what is measured is the server.
package load

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Order is what to ask for in one turn.
type Order struct {
	Address string // host:port
	Seconds float64
	// Clients hold what each connection asks for; one connection each.
	Clients []Client
	// Numbered says that requests differ by number: Number in a request's text is
	// replaced by the connection's and the request's own, and Subject by one of
	// Subjects, each once for a connection.
	First    int // number of the first request in this turn
	Subjects []string
}

// Client is one connection's request as it goes over the wire. Every {number} is
// replaced by eight digits that no other request of the connection has, every
// {subject} by the next subject.
type Client struct {
	Request string
	Offset  int // into the subjects, of request number 0
}

// Outcome is what came of an order.
type Outcome struct {
	Answered int // with 2xx
	Refused  int
	Seconds  float64
	P50, P99 float64 // seconds, of one request
	Next     int     // the first number that no connection has used
	Bytes    int     // of the last answer's body
	Refusal  string  // an answer that was not 2xx, if any
	CPU      float64 // seconds of processor time that asking took
}

// PerSecond is the rate of good answers.
func (o Outcome) PerSecond() float64 { return float64(o.Answered) / o.Seconds }

// Serve carries out orders that come as lines of JSON, and answers each with a
// line, until there are no more.
func Serve(in io.Reader, out io.Writer) error {
	orders, answers := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var order Order
		if err := orders.Decode(&order); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read an order: %w", err)
		}
		outcome, err := Run(order)
		if err != nil {
			return err
		}
		if err := answers.Encode(outcome); err != nil {
			return err
		}
	}
}

// The places in a request's text that change.
const (
	Number  = "{number}"
	Subject = "{subject}"
)

// Run carries out one order.
func Run(order Order) (Outcome, error) {
	connections := make([]*connection, len(order.Clients))
	for i, client := range order.Clients {
		c, err := dial(order, client)
		if err != nil {
			return Outcome{}, err
		}
		defer c.net.Close()
		connections[i] = c
	}
	used := cpu()
	begin := time.Now()
	end := begin.Add(time.Duration(order.Seconds * float64(time.Second)))
	var group sync.WaitGroup
	for _, c := range connections {
		group.Go(func() { c.work(end) })
	}
	group.Wait()
	outcome := Outcome{Seconds: time.Since(begin).Seconds(), Next: order.First, CPU: cpu() - used}
	var waits []time.Duration
	for _, c := range connections {
		if c.err != nil {
			return outcome, c.err
		}
		outcome.Answered += len(c.waits)
		outcome.Refused += c.refused
		outcome.Next = max(outcome.Next, c.number)
		outcome.Bytes = c.bytes
		if c.refusal != "" {
			outcome.Refusal = c.refusal
		}
		waits = append(waits, c.waits...)
	}
	slices.Sort(waits)
	if len(waits) > 0 {
		outcome.P50, outcome.P99 = waits[len(waits)/2].Seconds(), waits[len(waits)*99/100].Seconds()
	}
	return outcome, nil
}

// cpu is how much processor time this process has used, in seconds.
func cpu() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// connection asks one thing after the other.
type connection struct {
	net      net.Conn
	request  []byte
	number   int
	numbers  []int // where the number stands
	offset   int
	places   []int // where the subject stands
	subjects []string

	buffer  []byte // what has been read
	from    int    // of it, not looked at yet
	until   int
	waits   []time.Duration
	refused int
	refusal string
	bytes   int
	err     error
}

// subjectLength is the length of a UUID, which all subjects are.
const subjectLength = 36

func dial(order Order, client Client) (*connection, error) {
	c := &connection{number: order.First, offset: client.Offset, subjects: order.Subjects, buffer: make([]byte, 64<<10)}
	rest := client.Request
	for rest != "" {
		open := bytes.IndexByte([]byte(rest), '{')
		if open < 0 {
			open = len(rest)
		}
		c.request = append(c.request, rest[:open]...)
		rest = rest[open:]
		switch {
		case rest == "":
		case len(rest) >= len(Number) && rest[:len(Number)] == Number:
			c.numbers = append(c.numbers, len(c.request))
			c.request = append(c.request, "00000000"...)
			rest = rest[len(Number):]
		case len(rest) >= len(Subject) && rest[:len(Subject)] == Subject:
			c.places = append(c.places, len(c.request))
			c.request = append(c.request, make([]byte, subjectLength)...)
			rest = rest[len(Subject):]
		default:
			c.request = append(c.request, rest[0])
			rest = rest[1:]
		}
	}
	if len(c.places) > 0 && len(c.subjects) == 0 {
		return nil, errors.New("load: a request names subjects, and there are none")
	}
	var err error
	c.net, err = net.Dial("tcp", order.Address)
	return c, err
}

func (c *connection) work(end time.Time) {
	for before := time.Now(); before.Before(end); {
		c.fill()
		if _, c.err = c.net.Write(c.request); c.err != nil {
			return
		}
		good, err := c.answer()
		if err != nil {
			c.err = err
			return
		}
		now := time.Now()
		if good {
			c.waits = append(c.waits, now.Sub(before))
		} else {
			c.refused++
		}
		before = now
	}
}

// fill makes the next request out of the text.
func (c *connection) fill() {
	for _, at := range c.numbers {
		rest := c.number
		for i := at + 7; i >= at; i-- {
			c.request[i] = '0' + byte(rest%10)
			rest /= 10
		}
	}
	for _, at := range c.places {
		copy(c.request[at:], c.subjects[(c.offset+c.number)%len(c.subjects)])
	}
	c.number++
}

var (
	endOfHead     = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
	chunked       = []byte("\r\nTransfer-Encoding: chunked")
	lastChunk     = []byte("\r\n0\r\n\r\n")
)

// answer reads one answer and says whether it is 2xx.
func (c *connection) answer() (bool, error) {
	c.from, c.until = 0, 0
	head := -1
	for head < 0 {
		if err := c.read(); err != nil {
			return false, err
		}
		head = bytes.Index(c.buffer[:c.until], endOfHead)
	}
	good := c.until > 9 && c.buffer[9] == '2'
	body := head + len(endOfHead)
	if at := bytes.Index(c.buffer[:head+2], contentLength); at >= 0 {
		digits := c.buffer[at+len(contentLength):]
		digits = digits[:bytes.IndexByte(digits, '\r')]
		length, err := strconv.Atoi(string(digits))
		if err != nil {
			return false, fmt.Errorf("load: read an answer's length: %w", err)
		}
		c.bytes = length
		for c.until < body+length {
			if err := c.read(); err != nil {
				return false, err
			}
		}
	} else if bytes.Contains(c.buffer[:head+2], chunked) {
		for !bytes.HasSuffix(c.buffer[:c.until], lastChunk) {
			if err := c.read(); err != nil {
				return false, err
			}
		}
		c.bytes = c.until - body
	}
	if !good && c.refusal == "" {
		c.refusal = string(c.buffer[:min(c.until, 600)])
	}
	return good, nil
}

func (c *connection) read() error {
	if c.until == len(c.buffer) {
		c.buffer = append(c.buffer, make([]byte, len(c.buffer))...)
	}
	n, err := c.net.Read(c.buffer[c.until:])
	c.until += n
	if n > 0 {
		return nil
	}
	return err
}
