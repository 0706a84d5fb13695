package idindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"guishu/eventstore"

	"github.com/google/uuid"
)

// Append implements eventstore.Store. In scope InStore it costs a round trip to
// PostgreSQL more than the inner store's, which many appends at once share.
func (s *Store) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if a.Scope != eventstore.InStore {
		return s.inner.Append(ctx, a)
	}
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	leave, err := s.enter()
	if err != nil {
		return eventstore.Appended{}, err
	}
	defer leave()
	if err := s.indexed(ctx); err != nil {
		return eventstore.Appended{}, err
	}
	for {
		at, err := s.decidedOn(ctx, a)
		if err != nil {
			return eventstore.Appended{}, err
		}
		result, err := s.appendAt(ctx, a, at)
		var moved *eventstore.WrongRevisionError
		if !errors.As(err, &moved) {
			return result, err
		}
		if a.Expected == eventstore.AtRevision(at) || a.Expected == eventstore.StreamExists && at == eventstore.NoRevision {
			return result, err
		}
		// Somebody else was first, and a does not mind: on the new revision.
	}
}

// decidedOn is the revision that a goes out with: the one it expects or, where it
// expects none in particular, where the stream stands.
func (s *Store) decidedOn(ctx context.Context, a eventstore.Append) (eventstore.Revision, error) {
	if a.Expected >= eventstore.NoStream {
		return eventstore.Revision(a.Expected), nil
	}
	return s.lastOf(ctx, a.Stream)
}

func (s *Store) lastOf(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	query := eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range s.inner.ReadStream(ctx, query) {
		return event.Revision, err
	}
	return eventstore.NoRevision, nil
}

// appendAt reserves the ids and appends at exactly a revision.
func (s *Store) appendAt(ctx context.Context, a eventstore.Append, at eventstore.Revision) (eventstore.Appended, error) {
	mine := attempt{number: rand.Int64(), stream: a.Stream, decided: at, ids: make([]uuid.UUID, len(a.Events))}
	for i, event := range a.Events {
		mine.ids[i] = event.ID
	}
	tried, err := s.reserve(ctx, mine)
	if err == nil && tried {
		err = s.stillThere(ctx, mine)
	}
	if err != nil {
		s.clerk.giveUp(mine)
		return eventstore.Appended{}, err
	}
	if a.Expected == eventstore.StreamExists && at == eventstore.NoRevision {
		s.clerk.giveUp(mine)
		return eventstore.Appended{}, &eventstore.WrongRevisionError{Stream: a.Stream, Expected: a.Expected, Actual: at}
	}
	result, err := s.inner.Append(ctx, eventstore.Append{
		Stream: a.Stream, Expected: eventstore.AtRevision(at), Scope: eventstore.InStream, Events: a.Events,
	})
	if nothingWritten(err) {
		s.clerk.giveUp(mine)
	}
	if err == nil && tried && !result.Repeated {
		result.Repeated = !s.wrote(ctx, a, result)
	}
	return result, err
}

// wrote says whether what stands where a was appended is a's: the inner store may
// not tell a repeat of what another process appended a moment ago.
func (s *Store) wrote(ctx context.Context, a eventstore.Append, result eventstore.Appended) bool {
	count := 0
	query := eventstore.StreamQuery{Stream: a.Stream, From: result.First, Limit: len(a.Events)}
	for event, err := range s.inner.ReadStream(ctx, query) {
		if err != nil {
			return false // for want of an answer: whoever repeats looks at what is there
		}
		if mine := a.Events[count]; event.ID != mine.ID || !bytes.Equal(event.Data, mine.Data) || !bytes.Equal(event.Metadata, mine.Metadata) {
			return false
		}
		count++
	}
	return count == len(a.Events)
}

// stillThere fails with *MissingError where the log has shown an id that its stream
// does not hold any more: to append it again would hide that.
func (s *Store) stillThere(ctx context.Context, mine attempt) error {
	rows, err := s.look(ctx, mine.ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Revision == nil || r.Stream != string(mine.stream) {
			continue
		}
		_, found, err := s.standing(ctx, r)
		if err != nil {
			return err
		}
		if !found {
			return &MissingError{ID: r.ID, Stream: mine.stream, Revision: eventstore.Revision(*r.Revision)}
		}
	}
	return nil
}

