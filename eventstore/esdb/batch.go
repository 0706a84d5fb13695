package esdb

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// largestBatched is the largest append, in bytes, that is sent along with others.
// A larger one has a call of its own, so that small ones do not wait behind it.
const largestBatched = 64 << 10

// errNotBatched says that nothing came of an append because the server takes
// none over a common call.
var errNotBatched = errors.New("the server does not take appends over a common call")

// batch sends appends over one call of the server, BatchAppend, one message
// each: a call for each append, as the official client makes it, costs client
// and server several times as much. A call begins with the first append, and
// after it has ended with the next one.
type batch struct {
	conn     *grpc.ClientConn
	outgoing metadata.MD
	options  []grpc.CallOption
	deadline time.Duration   // of one append
	work     *sync.WaitGroup // the goroutines of the calls
	lost     func()          // is told that the connection, or the leader, is lost
	log      *slog.Logger

	mu       sync.Mutex
	current  *batchCall // that appends are sent over, nil for none
	inside   int        // appends under way
	finished bool       // no further appends: the last one out closes the connection
	heard    bool       // the server has answered something
	unusable bool       // the server does not answer such calls
}

// append sends an append and waits for its answer. errRetired and errNotBatched
// say that nothing came of it.
func (b *batch) append(ctx context.Context, message []byte) (batchAnswer, error) {
	call, own, err := b.enter(message, nil)
	if err != nil {
		return batchAnswer{}, err
	}
	return b.await(ctx, call, own)
}

// await waits for the answer of an append that has its place in a call.
func (b *batch) await(ctx context.Context, call *batchCall, own *batched) (batchAnswer, error) {
	defer b.leave(call, own)
	late := time.NewTimer(b.deadline)
	defer late.Stop()
	select {
	case answer := <-own.answer:
		return answer, nil
	case <-call.over:
	case <-late.C:
		return batchAnswer{}, b.giveUp(call, own, context.DeadlineExceeded)
	case <-ctx.Done():
		return batchAnswer{}, b.giveUp(call, own, context.Cause(ctx))
	}
	select {
	case answer := <-own.answer: // came just before the end
		return answer, nil
	default:
		return batchAnswer{}, b.giveUp(call, own, nil)
	}
}

// enter gives an append its place in the call there is, or in a new one; where it is
// to follow others, only in their call.
func (b *batch) enter(message []byte, behind *batchCall) (*batchCall, *batched, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.current != nil && b.current.silent(now) > b.deadline {
		b.abandon(b.current, errSilent)
	}
	switch {
	case b.finished:
		return nil, nil, errRetired
	case b.unusable:
		return nil, nil, errNotBatched
	}
	if behind != nil && b.current != behind {
		return nil, nil, errRetired
	}
	if b.current == nil {
		b.current = b.begin()
	}
	b.inside++
	return b.current, b.current.take(message, now), nil
}

// begin begins a call.
func (b *batch) begin() *batchCall {
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(context.Background(), b.outgoing))
	call := &batchCall{
		batch: b, cancel: cancel, wake: make(chan struct{}, 1), over: make(chan struct{}),
		series: rand.Uint64(), waiting: make(map[uint64]*batched),
	}
	b.work.Go(func() { call.run(ctx) })
	return call
}

// leave ends an append's stay. The last one out of a call that takes no more
// ends it.
func (b *batch) leave(call *batchCall, own *batched) {
	b.mu.Lock()
	delete(call.waiting, own.number)
	b.inside--
	end := call != b.current && len(call.waiting) == 0
	closing := b.finished && b.inside == 0
	b.mu.Unlock()
	if end {
		call.cancel()
	}
	if closing {
		_ = b.conn.Close()
	}
}

// giveUp gives the error of an append that has no answer: because it was not
// waited for any longer, or because its call has ended.
func (b *batch) giveUp(call *batchCall, own *batched, why error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if errors.Is(why, context.DeadlineExceeded) {
		b.abandon(call, why) // it may be stuck
	}
	switch {
	case !own.sent:
		own.message = nil
		return errRetired
	case why == nil:
		return call.why
	}
	return &batchError{what: passing, text: "the append was not answered: " + why.Error()}
}

// errSilent says that a call was not answered for as long as an append may take,
// although everybody who waited for it had left before.
var errSilent = errors.New("nothing was answered for too long")

// abandon makes the next append begin another call, or have one of its own where
// the server has never answered what was sent over one.
func (b *batch) abandon(call *batchCall, why error) {
	if b.current == call {
		b.current = nil
	}
	if len(call.waiting) == 0 {
		call.cancel()
	}
	if !call.sending || b.heard || b.unusable || b.finished {
		return
	}
	b.unusable = true
	b.log.Warn("EventStoreDB does not answer appends that share a call: each has a call of its own from now on", "error", why)
}

// finish takes no further appends. Those under way get their answers.
func (b *batch) finish() {
	b.mu.Lock()
	b.finished = true
	closing := b.inside == 0
	b.mu.Unlock()
	if closing {
		_ = b.conn.Close()
	}
}
