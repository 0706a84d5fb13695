package postgres

import (
	"context"
	"iter"

	"guishu/eventstore"
)

// pages runs a pager and reads the next page while the last one is being used.
// A page belongs to the caller until it asks for the next.
func (s *Store) pages(ctx context.Context, r pager) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		if err := s.alive(); err != nil {
			yield(nil, err)
			return
		}
		ctx, release := s.bound(ctx)
		defer release()
		first := new(page)
		if err := r.read(ctx, first); err != nil {
			yield(nil, cause(ctx, err))
			return
		}
		if first.last {
			yield(first, nil)
			return
		}
		ahead := newReadAhead()
		defer ahead.stop()
		go ahead.run(ctx, r)
		if !yield(first, nil) {
			return
		}
		ahead.free <- first
		ahead.each(ctx, yield)
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
	ended chan struct{}
}

type result struct {
	page *page
	err  error
}

func newReadAhead() *readAhead {
	a := &readAhead{
		ready: make(chan result), free: make(chan *page, 2),
		quit: make(chan struct{}), ended: make(chan struct{}),
	}
	a.free <- new(page)
	return a
}

func (a *readAhead) run(ctx context.Context, r pager) {
	defer close(a.ended)
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
			return
		}
		if next.err != nil || next.page.last {
			return
		}
	}
}

func (a *readAhead) each(ctx context.Context, yield func(*page, error) bool) {
	for {
		next := <-a.ready
		if next.err != nil {
			yield(nil, cause(ctx, next.err))
			return
		}
		if !yield(next.page, nil) || next.page.last {
			return
		}
		a.free <- next.page
	}
}

// stop lets a page that is being read come in rather than breaking off its
// connection, and waits for the goroutine.
func (a *readAhead) stop() {
	close(a.quit)
	<-a.ended
}
