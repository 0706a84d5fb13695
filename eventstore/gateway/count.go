package gateway

import (
	"context"
	"sync"

	"guishu/eventstore"
)

// markEvery is how many events of a virtual stream lie between two whose position
// is remembered.
const markEvery = 1_000

// maxCounts bounds how many virtual streams are counted.
const maxCounts = 10_000

// counts remembers what was counted of each virtual stream, so that reading one in
// its middle does not mean reading all before it again.
type counts struct {
	mu    sync.Mutex
	known map[eventstore.Stream]*count
}

func (c *counts) of(stream eventstore.Stream) *count {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.known[stream]; ok {
		return known
	}
	if c.known == nil || len(c.known) >= maxCounts {
		c.known = make(map[eventstore.Stream]*count)
	}
	fresh := &count{counting: make(chan struct{}, 1)}
	c.known[stream] = fresh
	return fresh
}

// count is what was counted of one virtual stream: the log never changes, so it
// stays true.
type count struct {
	counting chan struct{} // one reader counts at a time

	mu       sync.Mutex
	marks    []eventstore.Position // of every so manieth event, from the first on
	events   eventstore.Revision   // counted, which is the revision of the next one
	examined eventstore.Position   // up to where
}

// begin waits for the turn to count.
func (c *count) begin(ctx context.Context) (release func(), err error) {
	select {
	case c.counting <- struct{}{}:
		return func() { <-c.counting }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *count) knows(revision eventstore.Revision) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return revision < c.events || revision == 0
}

// reached is how far was counted, and the revision of the next event.
func (c *count) reached() (eventstore.Position, eventstore.Revision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.examined, c.events
}

// note takes in the position of an event, if it is the next one.
func (c *count) note(revision eventstore.Revision, at eventstore.Position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision != c.events || at <= c.examined {
		return
	}
	if revision%markEvery == 0 {
		c.marks = append(c.marks, at)
	}
	c.events, c.examined = revision+1, at
}

// examinedTo takes in that there is no other event up to a position.
func (c *count) examinedTo(events eventstore.Revision, position eventstore.Position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if events == c.events {
		c.examined = max(c.examined, position)
	}
}

// before is a position before the event of a revision, and the revision of the
// first event after it.
func (c *count) before(revision eventstore.Revision) (eventstore.Position, eventstore.Revision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision >= c.events {
		return c.examined, c.events
	}
	mark := revision / markEvery
	return c.marks[mark] - 1, mark * markEvery
}

// after is a position after the event of a revision, or after all counted, and the
// revision of the last event before it, -1 for none.
func (c *count) after(revision eventstore.Revision) (eventstore.Position, eventstore.Revision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	mark := revision/markEvery + 1
	if mark < eventstore.Revision(len(c.marks)) {
		return c.marks[mark], mark*markEvery - 1
	}
	return c.examined + 1, c.events - 1
}
