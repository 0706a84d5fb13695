package persistent

import (
	"cmp"
	"container/list"
	"slices"
	"time"
)

// graceUntaken is the least time an event waits in the queue of a consumer that
// does not read before it goes to another one.
const graceUntaken = 5 * time.Second

// Group decides which consumer gets which event, when it gets it again, what is
// parked, and from where a restart may resume. It does no I/O, and is used by
// one goroutine at a time.
type Group struct {
	settings  Settings
	consumers []*Consumer
	joined    uint64 // consumers ever
	strategy  strategy

	ahead  *list.List // read and never handed out, in order
	retry  *list.List // handed out before, in order
	replay *list.List // parked ones to be handed out again, in order

	unfinished *list.List // every event of the source that is not processed, in order
	replaying  *list.List // every parked one that is not processed, in order
	untaken    *list.List // handed out, not yet read by the consumer, by due
	taken      *list.List // read by the consumer, by due
	parking    []*Parking // decided, not yet written
	writing    int        // how many of parking are being written
	parked     []*message // the messages of parking

	bytes    int
	inFlight int

	number       int64 // of the newest event read
	examined     Place // how far the source has been read
	checkpoint   Place // written
	known        bool  // whether any was written
	checkpointed int64 // number at the checkpoint
	checkpointAt time.Time

	handedTo int64 // number of the newest event ever handed out

	replayNumber   int64
	replayHandedTo int64
	replayedTo     Place // the first parked revision not handed to the group
	truncated      Place // the first parked revision that is still needed

	total      int64
	measured   int64
	measuredAt time.Time
}

// NewGroup begins after a place of the source, and with the parked events
// before the revision parkedFrom done with.
func NewGroup(settings Settings, after, parkedFrom Place, now time.Time) *Group {
	return &Group{
		settings: settings, strategy: newStrategy(settings.Strategy),
		ahead: list.New(), retry: list.New(), replay: list.New(),
		unfinished: list.New(), replaying: list.New(), untaken: list.New(), taken: list.New(),
		examined: after, checkpoint: after, checkpointAt: now,
		replayedTo: parkedFrom, truncated: parkedFrom, measuredAt: now,
	}
}

// Join adds a consumer.
func (g *Group) Join(c *Consumer) {
	g.joined++
	c.ordinal = g.joined
	g.consumers = append(g.consumers, c)
	g.strategy.changed(g.consumers)
}

// Full says whether no further consumer may join.
func (g *Group) Full() bool {
	return g.settings.MaxSubscribers > 0 && len(g.consumers) >= g.settings.MaxSubscribers
}

// Leave removes a consumer. What it had read counts as tried; what it never
// read goes to others as if nothing had been.
func (g *Group) Leave(c *Consumer, now time.Time) {
	at := slices.Index(g.consumers, c)
	if at < 0 {
		return
	}
	g.consumers = slices.Delete(g.consumers, at, at+1)
	held := make([]*message, 0, len(c.held))
	for _, m := range c.held {
		held = append(held, m)
	}
	slices.SortFunc(held, func(a, b *message) int { return cmp.Compare(a.number, b.number) })
	for _, m := range held {
		read := m.queued == nil
		g.release(m)
		if read {
			g.tryAgain(m, now)
			continue
		}
		g.await(m)
	}
	g.strategy.changed(g.consumers)
}

// Room says whether another event of the source may be offered.
func (g *Group) Room() bool {
	return g.ahead.Len() < g.settings.ahead() && g.bytes < maxBytes
}

// ReplayRoom says whether another parked event may be offered.
func (g *Group) ReplayRoom() bool {
	return g.replay.Len() < g.settings.ahead() && g.bytes < maxBytes
}

// Offer adds the next event of the source.
func (g *Group) Offer(entry Entry) {
	g.number++
	m := &message{entry: entry, number: g.number, previous: g.examined, bytes: entry.bytes()}
	m.unfinished = g.unfinished.PushBack(m)
	m.waiting = g.ahead.PushBack(m)
	g.bytes += m.bytes
	g.examined = entry.Place
}

// Pass tells that the source was examined up to a place and nothing there is
// for this group. What counts brings the next checkpoint nearer.
func (g *Group) Pass(place Place, counts bool) {
	g.examined = max(g.examined, place)
	if counts {
		g.number++
	}
}

// Examined is how far the source has been read, to read on from there.
func (g *Group) Examined() Place { return g.examined }

