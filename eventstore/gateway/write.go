package gateway

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"guishu/eventstore"
)

// written says where a stream stands after a write.
type written struct {
	last     eventstore.Revision // NoRevision when nothing was ever written
	position eventstore.Position // of the last event written, 0 for none
}

// longMax is the revision of a tombstone.
const longMax = eventstore.Revision(math.MaxInt64)

// write appends with EventStoreDB's meaning of expected revisions, deletion and
// idempotency. Errors: *eventstore.WrongRevisionError, and exceptions. The
// caller has been found to be allowed to write.
func (s *Server) write(ctx context.Context, p proposal) (written, error) {
	if err := s.permitted(p); err != nil {
		return written{}, err
	}
	if original, isMetastream := originalOf(p.stream); isMetastream {
		return s.describe(ctx, p, original)
	}
	stripe := s.streams.stripe(p.stream)
	stripe.RLock()
	state, err := s.streams.look(ctx, p.stream)
	if err == nil && state.SoftDeleted {
		stripe.RUnlock()
		return s.writeDeleted(ctx, p)
	}
	defer stripe.RUnlock()
	switch {
	case err != nil:
		return written{}, err
	case len(p.events) == 0:
		return s.check(ctx, p, state)
	case state.Tombstoned:
		return written{}, streamDeleted(p.stream)
	}
	return s.append(ctx, p, state)
}

// permitted refuses what no client may write: a tombstone that is not one, what
// would pass for an event of the store's owner, and, in a ledger, metadata that
// would hide events.
func (s *Server) permitted(p proposal) error {
	if p.stream == allStream {
		return accessDenied()
	}
	_, isMetastream := originalOf(p.stream)
	for _, event := range p.events {
		if event.Type == tombstoneType || s.config.ReservedEvent != nil && s.config.ReservedEvent(p.stream, event) {
			return accessDenied()
		}
		if isMetastream && !s.config.Deletable && parseMetadata(event.Data).hides() {
			return accessDenied()
		}
	}
	return nil
}

// append writes to a stream that is not deleted.
func (s *Server) append(ctx context.Context, p proposal, state streamState) (written, error) {
	expected := p.expected
	if expected == eventstore.StreamExists && state.HasMetadata() {
		expected = eventstore.AnyRevision // metadata alone makes a stream exist
	}
	appended, err := s.store.Append(ctx, eventstore.Append{Stream: p.stream, Expected: expected, Events: p.events})
	if err != nil {
		return written{}, s.refusal(ctx, p, err)
	}
	if appended.Repeated && p.expected >= eventstore.NoStream && appended.First != eventstore.Revision(p.expected)+1 {
		return s.repeatedElsewhere(ctx, p, appended)
	}
	s.told(p, appended)
	return written{last: appended.Last, position: appended.Position}, nil
}

// refusal puts the store's reasons into EventStoreDB's words: ids of which only
// some are known are a wrong expected version.
func (s *Server) refusal(ctx context.Context, p proposal, err error) error {
	var wrong *eventstore.WrongRevisionError
	if errors.As(err, &wrong) {
		wrong.Expected = p.expected
		return wrong
	}
	var conflict *eventstore.IDConflictError
	if !errors.As(err, &conflict) {
		return err
	}
	last, err := s.last(ctx, p.stream)
	if err != nil {
		return err
	}
	return &eventstore.WrongRevisionError{Stream: p.stream, Expected: p.expected, Actual: last}
}

// repeatedElsewhere: the events are in the stream, but not where they were
// expected to go. Only if the expectation holds now this is a repetition whose
// author has looked again in the meantime; the first result stands.
func (s *Server) repeatedElsewhere(ctx context.Context, p proposal, appended eventstore.Appended) (written, error) {
	last, err := s.last(ctx, p.stream)
	if err != nil {
		return written{}, err
	}
	if last != eventstore.Revision(p.expected) {
		return written{}, &eventstore.WrongRevisionError{Stream: p.stream, Expected: p.expected, Actual: last}
	}
	return written{last: appended.Last, position: appended.Position}, nil
}

// told lets the directory know at once what was written about a stream. Of
// several events the last one counts, whose position is known. What was written
// before now stands in the store, perhaps with other data than p's.
func (s *Server) told(p proposal, appended eventstore.Appended) {
	if appended.Repeated || !strings.HasPrefix(string(p.stream), "$") {
		return
	}
	for i, event := range slices.Backward(p.events) {
		s.streams.learn(eventstore.Event{
			Stream: p.stream, Type: event.Type, Data: event.Data, Binary: event.Binary,
			Revision: appended.First + eventstore.Revision(i), Position: appended.Position,
		})
	}
}

