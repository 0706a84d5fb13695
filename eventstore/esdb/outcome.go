package esdb

import (
	"context"
	"fmt"
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
)

// everywhere is beyond every position.
const everywhere = eventstore.Position(math.MaxInt64)

// lookAhead finds, before anything is sent, ids that the stream holds where the
// server would not look: it compares ids only at the revision expected, and
// where none is expected it knows the latest ones only. A stream that is
// expected to be new needs no look: if the append succeeds, it was.
func (w *writing) lookAhead() (_ eventstore.Appended, settled bool, _ error) {
	if w.asIs || w.expected == eventstore.NoStream {
		return eventstore.Appended{}, false, nil
	}
	w.floor = everywhere // whatever is there was there before
	held := w.store.ids.known(w.Stream)
	complete := w.expected >= 0 && held.next() > eventstore.Revision(w.expected)
	if complete && !held.holdAny(w.Events) {
		return eventstore.Appended{}, false, nil
	}
	ctx, release := w.store.bound(w.caller)
	defer release()
	if !complete {
		var err error
		if held, err = w.store.catchUpIDs(ctx, w.Stream); err != nil {
			return eventstore.Appended{}, false, err
		}
	}
	return w.settle(ctx, held)
}

// lookBack finds out, after a refusal or a lost reply, whether the stream holds
// the events. If it does not, the append is made again where it may succeed: it
// is the server that decides, and the same ids never take effect twice.
func (w *writing) lookBack(life context.Context, refused bool) (_ eventstore.Appended, again bool, _ error) {
	if w.doubt == nil {
		w.floor = everywhere // this append wrote nothing: what is there is another one's
	}
	held, err := w.store.catchUpIDs(life, w.Stream)
	if err != nil {
		return w.notReadBack(life, err)
	}
	result, settled, err := w.settle(life, held)
	if settled {
		return result, false, err
	}
	if err != nil {
		return w.notReadBack(life, err)
	}
	actual := held.last()
	switch {
	case refused && w.doubt != nil && w.Expected > eventstore.Expectation(actual):
		// An attempt still on its way would succeed once the stream is longer.
		return eventstore.Appended{}, false, &eventstore.UnknownOutcomeError{Err: w.doubt}
	case refused && (!holds(w.Expected, actual) || w.doubt == nil && w.attempts >= manyAttempts):
		return eventstore.Appended{}, false, &eventstore.WrongRevisionError{Stream: w.Stream, Expected: w.Expected, Actual: actual}
	case w.doubt != nil && w.Expected < eventstore.NoStream && holds(w.Expected, actual):
		// An attempt may still be on its way: only an exact revision makes the
		// server compare the ids with certainty.
		w.expected = eventstore.AtRevision(actual)
	}
	if w.doubt == nil {
		w.floor = eventstore.Position(w.store.known.Load())
	}
	return eventstore.Appended{}, true, nil
}

// notReadBack goes on after a question that had no answer.
func (w *writing) notReadBack(life context.Context, err error) (_ eventstore.Appended, again bool, _ error) {
	if what := judge(err); life.Err() != nil || what != passing && what != elsewhere {
		return eventstore.Appended{}, false, w.giveUp(err)
	}
	return eventstore.Appended{}, true, nil
}

// streamDeleted tells a stream that was deleted for good from one that merely
// has no events.
func (w *writing) streamDeleted(life context.Context) (_ eventstore.Appended, again bool, _ error) {
	_, err := w.store.lastOf(life, w.Stream)
	switch {
	case err != nil && judge(err) == deleted:
		return eventstore.Appended{}, false, &DeletedStreamError{Stream: w.Stream}
	case err != nil:
		return eventstore.Appended{}, false, w.giveUp(err)
	}
	return eventstore.Appended{}, false, &eventstore.WrongRevisionError{Stream: w.Stream, Expected: w.Expected, Actual: eventstore.NoRevision}
}

// settle is the outcome of an append whose ids the stream holds, all or some.
func (w *writing) settle(ctx context.Context, held streamIDs) (_ eventstore.Appended, settled bool, _ error) {
	var first, last eventstore.Revision
	count := 0
	for i, event := range w.Events {
		at, found := held.find(event.ID)
		if !found {
			continue
		}
		if count != i || i > 0 && at != last+1 {
			return eventstore.Appended{}, true, &eventstore.IDConflictError{Stream: w.Stream, ID: event.ID, Holder: w.Stream}
		}
		if i == 0 {
			first = at
		}
		last = at
		count++
	}
	if count == 0 {
		return eventstore.Appended{}, false, nil
	}
	if count < len(w.Events) {
		return eventstore.Appended{}, true, &eventstore.IDConflictError{Stream: w.Stream, ID: w.Events[0].ID, Holder: w.Stream}
	}
	position, err := w.store.positionAt(ctx, w.Stream, last)
	if err != nil {
		return eventstore.Appended{}, false, err
	}
	result := w.places(last, position)
	result.First = first
	return result, true, nil
}

// catchUpIDs reads the ids of a stream that are not remembered, up to its end.
func (s *Store) catchUpIDs(ctx context.Context, stream eventstore.Stream) (streamIDs, error) {
	held := s.ids.known(stream)
	var fresh streamIDs
	err := s.readRecorded(ctx, eventstore.StreamQuery{Stream: stream, From: held.next()}, none, func(event *esdb.RecordedEvent) bool {
		fresh.take(eventstore.Revision(event.EventNumber), event.EventID)
		return true
	})
	if err != nil || len(fresh.ids) == 0 {
		return held, err
	}
	s.ids.learn(stream, fresh.first, len(held.ids) == 0, fresh.ids...)
	if remembered := s.ids.known(stream); remembered.next() >= fresh.next() {
		return remembered, nil
	}
	return held.followedBy(fresh), nil
}

// positionAt gives the position of a stream's event at a revision.
func (s *Store) positionAt(ctx context.Context, stream eventstore.Stream, revision eventstore.Revision) (eventstore.Position, error) {
	position := eventstore.Position(0)
	err := s.readRecorded(ctx, eventstore.StreamQuery{Stream: stream, From: revision, Limit: 1}, none, func(event *esdb.RecordedEvent) bool {
		position = positionOf(event.Position.Commit)
		return false
	})
	if err == nil && position == 0 {
		err = fmt.Errorf("the server does not tell the position of %s at revision %d", stream, revision)
	}
	return position, err
}

// lastOf gives a stream's last revision.
func (s *Store) lastOf(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	last := eventstore.NoRevision
	q := eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	err := s.read(ctx, s.streamReader(q, none, func(event *esdb.RecordedEvent) bool {
		last = eventstore.Revision(event.EventNumber)
		return false
	}))
	if err != nil && judge(err) == missing {
		err = nil
	}
	return last, err
}

// holds says whether a stream at this revision is as expected.
func holds(expected eventstore.Expectation, actual eventstore.Revision) bool {
	switch expected {
	case eventstore.AnyRevision:
		return true
	case eventstore.StreamExists:
		return actual >= 0
	}
	return eventstore.Revision(expected) == actual
}