// nothingWritten says that an append has failed for certain and for ever. Of any
// other failure the reservation stays until a rival or a sweep finds out.
func nothingWritten(err error) bool {
	var unknown *eventstore.UnknownOutcomeError
	if errors.As(err, &unknown) {
		return false // whatever else it tells of
	}
	var moved *eventstore.WrongRevisionError
	var taken *eventstore.IDConflictError
	var invalid *eventstore.InvalidAppendError
	var other interface{ NothingWritten() bool } // an error of the inner store's own
	return errors.As(err, &moved) || errors.As(err, &taken) || errors.As(err, &invalid) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, eventstore.ErrClosed) ||
		errors.As(err, &other) && other.NothingWritten()
}

// reserve makes the ids those of the attempt's stream, and says whether another
// attempt was made to append them there. It gives *IDConflictError when one stands
// on another stream, and settles what only might.
func (s *Store) reserve(ctx context.Context, mine attempt) (tried bool, err error) {
	for {
		rows, err := s.clerk.reserve(ctx, mine)
		if err != nil {
			return false, err
		}
		rival, found := rivalOf(mine, rows)
		if !found {
			return slices.ContainsFunc(rows, func(r row) bool { return r.Shared || r.Revision != nil }), nil
		}
		stands, err := s.settle(ctx, rival)
		if err != nil {
			return false, err
		}
		if stands {
			return false, &eventstore.IDConflictError{Stream: mine.stream, ID: rival.ID, Holder: eventstore.Stream(rival.Stream)}
		}
	}
}

func rivalOf(mine attempt, rows []row) (row, bool) {
	for _, r := range rows {
		if r.Stream != string(mine.stream) {
			return r, true
		}
	}
	return row{}, false
}

// settle finds out whether an id stands on the stream that it is reserved for. If
// it does not and never will, the reservation is gone afterwards; while that is
// open it waits a little.
func (s *Store) settle(ctx context.Context, r row) (stands bool, err error) {
	if r.Revision != nil {
		return true, nil
	}
	f, err := s.fateOf(ctx, r)
	switch {
	case err != nil:
		return false, err
	case f.stands:
		return true, nil
	case f.hopeless(r):
		return false, s.clerk.free(ctx, r)
	case r.Age < s.options.Courtesy:
		return false, s.pause(ctx, 2*time.Millisecond+rand.N(15*time.Millisecond))
	}
	return false, s.fence(ctx, eventstore.Stream(r.Stream), f.last, eventstore.Revision(r.Decided))
}

// fate is what has become of a reservation by its stream.
type fate struct {
	last   eventstore.Revision // where the stream stood, before the id was looked for
	event  eventstore.Event    // that has the id, if it stands
	stands bool
}

// hopeless says that the append which made the reservation can never take effect.
func (f fate) hopeless(r row) bool { return !f.stands && f.last > eventstore.Revision(r.Decided) }

// fateOf asks a reservation's stream. The end first: what stands before it stays,
// so that an id that is not there by then will not be.
func (s *Store) fateOf(ctx context.Context, r row) (f fate, err error) {
	if f.last, err = s.lastOf(ctx, eventstore.Stream(r.Stream)); err == nil {
		f.event, f.stands, err = s.standing(ctx, r)
	}
	if err != nil {
		return fate{}, eventstore.Doing("settling an event id", err)
	}
	return f, nil
}

// pause lets whoever is at work go on.
func (s *Store) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return eventstore.ErrClosed
	}
}

// mostFences bounds how far a stream is taken beyond where it stands. An attempt
// is decided on a revision that was read, so that one is nearly always enough.
const mostFences = 16

// fence takes the stream past the revision that an attempt was decided on, so
// that it finds its expectation gone whenever it arrives.
func (s *Store) fence(ctx context.Context, stream eventstore.Stream, last, decided eventstore.Revision) error {
	count := int(decided - last + 1)
	if count > mostFences {
		return fmt.Errorf("event store: an append to %s at revision %d, which stands at %d, is neither there nor given up", stream, decided, last)
	}
	events := make([]eventstore.NewEvent, count)
	for i := range events {
		event, err := s.options.Fence(ctx, stream)
		if err != nil {
			return eventstore.Doing("fencing an append", err)
		}
		events[i] = event
	}
	_, err := s.inner.Append(ctx, eventstore.Append{Stream: stream, Expected: eventstore.AtRevision(last), Events: events})
	var moved *eventstore.WrongRevisionError
	var unknown *eventstore.UnknownOutcomeError
	switch {
	case err == nil:
		s.log.Warn("an append that was never finished is closed off", "stream", stream, "revision", last+1)
		return nil
	case errors.As(err, &moved), errors.As(err, &unknown):
		return nil // looking again tells
	}
	return eventstore.Doing("fencing an append", err)
}
