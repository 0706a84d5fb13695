package persistent

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Action is what a consumer wants done with an event it could not process.
type Action int

// The actions.
const (
	Undecided Action = iota // as Retry
	Park                    // put it aside
	Retry                   // hand it out again, and park it when it was too often
	Skip                    // as if it had been processed
	Stop                    // hand it to somebody else, and drop me
)

// maxReason is how many bytes of a reason are kept.
const maxReason = 4 << 10

// release takes a message from its holder.
func (g *Group) release(m *message) {
	c := m.holder
	delete(c.held, m.id())
	g.inFlight--
	if m.timed != nil && m.queued != nil {
		g.untaken.Remove(m.timed)
	}
	if m.timed != nil && m.queued == nil {
		g.taken.Remove(m.timed)
	}
	if m.queued != nil {
		c.queue.Remove(m.queued)
	}
	m.timed, m.queued = nil, nil
	m.holder, m.last = nil, c
	g.strategy.released(m)
}

// await puts a released message where it waits for the next consumer, in order.
func (g *Group) await(m *message) {
	waiting := g.listOf(m)
	for element := waiting.Back(); element != nil; element = element.Prev() {
		if element.Value.(*message).number < m.number {
			m.waiting = waiting.InsertAfter(m, element)
			return
		}
	}
	m.waiting = waiting.PushFront(m)
}

// parkedByConsumer stands above a consumer's own reason (G-17).
const parkedByConsumer = "Client explicitly NAK'ed message.\n"

func (g *Group) tryAgain(m *message, now time.Time) {
	if m.retries >= g.settings.MaxRetries {
		g.park(m, fmt.Sprintf("Reached retry count of %d", g.settings.MaxRetries), now)
		return
	}
	m.retries++
	g.await(m)
}

func (g *Group) park(m *message, reason string, now time.Time) {
	g.settle(m)
	g.parking = append(g.parking, &Parking{Entry: m.entry, Reason: truncated(reason, maxReason), At: now})
	g.parked = append(g.parked, m)
}

// finish is the end of a message.
func (g *Group) finish(m *message) {
	list := g.unfinished
	if m.replayed {
		list = g.replaying
	}
	list.Remove(m.unfinished)
	m.unfinished = nil
	g.settle(m)
	g.bytes -= m.bytes
}

// forget removes a message that waits.
func (g *Group) forget(m *message) {
	g.listOf(m).Remove(m.waiting)
	m.waiting = nil
	g.finish(m)
}

// Ack tells that a consumer has processed events. Ids that it does not hold are
// passed over; one that was taken from it for being late, and waits for another
// consumer, counts.
func (g *Group) Ack(c *Consumer, ids []uuid.UUID, now time.Time) {
	for _, id := range ids {
		m, held := c.held[id]
		if held {
			c.latencies.add(now.Sub(m.handed))
			g.release(m)
			g.finish(m)
			continue
		}
		if m, lost := c.lost[id]; lost {
			g.forget(m)
		}
	}
}

// settle ends the time in which an acknowledgement may come late.
func (g *Group) settle(m *message) {
	if m.last != nil && m.last.lost[m.id()] == m {
		delete(m.last.lost, m.id())
	}
}

// Nack tells what a consumer wants done with events it could not process, and
// why. It says whether the consumer is to be dropped.
func (g *Group) Nack(c *Consumer, ids []uuid.UUID, action Action, reason string, now time.Time) bool {
	for _, id := range ids {
		m, held := c.held[id]
		if !held {
			continue
		}
		g.release(m)
		switch action {
		case Park:
			g.park(m, parkedByConsumer+reason, now)
		case Skip:
			g.finish(m)
		case Stop:
			g.await(m)
		default:
			g.tryAgain(m, now)
		}
	}
	return action == Stop
}

// Expire takes events from consumers whose time is over.
func (g *Group) Expire(now time.Time) {
	for element := g.taken.Front(); element != nil; element = g.taken.Front() {
		m := element.Value.(*message)
		if m.due.After(now) {
			break
		}
		g.release(m)
		m.last.lost[m.id()] = m
		g.tryAgain(m, now)
	}
	for element := g.untaken.Front(); element != nil; element = g.untaken.Front() {
		m := element.Value.(*message)
		if m.due.After(now) {
			break
		}
		g.release(m)
		g.await(m)
	}
}
