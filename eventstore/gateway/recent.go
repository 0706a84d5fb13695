package gateway

import (
	"sync"

	"guishu/eventstore"
)

// What is remembered of the events that links were just given for: as many, and
// none larger than so many bytes.
const (
	recentEvents      = 512
	largestRemembered = 8 << 10
)

// recent remembers the events that a virtual stream's links stand for while they
// are on their way, so that resolving such a link need not read what was just read.
// The log never changes, so what is remembered stays true.
type recent struct {
	mu    sync.Mutex
	known map[place]*eventstore.Event
	order [recentEvents]place // a ring
	next  int
}

// place is where an event stands.
type place struct {
	stream   eventstore.Stream
	revision eventstore.Revision
}

func newRecent() *recent { return &recent{known: make(map[place]*eventstore.Event, recentEvents)} }

func (r *recent) remember(event *eventstore.Event) {
	if len(event.Data)+len(event.Metadata) > largestRemembered {
		return
	}
	at := place{event.Stream, event.Revision}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, again := r.known[at]; again {
		return
	}
	delete(r.known, r.order[r.next])
	r.known[at], r.order[r.next] = event, at
	r.next = (r.next + 1) % recentEvents
}

func (r *recent) find(stream eventstore.Stream, revision eventstore.Revision) (eventstore.Event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	event, known := r.known[place{stream, revision}]
	if !known {
		return eventstore.Event{}, false
	}
	return *event, true
}
