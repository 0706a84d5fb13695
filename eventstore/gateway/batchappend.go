package gateway

import (
	"context"
	"errors"
	"io"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"

	"guishu/eventstore"
)

// What one BatchAppend call may have under way.
const (
	maxOpenBatches    = 1_000 // appends whose last fragment has not come yet
	maxWritingBatches = 512   // appends that are being written
)

// BatchAppend takes any number of appends over one stream of messages, each in
// fragments that a correlation id holds together, and answers each with its
// result. Appends take effect in the order they were completed, as on a server;
// where the store cannot promise that, those to one stream do.
func (s *streamsService) BatchAppend(stream streams.Streams_BatchAppendServer) error {
	ctx, cancel := s.untilClose(stream.Context())
	defer cancel()
	b := &batches{
		server: s.Server, ctx: ctx, send: stream.Send,
		open: make(map[uuid.UUID]*batch), tails: make(map[eventstore.Stream]*turn), writing: make(chan struct{}, maxWritingBatches),
		givenUp: make(chan struct{}, 1),
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
		case <-b.givenUp:
			if err := b.answerLate(); err != nil {
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
	last   <-chan struct{} // closed when the last append has its place in an orderly store

	givenUp chan struct{} // told when open appends were given up
	writing chan struct{}
	storing atomic.Int64 // appends that are being written, or wait for their turn
	full    atomic.Bool  // nothing is taken in until one of them is written
	group   sync.WaitGroup

	mu     sync.Mutex
	send   func(*streams.BatchAppendResp) error
	failed error
}

// batch is one append in fragments.
type batch struct {
	receiving
	answer  *streams.BatchAppendResp // without its result
	refused bool                     // answered already: what still comes is passed over
}

// turn is an append's place among those to the same stream.
type turn struct {
	before *turn         // nil for the first, and where the store keeps the order
	done   chan struct{} // closed when it has been written, or not

	inOrder bool            // the store keeps the order of the whole call
	earlier <-chan struct{} // closed when the append before it has its place, nil for none
	placed  func()          // says that this one has
}

// take takes in a fragment. An error ends the whole call.
func (b *batches) take(message *streams.BatchAppendReq) error {
	id, err := parseID(message.GetCorrelationId())
	if err != nil {
		return b.respond(&batch{answer: heading(message)}, written{}, err)
	}
	current, ok := b.open[id]
	if !ok {
		if !b.roomForOne() {
			return serverBusy()
		}
		current = &batch{receiving: receiving{server: b.server, onGiveUp: b.tell, excused: b.standing}, answer: heading(message)}
		b.open[id] = current
		if err := b.refuse(current, b.begin(current, message.GetOptions())); err != nil {
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

// tell wakes the call: an append was given up and wants an answer.
func (b *batches) tell() {
	select {
	case b.givenUp <- struct{}{}:
	default:
	}
}

// answerLate answers the appends that were given up.
func (b *batches) answerLate() error {
	for _, current := range b.open {
		if current.refused || !current.late() {
			continue
		}
		if err := b.refuse(current, gaveUp()); err != nil {
			return err
		}
	}
	return nil
}

// begin reads the options of a new append.
func (b *batches) begin(current *batch, options *streams.BatchAppendReq_Options) (err error) {
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
	if err := b.server.may(b.ctx, writeStream, current.stream); err != nil {
		return err
	}
	current.begin()
	return nil
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
		return time.Time{}, gaveUp()
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
	defer func() { current.answer = nil }()
	return b.respond(current, written{}, err)
}

// start writes a complete append after those to the same stream before it.
func (b *batches) start(current *batch) error {
	if err := current.complete(); err != nil {
		return b.refuse(current, err)
	}
	if err := b.findPlace(); err != nil {
		current.release()
		return err
	}
	place := b.line(current.stream)
	b.group.Go(func() {
		defer func() { <-b.writing }()
		result, err := b.write(current, place)
		if place.before == nil {
			close(place.done)
		}
		if place.earlier == nil {
			place.placed()
		}
		// A client that does not read its answers must not hold the memory of others.
		current.release()
		if err := b.respond(current, result, err); err != nil {
			b.fail(err)
		}
		b.pass(place)
	})
	return nil
}

// line gives an append its turn. An orderly store is given it as soon as it has taken
// in the one before it; elsewhere it waits for those to its stream to be written.
// Metadata decides how what follows is written: it is always waited for.
func (b *batches) line(stream eventstore.Stream) *turn {
	_, metadata := originalOf(stream)
	orderly, is := b.server.config.Store.(eventstore.Orderly)
	place := &turn{done: make(chan struct{}), placed: func() {}}
	if is && orderly.TakesInOrder() && !metadata {
		placed := make(chan struct{})
		place.inOrder, place.earlier, place.placed = true, b.last, sync.OnceFunc(func() { close(placed) })
		b.last = placed
		return place
	}
	place.before = b.tails[stream]
	b.tails[stream] = place
	b.forgetTails()
	return place
}

// findPlace waits until one more append may be written. What its client is
// sending meanwhile waits too, and has its time anew afterwards.
func (b *batches) findPlace() error {
	select {
	case b.writing <- struct{}{}:
		return nil
	default:
	}
	b.full.Store(true)
	defer b.full.Store(false)
	select {
	case b.writing <- struct{}{}:
	case <-b.ctx.Done():
		return context.Cause(b.ctx)
	}
	for _, waiting := range b.open {
		if !waiting.refused {
			waiting.begin()
		}
	}
	return nil
}

// standing says that nothing is taken in because of the store, and not because
// the client does not take its answers.
func (b *batches) standing() bool { return b.full.Load() && b.storing.Load() > 0 }

// pass hands on the turn of an append that did not wait for its own.
func (b *batches) pass(place *turn) {
	if place.before != nil {
		select {
		case <-place.before.done:
		case <-b.ctx.Done():
		}
		place.before = nil
		close(place.done)
	}
	if place.earlier != nil {
		select {
		case <-place.earlier:
		case <-b.ctx.Done():
		}
		place.placed()
	}
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
	b.storing.Add(1)
	defer b.storing.Add(-1)
	ctx, cancel := b.ctx, func() {}
	if place.inOrder {
		// Cut off, a call's end would leave out some and not those behind them.
		ctx = context.WithoutCancel(ctx)
	}
	if !current.deadline.IsZero() {
		ctx, cancel = context.WithDeadline(ctx, current.deadline)
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
		place.before = nil
	}
	if place.earlier != nil {
		select {
		case <-place.earlier:
			place.earlier = nil
		case <-ctx.Done():
			return written{}, ctx.Err()
		}
	}
	return b.server.write(eventstore.OnQueued(ctx, place.placed), current.proposal)
}

// respond sends an append's result, once.
func (b *batches) respond(current *batch, result written, err error) error {
	response := current.answer
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
