package esdb

import (
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
)

// everything is the count of a read without a limit.
const everything = math.MaxInt64

// reader is a read that can be opened again where it stands.
type reader struct {
	open func(ctx context.Context, client *esdb.Client, count uint64) (*esdb.ReadStream, error)
	// take moves on to an event and says whether more is wanted.
	take func(*esdb.RecordedEvent) bool
	// want is how many events to ask for from there.
	want func() uint64
}

// read reads until the server has no more or no more is wanted. It opens the
// read again where it stands when the connection is lost, as long as patience
// lasts between two events.
func (s *Store) read(ctx context.Context, r reader) error {
	begun := time.Now()
	for attempt := 0; ; attempt++ {
		asked := r.want()
		got, stopped, err := s.readOnce(ctx, r, asked)
		switch {
		case stopped || err == nil && got < asked:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && (judge(err) != passing && judge(err) != elsewhere || unreadable(err) || ownError(err)):
			return err
		}
		if got > 0 {
			begun, attempt = time.Now(), 0
		}
		if err == nil {
			continue
		}
		if time.Since(begun) >= s.options.Patience || !pause(ctx, attempt) {
			return err
		}
	}
}

// readOnce reads over one connection.
func (s *Store) readOnce(ctx context.Context, r reader, count uint64) (got uint64, stopped bool, err error) {
	l, err := s.links.get(ctx)
	if err != nil {
		return 0, false, err
	}
	return s.readOver(ctx, l, r, count)
}

func (s *Store) readOver(ctx context.Context, l *link, r reader, count uint64) (got uint64, stopped bool, err error) {
	ctx, cancel := l.during(s.addressed(ctx))
	defer cancel()
	var stream *esdb.ReadStream
	release, err := l.call(ctx, func(ctx context.Context, client *esdb.Client) (err error) {
		stream, err = r.open(ctx, client, count)
		return err
	})
	defer release()
	if err != nil {
		return 0, false, err
	}
	defer stream.Close()
	for ctx.Err() == nil {
		resolved, err := receive(stream)
		if errors.Is(err, io.EOF) {
			return got, false, nil
		}
		if err != nil {
			if judge(err) == elsewhere {
				l.retire() // its client goes there by itself
			}
			return got, false, err
		}
		got++
		if recorded := resolved.OriginalEvent(); recorded != nil && !r.take(recorded) {
			return got, true, nil
		}
	}
	return got, false, ctx.Err()
}

func receive(stream *esdb.ReadStream) (resolved *esdb.ResolvedEvent, err error) {
	err = guarded(func() (err error) {
		resolved, err = stream.Recv()
		return err
	})
	return resolved, err
}

// ReadStream implements eventstore.Store. A stream that was deleted yields
// nothing. Links are passed over, so that a stream of another application may
// show holes between its revisions.
func (s *Store) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		err := q.Validate()
		if err == nil {
			err = s.alive()
		}
		if err != nil {
			yield(eventstore.Event{}, err)
			return
		}
		bounded, release := s.bound(ctx)
		defer release()
		given, broken := 0, false
		fromStart := !q.Backwards && q.From <= 0
		err = s.readRecorded(bounded, q, func() int { return given }, func(recorded *esdb.RecordedEvent) bool {
			if !q.Backwards {
				s.ids.learn(q.Stream, eventstore.Revision(recorded.EventNumber), fromStart, recorded.EventID)
				fromStart = false
			}
			if recorded.EventType == linkType && !strings.HasPrefix(recorded.StreamID, systemPrefix) {
				s.options.Skipped(SkippedLink)
				return true
			}
			event := eventOf(recorded)
			s.saw(event.Position)
			given++
			broken = !yield(event, nil)
			return !broken && given != q.Limit
		})
		if err != nil && !broken {
			yield(eventstore.Event{}, s.translate(ctx, "reading a stream", err))
		}
	}
}

// readRecorded gives a stream's events as the server sends them, none where
// the stream is missing or deleted. given is how many of them count towards the
// query's limit so far.
func (s *Store) readRecorded(ctx context.Context, q eventstore.StreamQuery, given func() int, take func(*esdb.RecordedEvent) bool) error {
	err := s.read(ctx, s.streamReader(q, given, take))
	if err != nil && (judge(err) == missing || judge(err) == deleted) {
		return nil
	}
	return err
}

