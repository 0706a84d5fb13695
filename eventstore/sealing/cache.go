package sealing

import (
	"container/list"
	"sync"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// cache remembers the keys that were used last, and which subjects are erased.
// It also remembers up to which destruction it has heard: a key read before a
// destruction that the cache has heard of since is not let in.
type cache struct {
	mu      sync.Mutex
	limit   int
	entries map[uuid.UUID]*list.Element // of cached
	order   *list.List                  // the last one used in front
	heard   int64                       // the number of the last destruction heard of
}

// cached is a key, or nil for an erased subject.
type cached struct {
	subject uuid.UUID
	key     *Key
}

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: map[uuid.UUID]*list.Element{}, order: list.New()}
}

// get gives a subject's key or eventstore.ErrErased; known is false when the
// cache cannot tell.
func (c *cache) get(subject uuid.UUID) (key *Key, known bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[subject]
	if !ok {
		return nil, false, nil
	}
	c.order.MoveToFront(element)
	if key = element.Value.(cached).key; key == nil {
		return nil, true, eventstore.ErrErased
	}
	return key, true, nil
}

// put remembers what was read while asOf was the last destruction. An erased
// subject stays erased.
func (c *cache) put(asOf int64, subject uuid.UUID, key *Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key != nil && (asOf < c.heard || c.erased(subject)) {
		return
	}
	c.store(cached{subject: subject, key: key})
}

// hear makes the cache forget the keys of the subjects erased up to the
// destruction numbered upTo.
func (c *cache) hear(upTo int64, erased []uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, subject := range erased {
		c.store(cached{subject: subject})
	}
	c.heard = max(c.heard, upTo)
}

func (c *cache) erased(subject uuid.UUID) bool {
	element, ok := c.entries[subject]
	return ok && element.Value.(cached).key == nil
}

func (c *cache) heardUpTo() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard
}

func (c *cache) store(entry cached) {
	if element, ok := c.entries[entry.subject]; ok {
		element.Value = entry
		c.order.MoveToFront(element)
		return
	}
	c.entries[entry.subject] = c.order.PushFront(entry)
	for c.order.Len() > c.limit {
		oldest := c.order.Back()
		delete(c.entries, oldest.Value.(cached).subject)
		c.order.Remove(oldest)
	}
}
