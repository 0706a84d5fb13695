package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5/pgtype"

	"guishu/eventstore"
)

// filterWindow is how many positions a filtered page examines at most. There is
// no index by type or by prefix: it would cost every append more than it gives
// to the few reads that filter (docs/decisions).
const filterWindow = 50_000

var (
	streamForwards = query{"stream_forwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE stream = $1::text AND revision >= $2::bigint ORDER BY revision LIMIT $3::bigint`}
	streamBackwards = query{"stream_backwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE stream = $1::text AND revision <= $2::bigint ORDER BY revision DESC LIMIT $3::bigint`}
	allForwards = query{"all_forwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE position > $1::bigint ORDER BY position LIMIT $2::bigint`}
	allBackwards = query{"all_backwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE position < $1::bigint ORDER BY position DESC LIMIT $2::bigint`}
	typesForwards = query{"types_forwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE position > $1::bigint AND position <= $2::bigint AND type = ANY ($4::text[])
		ORDER BY position LIMIT $3::bigint`}
	typesBackwards = query{"types_backwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE position < $1::bigint AND position >= $2::bigint AND type = ANY ($4::text[])
		ORDER BY position DESC LIMIT $3::bigint`}
	prefixesForwards = query{"prefixes_forwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE position > $1::bigint AND position <= $2::bigint AND stream ^@ ANY ($4::text[])
		ORDER BY position LIMIT $3::bigint`}
	prefixesBackwards = query{"prefixes_backwards", `
		SELECT ` + eventColumns + ` FROM ledger.events
		WHERE position < $1::bigint AND position >= $2::bigint AND stream ^@ ANY ($4::text[])
		ORDER BY position DESC LIMIT $3::bigint`}
)

// ReadStream implements eventstore.Store. Read to its end, a stream's revision
// is remembered, so that an append decided on it takes one round trip.
func (s *Store) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	if err := q.Validate(); err != nil {
		return failed[eventstore.Event](err)
	}
	return s.events(ctx, q.Limit, "reading a stream", func() pager { return &streamPager{store: s, query: q, left: q.Limit} })
}

// ReadAll implements eventstore.Store. Errors: *eventstore.GapError when a
// position is missing.
func (s *Store) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	if err := q.Validate(); err != nil {
		return failed[eventstore.Event](err)
	}
	return s.events(ctx, q.Limit, "reading all events", func() pager { return s.allPager(q) })
}

// events flattens pages.
func (s *Store) events(ctx context.Context, limit int, doing string, start func() pager) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		given := 0
		for page, err := range s.pages(ctx, start()) {
			if err != nil {
				yield(eventstore.Event{}, s.readError(doing, err))
				return
			}
			for _, event := range page.events {
				if !yield(event, nil) {
					return
				}
				given++
				if given == limit {
					return
				}
			}
		}
	}
}

// pager reads one page after the other; the last one says so.
type pager interface {
	read(ctx context.Context, p *page) error
}

// streamPager walks a stream.
type streamPager struct {
	store  *Store
	query  eventstore.StreamQuery
	left   int // of the limit, 0 for none
	size   pageSize
	decode decoder
	begun  bool
}

func (r *streamPager) read(ctx context.Context, p *page) error {
	wanted := within(r.size.next(p), r.left)
	q, from := streamForwards, max(0, r.query.From)
	if r.query.Backwards {
		q, from = streamBackwards, r.query.From
		if from == eventstore.NoRevision && !r.begun {
			from = 1<<63 - 1
		}
	}
	err := r.store.fill(ctx, &r.decode, p, q, []byte(r.query.Stream), int8Parameter(int64(from)), int8Parameter(int64(wanted)))
	if err != nil {
		return err
	}
	p.last = len(p.events) < wanted && !p.cut
	r.remember(p)
	r.size.learn(p)
	r.begun = true
	if len(p.events) == 0 {
		return nil
	}
	reached := p.events[len(p.events)-1].Revision
	r.query.From = reached + 1
	if r.query.Backwards {
		r.query.From = reached - 1
		p.last = p.last || reached == 0
	}
	r.left, p.last = spend(r.left, len(p.events), p.last)
	return nil
}

// remember feeds the cache of revisions. A revision read is reached for good,
// so it does not matter that the stream may have grown since.
func (r *streamPager) remember(p *page) {
	switch {
	case r.query.Backwards && r.begun:
	case r.query.Backwards && len(p.events) > 0:
		r.store.revisions.raise(r.query.Stream, p.events[0].Revision)
	case len(p.events) > 0 && p.last:
		r.store.revisions.raise(r.query.Stream, p.events[len(p.events)-1].Revision)
	case len(p.events) == 0 && r.query.From <= 0:
		r.store.revisions.raise(r.query.Stream, eventstore.NoRevision)
	}
}

func (s *Store) allPager(q eventstore.AllQuery) pager {
	if q.Filter.IsZero() {
		return &allPager{store: s, query: q, left: q.Limit}
	}
	return newFilteredPager(s, q)
}

// allPager walks all events and asserts that their positions follow on.
type allPager struct {
	store  *Store
	query  eventstore.AllQuery
	left   int
	size   pageSize
	decode decoder
	begun  bool
}

func (r *allPager) read(ctx context.Context, p *page) error {
	wanted := within(r.size.next(p), r.left)
	q, from := allForwards, r.query.After
	if r.query.Backwards {
		q, from = allBackwards, r.query.Before
		if from == 0 {
			from = 1<<63 - 1
		}
	}
	known := r.store.KnownPosition()
	err := r.store.fill(ctx, &r.decode, p, q, int8Parameter(int64(from)), int8Parameter(int64(wanted)))
	if err != nil {
		return err
	}
	p.last = len(p.events) < wanted && !p.cut
	p.examined = r.query.After
	r.size.learn(p)
	if err := r.checkOrder(p, known); err != nil {
		return err
	}
	if len(p.events) == 0 {
		return nil
	}
	p.examined = p.events[len(p.events)-1].Position
	r.query.After, r.query.Before, r.begun = p.examined, p.examined, true
	if r.query.Backwards && p.examined == 1 {
		p.last = true
	}
	r.left, p.last = spend(r.left, len(p.events), p.last)
	return nil
}

// checkOrder returns a *eventstore.GapError when positions do not follow on, or
// when the page ends before known, which was committed before it was read.
func (r *allPager) checkOrder(p *page, known eventstore.Position) error {
	if r.query.Backwards {
		return r.checkOrderBackwards(p, known)
	}
	previous := r.query.After
	for i := range p.events {
		if p.events[i].Position != previous+1 {
			return &eventstore.GapError{After: previous, Next: p.events[i].Position}
		}
		previous++
	}
	if p.last && previous < known {
		return &eventstore.GapError{After: previous, Next: known}
	}
	return nil
}

// checkOrderBackwards lets the first page begin beyond the end, which is at known
// or further by now; every other page follows on the one before it.
func (r *allPager) checkOrderBackwards(p *page, known eventstore.Position) error {
	next := r.query.Before
	if !r.begun && (next == 0 || next > known+1) {
		next = known + 1
		if len(p.events) > 0 {
			next = max(next, p.events[0].Position+1)
		}
	}
	for i := range p.events {
		if p.events[i].Position != next-1 {
			return &eventstore.GapError{After: p.events[i].Position, Next: next}
		}
		next--
	}
	if p.last && next > 1 {
		return &eventstore.GapError{After: 0, Next: next}
	}
	return nil
}

// filteredPager walks all events a window of positions at a time and lets
// PostgreSQL drop what is filtered out.
type filteredPager struct {
	store  *Store
	query  eventstore.AllQuery
	names  []byte // the filter's names, as a parameter
	left   int
	size   pageSize
	decode decoder
}

func newFilteredPager(s *Store, q eventstore.AllQuery) *filteredPager {
	var names array
	names.begin(pgtype.TextOID)
	for _, name := range append(q.Filter.Types, q.Filter.StreamPrefixes...) {
		names.addString(name)
	}
	count := len(q.Filter.Types) + len(q.Filter.StreamPrefixes)
	return &filteredPager{store: s, query: q, names: names.end(count), left: q.Limit}
}

func (r *filteredPager) read(ctx context.Context, p *page) error {
	if r.query.Backwards {
		return r.readBackwards(ctx, p)
	}
	head, err := r.store.LastPosition(ctx)
	if err != nil {
		return err
	}
	to := head
	if head-r.query.After > filterWindow {
		to = r.query.After + filterWindow
	}
	q := typesForwards
	if len(r.query.Filter.StreamPrefixes) > 0 {
		q = prefixesForwards
	}
	wanted := within(r.size.next(p), r.left)
	err = r.store.fill(ctx, &r.decode, p, q,
		int8Parameter(int64(r.query.After)), int8Parameter(int64(to)), int8Parameter(int64(wanted)), r.names)
	if err != nil {
		return err
	}
	r.size.learn(p)
	p.examined, p.last = max(to, r.query.After), to >= head
	if p.cut || len(p.events) == wanted {
		p.examined, p.last = p.events[len(p.events)-1].Position, false
	}
	r.query.After = p.examined
	r.left, p.last = spend(r.left, len(p.events), p.last)
	return nil
}

func (r *filteredPager) readBackwards(ctx context.Context, p *page) error {
	if r.query.Before == 0 {
		head, err := r.store.LastPosition(ctx)
		if err != nil {
			return err
		}
		r.query.Before = head + 1
	}
	to := max(r.query.Before-filterWindow, 1)
	q := typesBackwards
	if len(r.query.Filter.StreamPrefixes) > 0 {
		q = prefixesBackwards
	}
	wanted := within(r.size.next(p), r.left)
	err := r.store.fill(ctx, &r.decode, p, q,
		int8Parameter(int64(r.query.Before)), int8Parameter(int64(to)), int8Parameter(int64(wanted)), r.names)
	if err != nil {
		return err
	}
	r.size.learn(p)
	p.examined, p.last = to, to <= 1
	if p.cut || len(p.events) == wanted {
		p.examined = p.events[len(p.events)-1].Position
		p.last = p.examined <= 1
	}
	r.query.Before = p.examined
	r.left, p.last = spend(r.left, len(p.events), p.last)
	return nil
}

// within is what to ask for when left (0: no limit) are still wanted.
func within(size, left int) int {
	if left > 0 {
		return min(size, left)
	}
	return size
}

// spend takes what was read off a limit; at its end the page is the last.
func spend(left, read int, last bool) (int, bool) {
	if left == 0 {
		return 0, last
	}
	if read >= left {
		return left, true
	}
	return left - read, last
}

// failed is a sequence that yields nothing but err.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}