func (s *Store) streamReader(q eventstore.StreamQuery, given func() int, take func(*esdb.RecordedEvent) bool) reader {
	options := esdb.ReadStreamOptions{From: esdb.Start{}}
	if q.From > 0 || q.Backwards && q.From == 0 {
		options.From = esdb.Revision(uint64(q.From))
	}
	if q.Backwards {
		options.Direction = esdb.Backwards
	}
	if q.Backwards && q.From == eventstore.NoRevision {
		options.From = esdb.End{}
	}
	return reader{
		open: func(ctx context.Context, client *esdb.Client, count uint64) (*esdb.ReadStream, error) {
			return client.ReadStream(ctx, string(q.Stream), options, count)
		},
		take: func(recorded *esdb.RecordedEvent) bool {
			atTheStart := q.Backwards && recorded.EventNumber == 0
			if q.Backwards {
				options.From = esdb.Revision(recorded.EventNumber - 1)
			} else {
				options.From = esdb.Revision(recorded.EventNumber + 1)
			}
			return take(recorded) && !atTheStart
		},
		want: func() uint64 { return remaining(q.Limit, given()) },
	}
}

func remaining(limit, given int) uint64 {
	if limit == 0 {
		return everything
	}
	return uint64(limit - given)
}

// ReadAll implements eventstore.Store. The client has no filtered reads: forwards
// a filter is applied by the server all the same, through a subscription that
// ends where it has caught up; backwards it is applied here.
func (s *Store) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		err := q.Validate()
		if err == nil {
			err = s.alive()
		}
		if err != nil {
			yield(eventstore.Event{}, err)
			return
		}
		bounded, release := s.bound(ctx)
		defer release()
		if !q.Filter.IsZero() && !q.Backwards {
			s.readFiltered(ctx, bounded, q, yield)
			return
		}
		given, broken := 0, false
		err = s.readAll(bounded, q, func() int { return given }, func(recorded *esdb.RecordedEvent) bool {
			s.sawEvent(recorded)
			if why, skip := passOver(recorded, q.Filter); skip {
				s.options.Skipped(why)
				return true
			}
			if !q.Filter.Keeps(eventstore.Stream(recorded.StreamID), recorded.EventType) {
				return true
			}
			given++
			broken = !yield(eventOf(recorded), nil)
			return !broken && given != q.Limit
		})
		if err != nil && !broken {
			yield(eventstore.Event{}, s.translate(ctx, "reading all", err))
		}
	}
}

// readFiltered reads forwards what the filter keeps.
func (s *Store) readFiltered(ctx, bounded context.Context, q eventstore.AllQuery, yield func(eventstore.Event, error) bool) {
	given, broken := 0, false
	f := &follower{store: s, yield: func(delivery eventstore.Delivery, _ error) bool {
		if delivery.Kind != eventstore.EventDelivered {
			return delivery.Kind == eventstore.Checkpoint
		}
		given++
		broken = !yield(delivery.Event, nil)
		return !broken && given != q.Limit
	}}
	sub := &allSubscription{follower: f, filter: q.Filter, at: placeAt(q.After), window: catchUpWindow}
	if err := s.keepFollowing(bounded, f, sub, s.options.Patience); err != nil && !broken {
		yield(eventstore.Event{}, s.translate(ctx, "reading all", err))
	}
}

// readAll gives the events of all streams as the server sends them, after or
// before the query's position and each of them once.
func (s *Store) readAll(ctx context.Context, q eventstore.AllQuery, given func() int, take func(*esdb.RecordedEvent) bool) error {
	if q.Backwards && q.Before > 0 {
		return s.readBefore(ctx, q, given, take)
	}
	at := q
	err := s.read(ctx, s.allReader(&at, 0, given, take))
	// 24.10 says that no event stands at a position, 23.10 that it has failed (G-22).
	if err != nil && (judge(err) == senseless || ownError(err)) && at.After > 0 {
		return s.readNearby(ctx, at, given, take)
	}
	return err
}

// readBefore reads backwards from before a position. Every version fails when it is
// asked for what stands before a place beyond its end: then it is asked from its end
// (E-09).
func (s *Store) readBefore(ctx context.Context, q eventstore.AllQuery, given func() int, take func(*esdb.RecordedEvent) bool) error {
	last, err := s.lastTaken(ctx)
	if err != nil {
		return err
	}
	at, end := q, eventstore.Position(0)
	if q.Before > last {
		end = q.Before
	}
	return s.read(ctx, s.allReader(&at, end, given, take))
}

