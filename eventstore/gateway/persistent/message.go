package persistent

import (
	"container/list"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// Entry is an event of a source, as the consumers get it.
type Entry struct {
	Place    Place             // in the source, or in the stream of parked events
	Original eventstore.Event  // what stands at the place; a link, perhaps
	IsLink   bool              // Original is a link to be shown together with its target
	Target   *eventstore.Event // of a link; nil when it could not be found
}

// target is the event itself, or nil when it is a link that leads nowhere.
func (e *Entry) target() *eventstore.Event {
	if e.IsLink {
		return e.Target
	}
	return &e.Original
}

func (e *Entry) bytes() int {
	size := len(e.Original.Data) + len(e.Original.Metadata) + 256
	if e.Target != nil {
		size += len(e.Target.Data) + len(e.Target.Metadata) + 256
	}
	return size
}

// Delivery is an entry on its way to a consumer.
type Delivery struct {
	Entry
	Retries int // how often it was handed out before
}

// Parking is an entry to be put aside.
type Parking struct {
	ID     uuid.UUID // of the link to be written, the same at every try
	Entry  Entry
	Reason string
	At     time.Time
}

// message is an entry inside a group, until it is processed.
type message struct {
	entry    Entry
	number   int64 // order of reading; among parked ones their own
	previous Place // of what came before it, which a restart may resume after
	replayed bool  // read from the parked stream
	retries  int
	bytes    int
	bucket   int // of a pinned strategy, from 1; 0: not known yet

	holder *Consumer // who has it now
	last   *Consumer // who had it last
	handed time.Time
	due    time.Time // when the holder's time is over; zero: never

	unfinished *list.Element // in Group.unfinished or Group.replaying
	waiting    *list.Element // in the list it waits in, when nobody holds it
	queued     *list.Element // in holder.queue, until it is taken
	timed      *list.Element // in Group.untaken or Group.taken
}

// id is what consumers acknowledge.
func (m *message) id() uuid.UUID { return m.entry.Original.ID }
