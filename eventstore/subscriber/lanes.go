package subscriber

import (
	"context"
	"sync"

	"guishu/eventstore"
)

// lanes lets several events be under way at once, those of one line one after the
// other, and knows up to which position all are handled.
type lanes struct {
	slots   chan struct{}
	running sync.WaitGroup

	mu      sync.Mutex
	tickets []*ticket                     // in the store's order, from the oldest that is not handled
	last    map[eventstore.Stream]*ticket // of a line
	upTo    eventstore.Position
}

// ticket is an event under way.
type ticket struct {
	position eventstore.Position
	finished chan struct{}
	handled  bool
}

func newLanes(width int, from eventstore.Position) *lanes {
	return &lanes{slots: make(chan struct{}, width), last: map[eventstore.Stream]*ticket{}, upTo: from}
}

// run starts to handle an event of a line once a lane is free; false when ctx ended first.
// What handle does not finish keeps the checkpoint from passing it.
func (l *lanes) run(ctx context.Context, position eventstore.Position, line eventstore.Stream, handle func() bool) bool {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	mine := &ticket{position: position, finished: make(chan struct{})}
	l.mu.Lock()
	before := l.last[line]
	l.last[line] = mine
	l.tickets = append(l.tickets, mine)
	l.mu.Unlock()
	l.running.Go(func() {
		defer func() { <-l.slots }()
		defer close(mine.finished)
		if before != nil {
			<-before.finished
		}
		handled := ctx.Err() == nil && handle()
		l.finish(line, mine, handled)
	})
	return true
}

func (l *lanes) finish(line eventstore.Stream, mine *ticket, handled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine.handled = handled
	if l.last[line] == mine {
		delete(l.last, line)
	}
	l.advance()
}

// advance moves on past everything that is handled without a gap.
func (l *lanes) advance() {
	for len(l.tickets) > 0 && l.tickets[0].handled {
		l.upTo = l.tickets[0].position
		l.tickets = l.tickets[1:]
	}
}

// pass notes that everything up to a position has been examined; what is under
// way before it must still be handled.
func (l *lanes) pass(position eventstore.Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tickets = append(l.tickets, &ticket{position: position, handled: true})
	l.advance()
}

// handled is the position up to which everything is handled.
func (l *lanes) handled() eventstore.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.upTo
}

// wait waits for every event under way.
func (l *lanes) wait() { l.running.Wait() }