// OfferParked adds the next parked event, at its revision among the parked.
func (g *Group) OfferParked(entry Entry) {
	g.replayNumber++
	m := &message{entry: entry, number: g.replayNumber, previous: g.replayedTo, replayed: true, bytes: entry.bytes()}
	m.unfinished = g.replaying.PushBack(m)
	m.waiting = g.replay.PushBack(m)
	g.bytes += m.bytes
	g.replayedTo = entry.Place + 1
}

// ReplayFrom is the parked revision to replay next.
func (g *Group) ReplayFrom() Place { return g.replayedTo }

// PassParked tells that there is nothing to replay before a parked revision.
func (g *Group) PassParked(next Place) { g.replayedTo = max(g.replayedTo, next) }

// Rest drops what was read ahead of everything handed out, so that a group
// without consumers holds little. It is read again from Examined and ReplayFrom.
func (g *Group) Rest() {
	for element := g.ahead.Back(); element != nil; element = g.ahead.Back() {
		m := element.Value.(*message)
		if m.number < g.handedTo {
			break
		}
		g.examined, g.number = m.previous, m.number-1
		g.forget(m)
	}
	for element := g.replay.Back(); element != nil; element = g.replay.Back() {
		m := element.Value.(*message)
		if m.number <= g.replayHandedTo {
			break
		}
		g.replayedTo, g.replayNumber = m.previous, m.number-1
		g.forget(m)
	}
}

// Next hands out an event: to whom, or false when nothing can be handed out now.
func (g *Group) Next(now time.Time) (*Consumer, bool) {
	if len(g.parking) >= maxParking || !g.anyFree() {
		return nil, false
	}
	for _, waiting := range []*list.List{g.retry, g.replay, g.ahead} {
		for element := waiting.Front(); element != nil; element = element.Next() {
			m := element.Value.(*message)
			c, goOn := g.strategy.choose(m, g.consumers)
			if c != nil {
				g.hand(m, c, now)
				return c, true
			}
			if !goOn {
				return nil, false
			}
		}
	}
	return nil, false
}

func (g *Group) anyFree() bool {
	return slices.ContainsFunc(g.consumers, func(c *Consumer) bool { return c.free() > 0 })
}

func (g *Group) hand(m *message, c *Consumer, now time.Time) {
	g.listOf(m).Remove(m.waiting)
	m.waiting = nil
	g.settle(m)
	if m.replayed {
		g.replayHandedTo = max(g.replayHandedTo, m.number)
	} else {
		g.handedTo = max(g.handedTo, m.number)
	}
	m.holder, m.handed, m.due = c, now, time.Time{}
	c.held[m.id()] = m
	c.total++
	g.total++
	g.inFlight++
	m.queued = c.queue.PushBack(m)
	if g.settings.MessageTimeout > 0 {
		m.due = now.Add(max(g.settings.MessageTimeout, graceUntaken))
		m.timed = g.untaken.PushBack(m)
	}
	g.strategy.handed(m)
}

// listOf is the list a message waits in. Only ahead holds what was never handed
// out, so whether it has been tells.
func (g *Group) listOf(m *message) *list.List {
	switch {
	case m.replayed:
		return g.replay
	case m.last != nil:
		return g.retry
	}
	return g.ahead
}

// Take gives what has been handed to a consumer since the last call, at most
// limit: from now on its time runs.
func (g *Group) Take(c *Consumer, limit int, now time.Time) []Delivery {
	var list []Delivery
	for len(list) < limit && c.queue.Len() > 0 {
		m := c.queue.Remove(c.queue.Front()).(*message)
		m.queued = nil
		if m.timed != nil {
			g.untaken.Remove(m.timed)
			m.due = now.Add(g.settings.MessageTimeout)
			m.timed = g.taken.PushBack(m)
		}
		list = append(list, Delivery{Entry: m.entry, Retries: m.retries})
	}
	return list
}

// Deadline is when the group has to be looked at again though nothing has
// happened: an event times out, or, unless it is being written already, a
// checkpoint is due.
func (g *Group) Deadline(writing bool) (time.Time, bool) {
	var first time.Time
	consider := func(at time.Time) {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for _, timed := range []*list.List{g.taken, g.untaken} {
		if timed.Len() > 0 {
			consider(timed.Front().Value.(*message).due)
		}
	}
	if place, number := g.safe(); !writing && place > g.checkpoint && number-g.checkpointed >= g.minCheckpoint() {
		consider(g.checkpointAt.Add(g.settings.CheckpointAfter))
	}
	return first, !first.IsZero()
}
