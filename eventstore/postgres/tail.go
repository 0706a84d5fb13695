package postgres

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"guishu/eventstore"
)

// What the tail keeps for its followers. Who falls further behind reads pages
// until it is near again.
const (
	tailEvents = 8_192
	tailBytes  = 16 << 20
)

// tail reads every new event once and shows it to all subscriptions of this
// process. It is woken by this process's writer, by notifications from other
// processes, and by a clock as the safety net.
type tail struct {
	store *Store
	known atomic.Int64 // the newest position known to be committed

	startMu sync.Mutex
	started bool

	wake chan struct{} // look for new events

	mu      sync.Mutex
	window  []eventstore.Event // the newest events, up to and with last
	bytes   int
	last    eventstore.Position
	changed chan struct{} // closed when last or err changes
	err     error         // why there will be nothing more
}

func newTail(s *Store) *tail {
	return &tail{store: s, wake: make(chan struct{}, 1), changed: make(chan struct{})}
}

// committed tells the tail what is committed now.
func (t *tail) committed(position eventstore.Position) {
	for {
		known := t.known.Load()
		if int64(position) <= known {
			return
		}
		if t.known.CompareAndSwap(known, int64(position)) {
			t.nudge()
			return
		}
	}
}

func (t *tail) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// start makes the tail follow from the ledger's present end, once for all
// subscriptions. When it returns nil, every event is either readable by pages
// or will come through the tail.
func (t *tail) start(ctx context.Context) error {
	t.startMu.Lock()
	defer t.startMu.Unlock()
	if t.started {
		return nil
	}
	position, err := t.store.LastPosition(ctx)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.last = position
	t.mu.Unlock()
	t.started = true
	t.store.work.Go(t.run)
	t.store.work.Go(func() { listen(t.store, t.nudge) })
	return nil
}

func (t *tail) run() {
	ctx := t.store.ending
	clock := time.NewTicker(t.store.options.PollInterval)
	defer clock.Stop()
	for {
		err := t.advance(ctx)
		var gap *eventstore.GapError
		switch {
		case ctx.Err() != nil:
			t.fail(eventstore.ErrClosed)
			return
		case errors.As(err, &gap):
			t.store.options.Log.Error("the ledger has a hole", "error", err)
			t.fail(err)
			return
		case err != nil:
			t.store.options.Log.Warn("the ledger's tail could not be read and will be tried again", "error", err)
		}
		select {
		case <-t.wake:
		case <-clock.C:
		case <-ctx.Done():
		}
	}
}

// advance reads up to the present end.
func (t *tail) advance(ctx context.Context) error {
	pager := &allPager{store: t.store, query: eventstore.AllQuery{After: t.position()}}
	var p page
	for {
		if err := pager.read(ctx, &p); err != nil {
			return err
		}
		if len(p.events) > 0 {
			t.publish(&p)
			t.committed(p.examined)
		}
		if p.last {
			return nil
		}
	}
}

func (t *tail) position() eventstore.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

func (t *tail) publish(p *page) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.window = append(t.window, p.events...)
	t.bytes += p.bytes
	t.last = p.examined
	drop := 0
	for len(t.window)-drop > tailEvents || t.bytes > tailBytes && len(t.window)-drop > 1 {
		t.bytes -= len(t.window[drop].Data) + len(t.window[drop].Metadata)
		drop++
	}
	t.trim(drop)
	t.announce()
}

// trim drops the oldest events. The window moves within its array and is moved
// to a new one only when it has come to the end.
func (t *tail) trim(drop int) {
	clear(t.window[:drop])
	t.window = t.window[drop:]
}

func (t *tail) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
	t.announce()
}

func (t *tail) announce() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// errBehind says that the tail no longer holds what comes next.
var errBehind = errors.New("behind the tail")

// after gives some of the events after a position, copied into list as far as it
// has room: none when there are none yet, and then changed is closed when that may have changed.
func (t *tail) after(position eventstore.Position, list []eventstore.Event) ([]eventstore.Event, <-chan struct{}, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list = list[:0]
	before := t.last - eventstore.Position(len(t.window)) // the position before the window
	switch {
	case position < before:
		return list, nil, errBehind
	case position < t.last:
		bytes := 0
		for _, event := range t.window[position-before:] {
			list = append(list, event)
			if bytes += len(event.Data) + len(event.Metadata); len(list) == cap(list) || bytes >= tailRunBytes {
				break
			}
		}
		return list, nil, nil
	case t.err != nil:
		return list, nil, t.err
	}
	return list, t.changed, nil
}
