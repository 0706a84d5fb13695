package postgres

import (
	"context"
	"iter"
	"time"

	"guishu/eventstore"
)

// rooms is how many readers may have large pages at once, one in use and one read
// ahead. A reader that does not go on, such as a client that never reads, holds what
// it has; so everybody beyond these reads small pages, one at a time.
const rooms = 16

// slow is how long a reader may take for a large page and keep its room.
const slow = 2 * time.Second

// room is the right to large pages.
type room chan struct{}

func (r room) take() bool {
	select {
	case r <- struct{}{}:
		return true
	default:
		return false
	}
}

func (r room) giveBack() { <-r }

// pages runs a pager. A page belongs to the caller until it asks for the next.
func (s *Store) pages(ctx context.Context, r pager) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		if err := s.alive(); err != nil {
			yield(nil, err)
			return
		}
		ctx, release := s.bound(ctx)
		defer release()
		w := &walk{store: s, pager: r, yield: yield}
		for !w.done {
			w.onwards(ctx)
		}
	}
}

// walk is a pager being run.
type walk struct {
	store *Store
	pager pager
	yield func(*page, error) bool
	small *page // used again
	slow  bool  // the caller took long for the last page
	done  bool
}

// onwards reads large pages for as long as there is room and the caller is quick,
// or one small page.
func (w *walk) onwards(ctx context.Context) {
	if !w.slow && w.store.room.take() {
		defer w.store.room.giveBack()
		w.readLarge(ctx)
		return
	}
	if w.small == nil {
		w.small = &page{small: true}
	}
	w.give(ctx, result{w.small, w.pager.read(ctx, w.small)})
}

// give hands a page to the caller and looks how long that takes.
func (w *walk) give(ctx context.Context, r result) {
	if r.err != nil {
		w.done = true
		w.yield(nil, cause(ctx, r.err))
		return
	}
	begun := time.Now()
	w.done = !w.yield(r.page, nil) || r.page.last
	w.slow = time.Since(begun) > slow
}

// readLarge reads the next page while the last one is being used.
func (w *walk) readLarge(ctx context.Context) {
	first := new(page)
	w.give(ctx, result{first, w.pager.read(ctx, first)})
	if w.done || w.slow {
		return
	}
	ahead := newReadAhead()
	ahead.free <- first
	go ahead.run(ctx, w.pager)
	for !w.done && !w.slow {
		next := <-ahead.ready
		w.give(ctx, next)
		if !w.done {
			ahead.free <- next.page
		}
	}
	// The pager is beyond what was read ahead.
	if left, some := ahead.stop(); some && !w.done {
		w.give(ctx, left)
		w.slow = true
	}
}

// bound gives a context that also ends with the store.
func (s *Store) bound(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	release := context.AfterFunc(s.ending, func() { cancel(eventstore.ErrClosed) })
	return ctx, func() {
		release()
		cancel(context.Canceled)
	}
}

// cause prefers why a context ended to how that looked from below.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// readAhead is a goroutine that has the next page ready. It belongs to one
// sequence, whose end it does not outlive.
type readAhead struct {
	ready chan result
	free  chan *page // pages to be used again
	quit  chan struct{}
	left  chan result // what was read when it was told to quit
}

type result struct {
	page *page
	err  error
}

func newReadAhead() *readAhead {
	a := &readAhead{
		ready: make(chan result), free: make(chan *page, 2),
		quit: make(chan struct{}), left: make(chan result, 1),
	}
	a.free <- new(page)
	return a
}

func (a *readAhead) run(ctx context.Context, r pager) {
	defer close(a.left)
	for {
		var next result
		select {
		case next.page = <-a.free:
		case <-a.quit:
			return
		}
		next.err = r.read(ctx, next.page)
		select {
		case a.ready <- next:
		case <-a.quit:
			a.left <- next
			return
		}
		if next.err != nil || next.page.last {
			return
		}
	}
}

// stop lets a page that is being read come in rather than breaking off its
// connection, waits for the goroutine, and gives what nobody has taken.
func (a *readAhead) stop() (left result, some bool) {
	close(a.quit)
	left, some = <-a.left
	return left, some
}
