package persistent

import (
	"container/list"
	"time"

	"github.com/google/uuid"
)

// Consumer is one member of a group, as the state machine sees it.
type Consumer struct {
	From     string // address, for statistics
	Username string
	Label    string // the connection's name

	ordinal uint64 // when it joined, among the group's consumers
	slots   int
	held    map[uuid.UUID]*message
	queue   *list.List             // of held messages that were not taken yet
	lost    map[uuid.UUID]*message // taken from it for being late, and waiting

	total     int64
	measured  int64 // total at the last measurement
	latencies latencies
}

// NewConsumer gives a consumer that holds at most slots unacknowledged events.
func NewConsumer(slots int, from, username, label string) *Consumer {
	return &Consumer{
		From: from, Username: username, Label: label,
		slots: min(slots, maxSlots), held: map[uuid.UUID]*message{}, queue: list.New(), lost: map[uuid.UUID]*message{},
	}
}

func (c *Consumer) free() int { return c.slots - len(c.held) }

// takes says whether c has room for m. Two events with the same id cannot be
// told apart by an acknowledgement, so one waits for the other.
func (c *Consumer) takes(m *message) bool {
	if c.free() <= 0 {
		return false
	}
	_, same := c.held[m.id()]
	return !same
}

// latencyWindow is how many of the newest measurements count.
const latencyWindow = 1_000

// latencies are the times between handing out and acknowledging.
type latencies struct {
	window []time.Duration
	next   int
}

func (l *latencies) add(d time.Duration) {
	if len(l.window) < latencyWindow {
		l.window = append(l.window, d)
		return
	}
	l.window[l.next] = d
	l.next = (l.next + 1) % latencyWindow
}
