package gateway

import (
	"context"
	"errors"
	"io"
	"maps"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"

	"guishu/eventstore"
)

// What one BatchAppend call may have under way.
const (
	maxOpenBatches    = 1_000 // appends whose last fragment has not come yet
	maxWritingBatches = 128   // appends that are being written
)

// BatchAppend takes any number of appends over one stream of messages, each in
// fragments that a correlation id holds together, and answers each with its
// result. Appends to one stream take effect in the order they were completed.
func (s *streamsService) BatchAppend(stream streams.Streams_BatchAppendServer) error {
	ctx, cancel := s.untilClose(stream.Context())
	defer cancel()
	b := &batches{
		server: s.Server, ctx: ctx, send: stream.Send,
		open: make(map[uuid.UUID]*batch), tails: make(map[eventstore.Stream]*turn), writing: make(chan struct{}, maxWritingBatches),
	}
	defer b.end()
	messages := make(chan *streams.BatchAppendReq)
	ended := make(chan error, 1)
	s.work.Go(func() { ended <- receiveBatches(ctx, stream, messages) })
	for {
		select {
		case message := <-messages:
			if err := b.take(message); err != nil {
				return err
			}
		case err := <-ended:
			b.group.Wait()
			return errors.Join(err, b.failure())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// receiveBatches hands messages on until the client has sent its last, which
// gives nil, or the call ends.
func receiveBatches(ctx context.Context, stream streams.Streams_BatchAppendServer, messages chan<- *streams.BatchAppendReq) error {
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case messages <- message:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// batches is what one BatchAppend call has under way. Only the goroutine of the
// call touches open and tails.
type batches struct {
	server *Server
	ctx    context.Context
	open   map[uuid.UUID]*batch
	tails  map[eventstore.Stream]*turn

	writing chan struct{}
	group   sync.WaitGroup

	mu     sync.Mutex
	send   func(*streams.BatchAppendResp) error
	failed error
}

// batch is one append in fragments.
type batch struct {
	proposal
	id       *shared.UUID
	options  *streams.BatchAppendReq_Options
	deadline time.Time // zero for none
	refused  bool      // answered already: what still comes is passed over
}

// turn is an append's place among those to the same stream.
type turn struct {
	before *turn         // nil for the first
	done   chan struct{} // closed when it has been written, or not
}

// take takes in a fragment. An error ends the whole call.
func (b *batches) take(message *streams.BatchAppendReq) error {
	id, err := parseID(message.GetCorrelationId())
	if err != nil {
		return err
	}
	current, ok := b.open[id]
	if !ok {
		if !b.roomForOne() {
			return serverBusy()
		}
		current = &batch{proposal: proposal{server: b.server}, id: message.GetCorrelationId(), options: message.GetOptions()}
		b.open[id] = current
		if err := b.refuse(current, b.begin(current)); err != nil {
			return err
		}
	}
	if !current.refused {
		if err := b.refuse(current, current.addAll(message.GetProposedMessages())); err != nil {
			return err
		}
	}
	if !message.GetIsFinal() {
		return nil
	}
	delete(b.open, id)
	if current.refused {
		return nil
	}
	return b.start(current)
}

// roomForOne says whether one more append may be begun. Those answered already
// make room.
func (b *batches) roomForOne() bool {
	if len(b.open) == maxOpenBatches {
		maps.DeleteFunc(b.open, func(_ uuid.UUID, each *batch) bool { return each.refused })
	}
	return len(b.open) < maxOpenBatches
}

// begin reads the options of a new append.
func (b *batches) begin(current *batch) (err error) {
	options := current.options
	if options == nil {
		return invalidArgument("an append's first fragment carries its options")
	}
	if current.stream, err = parseStream(options.GetStreamIdentifier()); err != nil {
		return err
	}
	if current.expected, err = batchExpectation(options); err != nil {
		return err
	}
	if current.deadline, err = deadlineOf(options, time.Now()); err != nil {
		return err
	}
	return b.server.may(b.ctx, writeStream, current.stream)
}

func batchExpectation(options *streams.BatchAppendReq_Options) (eventstore.Expectation, error) {
	switch expected := options.GetExpectedStreamPosition().(type) {
	case *streams.BatchAppendReq_Options_StreamPosition:
		return parseRevision(expected.StreamPosition)
	case *streams.BatchAppendReq_Options_NoStream:
		return eventstore.NoStream, nil
	case *streams.BatchAppendReq_Options_Any:
		return eventstore.AnyRevision, nil
	case *streams.BatchAppendReq_Options_StreamExists:
		return eventstore.StreamExists, nil
	}
	return 0, errNoExpectation
}

// errDeadline says that an append's own time is up.
var errDeadline = timedOut()

// deadlineOf is when an append has to be done: a span, or in old clients a
// moment.
func deadlineOf(options *streams.BatchAppendReq_Options, now time.Time) (time.Time, error) {
	var deadline time.Time
	switch given := options.GetDeadlineOption().(type) {
	case *streams.BatchAppendReq_Options_Deadline:
		deadline = now.Add(given.Deadline.AsDuration())
	case *streams.BatchAppendReq_Options_Deadline_21_10_0:
		deadline = given.Deadline_21_10_0.AsTime()
	default:
		return time.Time{}, nil
	}
	if !deadline.After(now) {
		return time.Time{}, errDeadline
	}
	return deadline, nil
}

func (current *batch) addAll(messages []*streams.BatchAppendReq_ProposedMessage) error {
	for _, message := range messages {
		if err := current.add(batchedEvent(message)); err != nil {
			return err
		}
	}
	return nil
}

// refuse answers an append that cannot be written. An error of its own ends the
// call.
func (b *batches) refuse(current *batch, err error) error {
	if err == nil {
		return nil
	}
	current.refused = true
	current.release()
	current.events = nil
	return b.answer(current, written{}, err)
}

// start writes a complete append after those to the same stream before it.
func (b *batches) start(current *batch) error {
	select {
	case b.writing <- struct{}{}:
	case <-b.ctx.Done():
		current.release()
		return context.Cause(b.ctx)
	}
	place := &turn{before: b.tails[current.stream], done: make(chan struct{})}
	b.tails[current.stream] = place
	b.forgetTails()
	b.group.Go(func() {
		defer func() { <-b.writing }()
		result, err := b.write(current, place)
		place.before = nil
		close(place.done)
		// A client that does not read its answers must not hold the memory of others.
		current.release()
		current.events = nil
		if err := b.answer(current, result, err); err != nil {
			b.fail(err)
		}
	})
	return nil
}

// forgetTails drops what nobody has to wait for any more, now and then.
func (b *batches) forgetTails() {
	if len(b.tails) <= 2*maxWritingBatches {
		return
	}
	for stream, last := range b.tails {
		select {
		case <-last.done:
			delete(b.tails, stream)
		default:
		}
	}
}

func (b *batches) write(current *batch, place *turn) (result written, err error) {
	ctx, cancel := b.ctx, func() {}
	if !current.deadline.IsZero() {
		ctx, cancel = context.WithDeadline(b.ctx, current.deadline)
	}
	defer cancel()
	defer func() {
		if panicked := recover(); panicked != nil {
			err = b.server.fail(nil, panicked, nil)
		}
	}()
	if place.before != nil {
		select {
		case <-place.before.done:
		case <-ctx.Done():
			return written{}, ctx.Err()
		}
	}
	return b.server.write(ctx, current.proposal)
}

// answer sends an append's result. Clients find the append by its correlation
// id and want to be told where it went.
func (b *batches) answer(current *batch, result written, err error) error {
	response := &streams.BatchAppendResp{CorrelationId: current.id, StreamIdentifier: current.options.GetStreamIdentifier()}
	echoExpectation(response, current.options)
	if err == nil {
		response.Result = batchSuccess(result)
	} else {
		response.Result = &streams.BatchAppendResp_Error{Error: batchError(asException(err, b.server.log), err)}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.send(response)
}

func (b *batches) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = err
}

func (b *batches) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed
}

// end waits for what is being written and gives back what was never completed.
func (b *batches) end() {
	b.group.Wait()
	for _, current := range b.open {
		current.release()
	}
}
