package persistent

import (
	"cmp"
	"container/list"
	"fmt"
	"slices"
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

// graceUntaken is the least time an event waits in the queue of a consumer that
// does not read before it goes to another one.
const graceUntaken = 5 * time.Second

// maxReason is how many bytes of a reason are kept.
const maxReason = 4 << 10

// truncateAfter is how many replayed events are processed before it is written
// down that they have been.
const truncateAfter = 500

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
			g.tryAgain(m, "the consumer was lost", now)
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

func (g *Group) tryAgain(m *message, why string, now time.Time) {
	if m.retries >= g.settings.MaxRetries {
		g.park(m, fmt.Sprintf("reached the retry count of %d: %s", g.settings.MaxRetries, why), now)
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
			g.park(m, reason, now)
		case Skip:
			g.finish(m)
		case Stop:
			g.await(m)
		default:
			g.tryAgain(m, truncated(reason, maxReason), now)
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
		g.tryAgain(m, "no acknowledgement in time", now)
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

// safe is the place after which a restart may resume without missing anything,
// and the number of the event there.
func (g *Group) safe() (Place, int64) {
	if oldest := g.unfinished.Front(); oldest != nil {
		m := oldest.Value.(*message)
		return m.previous, m.number - 1
	}
	return g.examined, g.number
}

func (g *Group) maxCheckpoint() int64 { return int64(max(1, g.settings.MaxCheckpoint)) }

func (g *Group) minCheckpoint() int64 {
	return min(int64(max(1, g.settings.MinCheckpoint)), g.maxCheckpoint())
}

// Mark is a place to be written down as the checkpoint.
type Mark struct {
	Place  Place
	number int64
}

// Checkpoint is the place to be written down now, if one is due; with force, if
// there is any progress.
func (g *Group) Checkpoint(now time.Time, force bool) (Mark, bool) {
	place, number := g.safe()
	progress := number - g.checkpointed
	if place <= g.checkpoint || progress <= 0 {
		return Mark{}, false
	}
	due := force || progress >= g.maxCheckpoint() ||
		progress >= g.minCheckpoint() && !now.Before(g.checkpointAt.Add(g.settings.CheckpointAfter))
	return Mark{Place: place, number: number}, due
}

// Checkpointed tells that a mark has been written down.
func (g *Group) Checkpointed(mark Mark, now time.Time) {
	g.checkpoint, g.checkpointed, g.checkpointAt, g.known = mark.Place, mark.number, now, true
}

// Parking gives at most limit events to be put aside, in the order in which
// that was decided, and the same ones until they are Parked: a store that took
// them without its answer arriving knows them again only all together. newID
// gives each its id at the first call.
func (g *Group) Parking(limit int, newID func() uuid.UUID) []Parking {
	if g.writing == 0 {
		g.writing = min(limit, len(g.parking))
	}
	list := make([]Parking, 0, g.writing)
	for _, parking := range g.parking[:g.writing] {
		if parking.ID == uuid.Nil {
			parking.ID = newID()
		}
		list = append(list, *parking)
	}
	return list
}

// Parked tells that the first count of Parking have been put aside.
func (g *Group) Parked(count int) {
	for _, m := range g.parked[:count] {
		g.finish(m)
	}
	g.parking = slices.Delete(g.parking, 0, count)
	g.parked = slices.Delete(g.parked, 0, count)
	g.writing = 0
}

// Truncation is the parked revision before which everything has been processed
// by a replay, if it is time to write it down: when everything asked for, up to
// the revision target, is done, after many, or with force.
func (g *Group) Truncation(target Place, force bool) (Place, bool) {
	needed := g.replayedTo
	if oldest := g.replaying.Front(); oldest != nil {
		needed = oldest.Value.(*message).entry.Place
	}
	progress := needed - g.truncated
	return needed, progress > 0 && (force || needed >= target || progress >= truncateAfter)
}

// Truncated tells that the parked events before a revision have been let go.
func (g *Group) Truncated(to Place) { g.truncated = max(g.truncated, to) }