// check answers an append of no events: it only asks whether its expectation
// holds. A stream that was deleted softly does not meet "no stream" then (G-06).
func (s *Server) check(ctx context.Context, p proposal, state streamState) (written, error) {
	if state.Tombstoned || state.SoftDeleted && p.expected == eventstore.StreamExists {
		return written{}, streamDeleted(p.stream)
	}
	last, err := s.last(ctx, p.stream)
	if err != nil {
		return written{}, err
	}
	if !holds(p.expected, last, state) || state.SoftDeleted && p.expected == eventstore.NoStream {
		return written{}, &eventstore.WrongRevisionError{Stream: p.stream, Expected: p.expected, Actual: last}
	}
	return written{last: last}, nil
}

// holds says whether a stream that has no tombstone meets an expectation.
func holds(expected eventstore.Expectation, last eventstore.Revision, state streamState) bool {
	switch expected {
	case eventstore.AnyRevision:
		return true
	case eventstore.StreamExists:
		return last >= 0 || state.HasMetadata()
	case eventstore.NoStream:
		return last == eventstore.NoRevision || state.SoftDeleted
	}
	return eventstore.Revision(expected) == last
}

// last is a stream's last revision, NoRevision when it has no event.
func (s *Server) last(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	event, found, err := s.lastEvent(ctx, stream)
	if err != nil || !found {
		return eventstore.NoRevision, err
	}
	return event.Revision, nil
}

func (s *Server) lastEvent(ctx context.Context, stream eventstore.Stream) (eventstore.Event, bool, error) {
	query := eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range s.store.ReadStream(ctx, query) {
		return event, err == nil, err
	}
	return eventstore.Event{}, false, nil
}

// attempts is how often a change of metadata is tried again when another
// process changes the same at the same time.
const attempts = 5

// writeDeleted writes to a stream that was deleted softly: it shows again from
// the first event written now, and its revisions go on where they stood.
func (s *Server) writeDeleted(ctx context.Context, p proposal) (result written, err error) {
	stripe := s.streams.stripe(p.stream)
	stripe.Lock()
	defer stripe.Unlock()
	for range attempts {
		if result, err = s.tryWriteDeleted(ctx, p); !errors.Is(err, errMetadataChanged) {
			return result, err
		}
	}
	return written{}, serverBusy()
}

func (s *Server) tryWriteDeleted(ctx context.Context, p proposal) (written, error) {
	document, err := s.readMetadata(ctx, p.stream)
	if err != nil {
		return written{}, err
	}
	state, err := s.streams.look(ctx, p.stream)
	switch {
	case err != nil:
		return written{}, err
	case state.Tombstoned || state.SoftDeleted && p.expected == eventstore.StreamExists:
		return written{}, streamDeleted(p.stream)
	case len(p.events) == 0:
		return s.reviveEmpty(ctx, p, state, document)
	case !state.SoftDeleted: // another one has written it in the meantime
		return s.append(ctx, p, state)
	}
	return s.revive(ctx, p, state, document)
}

// reviveEmpty answers an append of no events to a stream that was deleted softly:
// where its expectation holds, the stream is there again and empty (G-06).
func (s *Server) reviveEmpty(ctx context.Context, p proposal, state streamState, document metastreamEnd) (written, error) {
	result, err := s.check(ctx, p, state)
	if err != nil || !state.SoftDeleted {
		return result, err
	}
	_, err = s.truncateBefore(ctx, p.stream, document, result.last+1)
	return result, err
}

func (s *Server) revive(ctx context.Context, p proposal, state streamState, document metastreamEnd) (written, error) {
	found, err := s.probe(ctx, p)
	if err != nil {
		return written{}, err
	}
	if found.Repeated {
		return written{last: found.Last, position: found.Position}, nil
	}
	if !holds(p.expected, found.Last, state) {
		return written{}, &eventstore.WrongRevisionError{Stream: p.stream, Expected: p.expected, Actual: found.Last}
	}
	if _, err := s.truncateBefore(ctx, p.stream, document, found.Last+1); err != nil {
		return written{}, err
	}
	// A caller who leaves now must not leave a stream that is there and empty.
	ctx = context.WithoutCancel(ctx)
	expected := p.expected
	if expected == eventstore.NoStream {
		expected = eventstore.AtRevision(found.Last)
	}
	appended, err := s.store.Append(ctx, eventstore.Append{Stream: p.stream, Expected: expected, Events: p.events})
	if err != nil {
		return written{}, s.refusal(ctx, p, err)
	}
	s.told(p, appended)
	return written{last: appended.Last, position: appended.Position}, nil
}

// unreachable is an expectation that no stream meets.
const unreachable = eventstore.Expectation(math.MaxInt64 - 1)

// probe asks, without writing, whether p's events are in its stream already
// (Repeated), and else where the stream ends (Last).
func (s *Server) probe(ctx context.Context, p proposal) (eventstore.Appended, error) {
	appended, err := s.store.Append(ctx, eventstore.Append{Stream: p.stream, Expected: unreachable, Events: p.events})
	var wrong *eventstore.WrongRevisionError
	if errors.As(err, &wrong) {
		return eventstore.Appended{Last: wrong.Actual}, nil
	}
	if err != nil {
		return eventstore.Appended{}, s.refusal(ctx, p, err)
	}
	return appended, nil
}
