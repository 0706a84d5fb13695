package esdb

import (
	"context"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore/wire"
)

// batchCall is one call of BatchAppend. What it has beside its channels belongs
// to the batch's mutex.
type batchCall struct {
	batch  *batch
	cancel context.CancelFunc
	wake   chan struct{} // holds one when something is ready to be sent
	over   chan struct{} // closed when the call has ended
	why    error         // what its end means for an append that was sent

	series  uint64 // one half of every correlation id
	count   uint64 // the other half of the last one
	ready   []*batched
	waiting map[uint64]*batched // for their answers, by number
	owing   time.Time           // since when the server owes an answer and gives none, zero for not
	sending bool                // something was sent
	heard   bool                // the server has answered something
}

// batched is one append on its way over a call.
type batched struct {
	message []byte // nil once it is being sent, or nobody waits for it
	number  uint64
	sent    bool
	answer  chan batchAnswer // holds one
}

// take takes in an append to be sent.
func (c *batchCall) take(message []byte, now time.Time) *batched {
	if c.owing.IsZero() {
		c.owing = now
	}
	c.count++
	own := &batched{number: c.count, answer: make(chan batchAnswer, 1)}
	own.message = wire.AppendID(message, fieldCorrelation, wire.OfHalves(c.series, own.number), false)
	c.waiting[own.number] = own
	c.ready = append(c.ready, own)
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return own
}

// run begins the call and sends what is ready, until the call ends. Waiting for
// the server to take something in, it holds up nobody: who waits too long gives
// the call up.
func (c *batchCall) run(ctx context.Context) {
	defer c.cancel()
	stream, err := streams.NewStreamsClient(c.batch.conn).BatchAppend(ctx, c.batch.options...)
	if err != nil {
		c.end(err, nil)
		return
	}
	c.batch.work.Go(func() { c.receive(stream) })
	var list []wire.Encoded
	for {
		select {
		case <-c.wake:
		case <-c.over:
			return
		}
		list = c.gather(list[:0])
		for _, message := range list {
			if stream.SendMsg(message) != nil {
				<-c.over // receiving tells why
				return
			}
		}
		clear(list)
	}
}

// gather gives what is to be sent now.
func (c *batchCall) gather(list []wire.Encoded) []wire.Encoded {
	c.batch.mu.Lock()
	defer c.batch.mu.Unlock()
	for _, own := range c.ready {
		if own.message == nil {
			continue
		}
		list = append(list, own.message)
		own.message, own.sent, c.sending = nil, true, true
	}
	clear(c.ready)
	c.ready = c.ready[:0]
	return list
}

// receive hands out the answers, until the call ends.
func (c *batchCall) receive(stream streams.Streams_BatchAppendClient) {
	for {
		var answer batchAnswer
		if err := stream.RecvMsg(&answer); err != nil {
			c.end(err, stream.Trailer())
			return
		}
		c.deliver(answer)
	}
}

// deliver hands an answer to the append it is for. One that nobody waits for,
// or that comes a second time, is passed over.
func (c *batchCall) deliver(answer batchAnswer) {
	c.batch.mu.Lock()
	defer c.batch.mu.Unlock()
	c.heard, c.batch.heard = true, true
	series, number := wire.Halves(answer.correlation)
	if own, waits := c.waiting[number]; waits && series == c.series {
		delete(c.waiting, number)
		own.answer <- answer
	}
	c.owing = time.Time{}
	if len(c.waiting) > 0 {
		c.owing = time.Now()
	}
}

// silent is how long the server has owed an answer. That those who waited for it
// have left changes nothing: a call that is stuck must not keep those who come.
func (c *batchCall) silent(now time.Time) time.Duration {
	if c.owing.IsZero() {
		return 0
	}
	return now.Sub(c.owing)
}

// end notes that the call has ended. What was sent and not answered may have
// taken effect, unless the server took in nothing at all.
func (c *batchCall) end(err error, trailer metadata.MD) {
	b, lost := c.batch, false
	b.mu.Lock()
	code := status.Code(err)
	c.why = &batchError{what: passing, text: "the call that appends are sent over has ended: " + err.Error()}
	switch {
	case code == codes.Unavailable || isNotLeader(trailer):
		lost = true
	case !c.heard && code == codes.Unimplemented:
		c.why, b.unusable = errNotBatched, true
	case !c.heard && (code == codes.Unauthenticated || code == codes.PermissionDenied):
		c.why = err
	default:
		b.abandon(c, err)
	}
	if b.current == c {
		b.current = nil
	}
	close(c.over)
	b.mu.Unlock()
	c.cancel()
	if lost {
		b.lost()
	}
}

func isNotLeader(trailer metadata.MD) bool {
	named := trailer.Get("exception")
	return len(named) > 0 && named[0] == "not-leader"
}