// allReader reads on from q, which moves with what was taken. Forwards, it asks
// for no place before limit; backwards, for the end instead of one at limit or
// later, unless limit is 0.
func (s *Store) allReader(q *eventstore.AllQuery, limit eventstore.Position, given func() int, take func(*esdb.RecordedEvent) bool) reader {
	at := &q.After
	if q.Backwards {
		at = &q.Before
	}
	return reader{
		open: func(ctx context.Context, client *esdb.Client, count uint64) (*esdb.ReadStream, error) {
			options := esdb.ReadAllOptions{From: esdb.Start{}}
			if q.Backwards {
				options = esdb.ReadAllOptions{From: esdb.End{}, Direction: esdb.Backwards}
			}
			place := max(*at, limit)
			if q.Backwards {
				place = *at
			}
			beyond := q.Backwards && limit > 0 && place >= limit
			if place > 0 && !beyond {
				options.From = placeAt(place).onServer()
			}
			return client.ReadAll(ctx, options, count)
		},
		take: func(recorded *esdb.RecordedEvent) bool {
			position := positionOf(recorded.Position.Commit)
			if taken := !q.Backwards && position <= *at || q.Backwards && *at > 0 && position >= *at; taken {
				return true // forwards, a read begins with the event at its position
			}
			*at = position
			return take(recorded)
		},
		want: func() uint64 {
			if !q.Filter.IsZero() {
				return everything
			}
			count := remaining(q.Limit, given())
			if count < everything && *at > 0 {
				count++ // the event at the position itself
			}
			return count
		},
	}
}

// readNearby reads forwards from a position at which the server knows no event:
// because the ledger ends before it, or because somebody asks for what comes after
// the place before an event.
func (s *Store) readNearby(ctx context.Context, q eventstore.AllQuery, given func() int, take func(*esdb.RecordedEvent) bool) error {
	last, err := s.lastTaken(ctx)
	switch {
	case err != nil:
		return err
	case q.After >= last:
		return nil
	}
	return s.read(ctx, s.allReader(&q, q.After+1, given, take))
}

// lastTaken gives the position of the last event of any kind.
func (s *Store) lastTaken(ctx context.Context) (eventstore.Position, error) {
	last := eventstore.Position(0)
	err := s.readAll(ctx, eventstore.AllQuery{Backwards: true, Limit: 1}, none, func(recorded *esdb.RecordedEvent) bool {
		last = positionOf(recorded.Position.Commit)
		return false
	})
	s.saw(last)
	return last, err
}

func none() int { return 0 }

// LastPosition implements eventstore.Store: the position of the newest event
// that is not a system event.
func (s *Store) LastPosition(ctx context.Context) (eventstore.Position, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	bounded, release := s.bound(ctx)
	defer release()
	last, err := s.lastPosition(bounded)
	if err != nil {
		return 0, s.translate(ctx, "reading the last position", err)
	}
	return last, nil
}

// lastPosition reads backwards to the first event that is not a system event,
// or to the newest one known.
func (s *Store) lastPosition(ctx context.Context) (eventstore.Position, error) {
	search := s.searchForLast()
	err := s.readAll(ctx, search.query, search.given, search.take)
	return search.found(err)
}

// lastPositionOver asks over one connection, once.
func (s *Store) lastPositionOver(ctx context.Context, l *link) (eventstore.Position, error) {
	search := s.searchForLast()
	r := s.allReader(&search.query, 0, search.given, search.take)
	for {
		asked := r.want()
		got, stopped, err := s.readOver(ctx, l, r, asked)
		if stopped || err != nil || got < asked {
			return search.found(err)
		}
	}
}

// lastSearch looks backwards for the newest event that is not a system event.
type lastSearch struct {
	store  *Store
	query  eventstore.AllQuery
	known  eventstore.Position
	last   eventstore.Position
	looked int
}

func (s *Store) searchForLast() *lastSearch {
	known := eventstore.Position(s.newest.Load())
	return &lastSearch{store: s, query: eventstore.AllQuery{Backwards: true, Limit: 1}, known: known, last: known}
}

// given makes each further read ask for twice as many.
func (l *lastSearch) given() int { return -l.looked }

func (l *lastSearch) take(recorded *esdb.RecordedEvent) bool {
	l.looked++
	position := positionOf(recorded.Position.Commit)
	l.store.saw(position)
	if _, skip := passOver(recorded, eventstore.Filter{}); !skip {
		l.last = max(l.known, position)
		return false
	}
	return position > l.known
}

func (l *lastSearch) found(err error) (eventstore.Position, error) {
	raise(&l.store.newest, int64(l.last))
	return l.last, err
}
