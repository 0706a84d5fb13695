package gateway

import (
	"strings"
	"sync"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// proposal is an append that has come in.
type proposal struct {
	stream   eventstore.Stream
	expected eventstore.Expectation
	events   []eventstore.NewEvent
}

// receiving is an append on its way in. What it holds counts against the
// server's budget until it is released, or given up because nothing more of it
// comes: a client that stands still must not keep the others out.
type receiving struct {
	proposal
	server   *Server
	deadline time.Time   // when it is given up in any case, zero for never
	onGiveUp func()      // told when it is given up, nil for nobody
	excused  func() bool // says that it is the server that takes nothing in, nil for never
	size     int         // as it counts against the limit of an append

	mu      sync.Mutex // the timer gives up what the client's goroutine adds to
	timer   *time.Timer
	held    int // of the server's budget
	givenUp bool
	over    bool // everything has come, or nothing more will be taken
}

// overhead is what an event holds in memory besides its own bytes, roughly.
const overhead = 256

// add takes in an event, or says what is wrong with it.
func (r *receiving) add(event proposedEvent) error {
	switch {
	case event.idErr != nil:
		return event.idErr
	case !event.hasType:
		return missingMetadataProperty(wire.PropertyType)
	case !event.hasContentType:
		return missingMetadataProperty(wire.PropertyContentType)
	case len(event.eventType) > eventstore.MaxNameBytes:
		return invalidName("the event's type is longer than %d bytes", eventstore.MaxNameBytes)
	case strings.IndexByte(event.eventType, 0) >= 0:
		return invalidName("the event's type holds a NUL")
	}
	limits := &r.server.config
	size := len(event.data) + len(event.metadata)
	if size > limits.MaxEventBytes {
		return maximumAppendEventSizeExceeded(event.id.String(), size, limits.MaxEventBytes)
	}
	if r.size += r.server.ways.size(event.data, event.metadata, event.eventType); r.size > limits.MaxAppendBytes {
		return maximumAppendSizeExceeded(limits.MaxAppendBytes)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.givenUp {
		return gaveUp()
	}
	if len(r.events) == eventstore.MaxAppendEvents { // no store takes more, however small they are
		return maximumAppendSizeExceeded(limits.MaxAppendBytes)
	}
	share := max(size, event.wire) + overhead
	if !r.server.budget.take(share) {
		return serverBusy()
	}
	r.held += share
	r.events = append(r.events, eventstore.NewEvent{
		ID: event.id, Type: event.eventType, Data: event.data, Metadata: event.metadata, Binary: !event.isJSON,
	})
	r.expectMore()
	return nil
}

// begin gives the client its time for what is to come.
func (r *receiving) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expectMore()
}

// expectMore gives the client its time anew. Callers hold mu.
func (r *receiving) expectMore() {
	pause := r.server.config.MaxPause
	if !r.deadline.IsZero() {
		pause = min(pause, time.Until(r.deadline))
	}
	if r.timer == nil {
		r.timer = time.AfterFunc(pause, r.giveUp)
		return
	}
	r.timer.Reset(pause)
}

func (r *receiving) giveUp() {
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		return
	}
	if r.excused != nil && r.excused() && (r.deadline.IsZero() || time.Now().Before(r.deadline)) {
		r.expectMore()
		r.mu.Unlock()
		return
	}
	r.givenUp = true
	r.letGo()
	r.mu.Unlock()
	if r.onGiveUp != nil {
		r.onGiveUp()
	}
}

// complete says that everything has come, in time or not.
func (r *receiving) complete() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.givenUp {
		return gaveUp()
	}
	r.stop()
	return nil
}

// late says whether the append was given up.
func (r *receiving) late() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.givenUp
}

// release gives back what the append holds.
func (r *receiving) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letGo()
}

// letGo and stop are called with mu held.
func (r *receiving) letGo() {
	r.stop()
	r.server.budget.giveBack(r.held)
	r.held, r.events = 0, nil
}

func (r *receiving) stop() {
	r.over = true
	if r.timer != nil {
		r.timer.Stop()
	}
}
