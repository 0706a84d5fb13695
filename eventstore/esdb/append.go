package esdb

import (
	"context"
	"errors"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
)

// manyAttempts is how often an append is sent to a server that answers
// questions but not this append.
const manyAttempts = 10

// errGrace ends an append that was sent and whose context has ended.
var errGrace = errors.New("nobody waits for it any more")

// Append implements eventstore.Store, with ids known within their stream: the
// scope InStore is taken as InStream.
//
// Its limits: Repeated is certain when it is true. It is false for a repeat of
// what another process has appended since this process last heard of the
// ledger's end; the places returned are the original ones all the same. An
// event or append larger than the server takes (1 MiB by default) is
// refused with *eventstore.InvalidAppendError. Further errors:
// *DeletedStreamError, *RefusedError, *UnreachableError; nothing is written
// then.
func (s *Store) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	if err := s.accept(); err != nil {
		return eventstore.Appended{}, err
	}
	defer s.accepted.Done()
	w := &writing{store: s, Append: a, caller: ctx, expected: a.Expected}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, w.notSent(err)
	}
	giveBack, ok := s.turns.take(a, ctx.Done(), s.ending.Done())
	if !ok {
		return eventstore.Appended{}, w.notSent(context.Canceled)
	}
	defer giveBack()
	return w.run()
}

// writing is one append on its way.
type writing struct {
	store *Store
	eventstore.Append
	caller   context.Context
	expected eventstore.Expectation // as sent; an exact revision once an outcome was unknown
	floor    eventstore.Position    // known to be taken before anything was sent
	doubt    error                  // why the outcome of an attempt is unknown
	moved    error                  // the server last asked leads no more, and wrote nothing
	attempts int
	asIs     bool // the stream is known not to hold the ids, and metadata is as it is to be stored
}

// run appends. Until something is sent it ends with the caller's context; after
// that with the outcome, or when it has been waited for long enough.
func (w *writing) run() (eventstore.Appended, error) {
	s := w.store
	if result, settled, err := w.lookAhead(); settled || err != nil {
		return result, w.notSent(err)
	}
	link, err := w.firstLink()
	if err == nil {
		err = w.caller.Err()
	}
	if err != nil {
		return eventstore.Appended{}, w.notSent(err)
	}
	life, release := s.outlive(w.caller)
	defer release()
	w.floor = eventstore.Position(s.known.Load())
	for begun := time.Now(); ; {
		result, err := w.send(life, link)
		w.attempts++
		result, again, err := w.outcome(life, result, err)
		if !again {
			return result, err
		}
		if w.doubt != nil && w.attempts >= manyAttempts && time.Since(begun) > s.options.Patience {
			return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: w.doubt}
		}
		if w.moved != nil && w.doubt == nil && time.Since(begun) > s.options.Patience {
			return eventstore.Appended{}, w.notSent(w.moved)
		}
		if link, err = w.linkAgain(life); err != nil {
			return eventstore.Appended{}, w.giveUp(err)
		}
	}
}

// firstLink waits for a connection as long as patience lasts.
func (w *writing) firstLink() (*link, error) {
	if link := w.store.links.there(); link != nil {
		return link, nil
	}
	bounded, release := w.store.bound(w.caller)
	defer release()
	return w.store.links.wait(bounded, w.store.options.Patience)
}

// linkAgain waits for a connection for as long as the append lives; as long as
// patience lasts where nothing came of it yet.
func (w *writing) linkAgain(life context.Context) (*link, error) {
	begun := time.Now()
	for attempt := w.attempts - 1; ; attempt++ {
		if attempt > 0 && !pause(life, attempt-1) {
			return nil, context.Cause(life)
		}
		link, err := w.store.links.get(life)
		impatient := w.doubt == nil && time.Since(begun) >= w.store.options.Patience
		if err == nil || impatient || life.Err() != nil || errors.Is(err, eventstore.ErrClosed) || unwelcome(err) {
			return link, err
		}
	}
}

// giveUp is the error of an append that nobody waits for any more.
func (w *writing) giveUp(err error) error {
	if w.doubt == nil {
		return w.store.translate(w.caller, "appending", err)
	}
	return &eventstore.UnknownOutcomeError{Err: errors.Join(w.doubt, err)}
}

// notSent makes an error of an append that nothing was sent of the port's.
func (w *writing) notSent(err error) error {
	var wrong *eventstore.WrongRevisionError
	var conflict *eventstore.IDConflictError
	var gone *DeletedStreamError
	if err == nil || errors.As(err, &wrong) || errors.As(err, &conflict) || errors.As(err, &gone) {
		return err
	}
	return w.store.translate(w.caller, "appending", err)
}

// outlive gives a context that lasts longer than ctx and the store by the
// grace: what was sent cannot be called back.
func (s *Store) outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	life, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	late := func() { time.AfterFunc(s.options.Grace, func() { cancel(errGrace) }) }
	stopCaller, stopStore := context.AfterFunc(ctx, late), context.AfterFunc(s.ending, late)
	return life, func() {
		stopCaller()
		stopStore()
		cancel(context.Canceled)
	}
}

