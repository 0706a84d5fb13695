package esdb

import (
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"guishu/eventstore"
)

// streamCost is what remembering a stream costs beside its ids, in ids.
const streamCost = 12

// idMemory remembers which event ids stand in streams, each from the stream's
// beginning and without a gap. A server looks for an id only where an append
// expects it to stand; what is expected elsewhere is looked up here, so that an
// id is known for ever. The ids of a ledger never change: what is remembered
// may be behind, never wrong.
type idMemory struct {
	mu      sync.Mutex
	limit   int
	cost    int
	streams *simplelru.LRU[eventstore.Stream, *streamIDs]
}

// streamIDs are the ids of a stream's events from the revision first on. They
// grow at the end only, so that a part once read out stays valid.
type streamIDs struct {
	first eventstore.Revision
	ids   []uuid.UUID
}

// next is the revision of the event that follows.
func (s streamIDs) next() eventstore.Revision { return s.first + eventstore.Revision(len(s.ids)) }

// last is the revision of the last event, eventstore.NoRevision if none is.
func (s streamIDs) last() eventstore.Revision {
	if len(s.ids) == 0 {
		return eventstore.NoRevision
	}
	return s.next() - 1
}

// take adds the id of an event read. A hole, which only truncating a stream
// leaves, is filled with ids that no event has.
func (s *streamIDs) take(revision eventstore.Revision, id uuid.UUID) {
	if len(s.ids) == 0 {
		s.first = revision
	}
	for s.next() < revision {
		s.ids = append(s.ids, uuid.Nil)
	}
	s.ids = append(s.ids, id)
}

// followedBy gives both parts as one.
func (s streamIDs) followedBy(more streamIDs) streamIDs {
	if len(s.ids) == 0 {
		return more
	}
	joined := streamIDs{first: s.first, ids: slices.Clone(s.ids)}
	for i, id := range more.ids {
		joined.take(more.first+eventstore.Revision(i), id)
	}
	return joined
}

// find gives the revision of an id.
func (s streamIDs) find(id uuid.UUID) (eventstore.Revision, bool) {
	at := slices.Index(s.ids, id)
	return s.first + eventstore.Revision(at), at >= 0
}

// holdAny says whether any of the events is in the stream.
func (s streamIDs) holdAny(events []eventstore.NewEvent) bool {
	for _, event := range events {
		if slices.Contains(s.ids, event.ID) {
			return true
		}
	}
	return false
}

func newIDMemory(limit int) *idMemory {
	m := &idMemory{limit: limit}
	m.streams, _ = simplelru.NewLRU(1+limit/streamCost, func(_ eventstore.Stream, dropped *streamIDs) {
		m.cost -= streamCost + len(dropped.ids)
	})
	return m
}

// known gives what is remembered of a stream.
func (m *idMemory) known(stream eventstore.Stream) streamIDs {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held, ok := m.streams.Get(stream); ok {
		return *held
	}
	return streamIDs{}
}

// learn takes in ids that stand one after the other from a revision on.
// fromStart says that nothing of the stream stands before them.
func (m *idMemory) learn(stream eventstore.Stream, revision eventstore.Revision, fromStart bool, ids ...uuid.UUID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	held, ok := m.streams.Get(stream)
	if !ok {
		if !fromStart && revision != 0 || len(ids) > m.limit/2 {
			return
		}
		held = &streamIDs{first: revision}
		m.cost += streamCost
		m.streams.Add(stream, held)
	}
	fresh := held.next() - revision // how many of ids are remembered already
	if fresh < 0 || int64(fresh) >= int64(len(ids)) {
		return
	}
	held.ids = append(held.ids, ids[fresh:]...)
	m.cost += len(ids) - int(fresh)
	if len(held.ids) > m.limit/2 {
		m.streams.Remove(stream)
	}
	for m.cost > m.limit {
		m.streams.RemoveOldest()
	}
}

// turns lets one append at a time go on among those that begin with the same id
// on the same stream, so that only one of them can be the one that wrote it.
type turns struct {
	mu    sync.Mutex
	taken map[turn]chan struct{}
}

type turn struct {
	stream eventstore.Stream
	id     uuid.UUID
}

func newTurns() *turns { return &turns{taken: make(map[turn]chan struct{})} }

// take waits for the turn of an append, until one or the other ends.
func (t *turns) take(a eventstore.Append, one, other <-chan struct{}) (giveBack func(), ok bool) {
	key := turn{a.Stream, a.Events[0].ID}
	for {
		t.mu.Lock()
		before, busy := t.taken[key]
		if !busy {
			mine := make(chan struct{})
			t.taken[key] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.taken, key)
				t.mu.Unlock()
				close(mine)
			}, true
		}
		t.mu.Unlock()
		select {
		case <-before:
		case <-one:
			return func() {}, false
		case <-other:
			return func() {}, false
		}
	}
}
