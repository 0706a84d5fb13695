package postgres

import (
	"container/list"
	"sync"

	"guishu/eventstore"
)

// revisionCache remembers the last revisions of the streams used last. What it
// remembers is never above the truth, because revisions only grow and only
// committed ones are put in; it may be below. So an append built on it either
// fits or runs into the table's UNIQUE (stream, revision).
type revisionCache struct {
	mu     sync.Mutex
	limit  int
	recent *list.List // of remembered, the newest use first
	byName map[eventstore.Stream]*list.Element
}

type remembered struct {
	stream   eventstore.Stream
	revision eventstore.Revision
}

func newRevisionCache(limit int) *revisionCache {
	return &revisionCache{limit: limit, recent: list.New(), byName: make(map[eventstore.Stream]*list.Element)}
}

// get returns a revision that stream has at least reached.
func (c *revisionCache) get(stream eventstore.Stream) (eventstore.Revision, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byName[stream]
	if !ok {
		return eventstore.NoRevision, false
	}
	c.recent.MoveToFront(element)
	return element.Value.(*remembered).revision, true
}

// raise remembers that stream has reached revision.
func (c *revisionCache) raise(stream eventstore.Stream, revision eventstore.Revision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byName[stream]; ok {
		entry := element.Value.(*remembered)
		entry.revision = max(entry.revision, revision)
		c.recent.MoveToFront(element)
		return
	}
	if c.recent.Len() >= c.limit {
		c.reuseOldest(stream, revision)
		return
	}
	c.byName[stream] = c.recent.PushFront(&remembered{stream, revision})
}

func (c *revisionCache) reuseOldest(stream eventstore.Stream, revision eventstore.Revision) {
	element := c.recent.Back()
	entry := element.Value.(*remembered)
	delete(c.byName, entry.stream)
	*entry = remembered{stream, revision}
	c.byName[stream] = element
	c.recent.MoveToFront(element)
}

// clear forgets everything.
func (c *revisionCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recent.Init()
	clear(c.byName)
}