// send sends the append once: at first along with others, where that can be
// done, and with a call of its own when that did not bring its result.
func (w *writing) send(ctx context.Context, l *link) (eventstore.Appended, error) {
	if l.batch != nil && w.attempts == 0 && w.bytes() <= largestBatched {
		result, err := w.sendBatched(ctx, l.batch)
		if !errors.Is(err, errNotBatched) {
			return result, err
		}
	}
	return w.sendAlone(ctx, l)
}

// sendBatched sends the append over the call that many share.
func (w *writing) sendBatched(ctx context.Context, b *batch) (eventstore.Appended, error) {
	answer, err := b.append(ctx, w.message())
	if err != nil {
		return eventstore.Appended{}, err
	}
	last, position, err := answer.place(len(w.Events))
	if err != nil {
		return eventstore.Appended{}, err
	}
	return w.places(last, position), nil
}

// sendAlone sends the append with a call of its own.
func (w *writing) sendAlone(ctx context.Context, l *link) (eventstore.Appended, error) {
	var written *esdb.WriteResult
	ctx, cancel := l.during(w.store.addressed(ctx))
	defer cancel()
	release, err := l.call(ctx, func(ctx context.Context, client *esdb.Client) (err error) {
		options := esdb.AppendToStreamOptions{ExpectedRevision: expectation(w.expected)}
		written, err = client.AppendToStream(ctx, string(w.Stream), options, w.proposed()...)
		return err
	})
	release()
	if err != nil {
		return eventstore.Appended{}, err
	}
	return w.places(eventstore.Revision(written.NextExpectedVersion), positionOf(written.CommitPosition)), nil
}

// places tells where the events stand, given the last one. What stands no
// higher than a position known before anything was sent was there before.
func (w *writing) places(last eventstore.Revision, position eventstore.Position) eventstore.Appended {
	return eventstore.Appended{
		First:    last - eventstore.Revision(len(w.Events)) + 1,
		Last:     last,
		Position: position,
		Repeated: position <= w.floor,
	}
}

// outcome finds out what has become of an attempt, or that it has to be made
// again.
func (w *writing) outcome(life context.Context, result eventstore.Appended, err error) (_ eventstore.Appended, again bool, _ error) {
	if err == nil && result.Position == 0 {
		err = errors.New("the server did not say where the events stand")
	}
	if err == nil {
		w.store.saw(result.Position)
		w.store.ids.learn(w.Stream, result.First, result.First == 0, idsOf(w.Events)...)
		return result, false, nil
	}
	switch what := judge(err); {
	case errors.Is(err, errRetired) && life.Err() != nil:
		return eventstore.Appended{}, false, w.giveUp(context.Cause(life))
	case errors.Is(err, errRetired):
		return eventstore.Appended{}, true, nil
	case what == unexpected:
		return w.lookBack(life, true)
	case what == elsewhere:
		w.moved = err
		return eventstore.Appended{}, true, nil
	case what == passing || w.doubt != nil:
		w.doubt = err
		return w.lookBack(life, false)
	case what == deleted:
		return w.streamDeleted(life)
	case what == senseless:
		return eventstore.Appended{}, false, &eventstore.InvalidAppendError{Reason: "EventStoreDB does not take the append: " + err.Error()}
	case what == refused:
		return eventstore.Appended{}, false, &RefusedError{Err: err}
	}
	return eventstore.Appended{}, false, eventstore.Doing("appending", err)
}

func expectation(expected eventstore.Expectation) esdb.ExpectedRevision {
	switch expected {
	case eventstore.NoStream:
		return esdb.NoStream{}
	case eventstore.AnyRevision:
		return esdb.Any{}
	case eventstore.StreamExists:
		return esdb.StreamExists{}
	}
	return esdb.Revision(uint64(expected))
}

func (w *writing) proposed() []esdb.EventData {
	list := make([]esdb.EventData, len(w.Events))
	for i, event := range w.Events {
		list[i] = esdb.EventData{
			EventID: event.ID, EventType: event.Type, ContentType: esdb.ContentTypeJson,
			Data: event.Data, Metadata: w.metadata(event),
		}
		if event.Binary {
			list[i].ContentType = esdb.ContentTypeBinary
		}
	}
	return list
}

// metadata is an event's metadata as it is to be stored.
func (w *writing) metadata(event eventstore.NewEvent) []byte {
	if w.asIs {
		return event.Metadata
	}
	return escapeRecordedAt(event.Metadata)
}

// bytes is about how long the append is on the wire.
func (w *writing) bytes() (sum int) {
	for _, event := range w.Events {
		sum += len(event.Data) + len(event.Metadata) + len(event.Type) + 100
	}
	return sum
}

func idsOf(events []eventstore.NewEvent) []uuid.UUID {
	ids := make([]uuid.UUID, len(events))
	for i, event := range events {
		ids[i] = event.ID
	}
	return ids
}
