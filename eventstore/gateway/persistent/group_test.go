package persistent

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"guishu/eventstore"
)

var beginning = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(d time.Duration) time.Time { return beginning.Add(d) }

func usual() Settings {
	return Settings{
		Strategy: RoundRobin, MessageTimeout: 30 * time.Second, MaxRetries: 2,
		CheckpointAfter: 2 * time.Second, MinCheckpoint: 2, MaxCheckpoint: 5,
		LiveBuffer: 100, HistoryBuffer: 100, ReadBatch: 20,
	}
}

func idOf(n int) uuid.UUID { return uuid.NewSHA1(uuid.Nil, fmt.Append(nil, n)) }

func entryAt(n int, stream string) Entry {
	return Entry{Place: Place(n), Original: eventstore.Event{
		Stream: eventstore.Stream(stream), Revision: eventstore.Revision(n), ID: idOf(n), Type: "happened",
	}}
}

// grouped is a group with the events 0 to count-1 of a stream.
func grouped(settings Settings, count int) *Group {
	g := NewGroup(settings, -1, 0, beginning)
	for n := range count {
		g.Offer(entryAt(n, "source"))
	}
	return g
}

func joined(g *Group, slots int) *Consumer {
	c := NewConsumer(slots, "", "", "")
	g.Join(c)
	return c
}

// handed lets the group hand out what it can and gives what a consumer got.
func handed(g *Group, c *Consumer, now time.Time) []int {
	for _, more := g.Next(now); more; _, more = g.Next(now) {
	}
	var places []int
	for _, delivery := range g.Take(c, 1_000, now) {
		places = append(places, int(delivery.Place))
	}
	return places
}

func expect(t *testing.T, what string, got []int, want ...int) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, expected %v", what, got, want)
	}
}

func ids(numbers ...int) []uuid.UUID {
	list := make([]uuid.UUID, len(numbers))
	for i, n := range numbers {
		list[i] = idOf(n)
	}
	return list
}

func TestNoMoreThanItsSlots(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 5)
	c := joined(g, 2)
	expect(t, "at first", handed(g, c, at(0)), 0, 1)
	expect(t, "while both are unacknowledged", handed(g, c, at(0)))
	g.Ack(c, ids(0), at(0))
	expect(t, "after one acknowledgement", handed(g, c, at(0)), 2)
}

func TestRoundRobinTakesTurns(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 6)
	a, b := joined(g, 10), joined(g, 1)
	expect(t, "the first", handed(g, a, at(0)), 0, 2, 3, 4, 5)
	expect(t, "the second, who has one slot", handed(g, b, at(0)), 1)
}

func TestDispatchToSingleFillsTheFirst(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.Strategy = DispatchToSingle
	g := grouped(settings, 6)
	a, b := joined(g, 4), joined(g, 10)
	expect(t, "the first", handed(g, a, at(0)), 0, 1, 2, 3)
	expect(t, "the second gets the rest", handed(g, b, at(0)), 4, 5)
}

func TestPinnedKeepsAStreamWithItsConsumer(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.Strategy = Pinned
	settings.HistoryBuffer = 1_000
	g := NewGroup(settings, -1, 0, beginning)
	streamOf := func(n int) string { return fmt.Sprint("account-", n%50) }
	for n := range 500 {
		g.Offer(entryAt(n, streamOf(n)))
	}
	consumers := []*Consumer{joined(g, 1_000), joined(g, 1_000), joined(g, 1_000)}
	owner := map[string]int{}
	for i, c := range consumers {
		got := handed(g, c, at(0))
		if len(got) < 50 {
			t.Errorf("consumer %d got %d of 500 events", i, len(got))
		}
		for _, n := range got {
			if other, known := owner[streamOf(n)]; known && other != i {
				t.Errorf("stream %s went to consumers %d and %d", streamOf(n), other, i)
			}
			owner[streamOf(n)] = i
		}
	}
}

func TestPinnedConsumerThatIsFullHoldsOnlyItsOwnStreamsUp(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.Strategy = Pinned
	g := NewGroup(settings, -1, 0, beginning)
	a, b := joined(g, 1), joined(g, 100)
	number := 0
	ownerOf := func(stream string) *Consumer {
		m := &message{entry: entryAt(0, stream)}
		return highest(hashOf(streamKey(m))%buckets, []*Consumer{a, b})
	}
	for i := range 40 {
		stream := fmt.Sprint("account-", i)
		g.Offer(entryAt(number, stream))
		number++
	}
	mine := 0
	for i := range 40 {
		if ownerOf(fmt.Sprint("account-", i)) == b {
			mine++
		}
	}
	if got := handed(g, b, at(0)); len(got) != mine || mine == 0 || mine == 40 {
		t.Errorf("the free consumer got %d events of its %d", len(got), mine)
	}
	if got := handed(g, a, at(0)); len(got) != 1 {
		t.Errorf("the consumer with one slot got %v", got)
	}
}

func TestPinnedStreamMovesOnlyWhenNothingOfItIsHeld(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.Strategy = Pinned
	g := NewGroup(settings, -1, 0, beginning)
	a := joined(g, 10)
	for n := range 20 {
		g.Offer(entryAt(2*n, fmt.Sprint("account-", n)))
	}
	first := len(handed(g, a, at(0)))
	b := joined(g, 100)
	for n := range 10 { // of streams that a holds events of
		g.Offer(entryAt(100+n, fmt.Sprint("account-", n)))
	}
	if got := handed(g, b, at(0)); first != 10 || slices.ContainsFunc(got, func(n int) bool { return n >= 100 }) {
		t.Errorf("the newcomer got %v while the first still holds %d events", got, first)
	}
}

func TestPinnedByCorrelation(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.Strategy = PinnedByCorrelation
	settings.HistoryBuffer = 1_000
	g := NewGroup(settings, -1, 0, beginning)
	correlationOf := func(n int) int { return n % 30 }
	for n := range 300 {
		entry := entryAt(n, fmt.Sprint("account-", n))
		entry.Original.Metadata = fmt.Appendf(nil, `{"$correlationId":"c-%d"}`, correlationOf(n))
		g.Offer(entry)
	}
	owner := map[int]*Consumer{}
	for _, c := range []*Consumer{joined(g, 1_000), joined(g, 1_000)} {
		for _, n := range handed(g, c, at(0)) {
			if other := owner[correlationOf(n)]; other != nil && other != c {
				t.Fatalf("correlation %d went to two consumers", correlationOf(n))
			}
			owner[correlationOf(n)] = c
		}
	}
	if len(owner) != 30 {
		t.Errorf("%d of 30 correlations were handed out", len(owner))
	}
}

func TestNack(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 5)
	c := joined(g, 5)
	expect(t, "at first", handed(g, c, at(0)), 0, 1, 2, 3, 4)
	g.Nack(c, ids(0), Park, "broken", at(time.Second))
	g.Nack(c, ids(1), Skip, "", at(time.Second))
	g.Nack(c, ids(3), Undecided, "", at(time.Second))
	g.Nack(c, ids(2), Retry, "", at(time.Second))
	expect(t, "again, in their order", handed(g, c, at(time.Second)), 2, 3)
	parkings := g.Parking(10, uuid.New)
	if len(parkings) != 1 || parkings[0].Entry.Place != 0 || parkings[0].Reason != "Client explicitly NAK'ed message.\nbroken" || parkings[0].At != at(time.Second) {
		t.Errorf("to be parked: %+v", parkings)
	}
	if again := g.Parking(10, uuid.New); again[0].ID != parkings[0].ID {
		t.Error("a second try to park has another id")
	}
}

func TestParkedAfterMaxRetries(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 1)
	c := joined(g, 5)
	for try := range 3 {
		expect(t, fmt.Sprint("try ", try), handed(g, c, at(0)), 0)
		g.Nack(c, ids(0), Retry, "no luck", at(0))
	}
	expect(t, "after the last", handed(g, c, at(0)))
	if parkings := g.Parking(10, uuid.New); len(parkings) != 1 || parkings[0].Reason != "Reached retry count of 2" {
		t.Errorf("to be parked: %+v", parkings)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 1)
	c, other := joined(g, 5), joined(g, 5)
	expect(t, "at first", handed(g, c, at(0)), 0)
	if deadline, any := g.Deadline(false); !any || deadline != at(30*time.Second) {
		t.Errorf("the deadline is %v", deadline)
	}
	g.Expire(at(29 * time.Second))
	expect(t, "before", handed(g, other, at(29*time.Second)))
	g.Expire(at(30 * time.Second))
	expect(t, "after", handed(g, other, at(30*time.Second)), 0)
	g.Ack(c, ids(0), at(31*time.Second))
	if place, _ := g.safe(); place != -1 {
		t.Errorf("an acknowledgement of an event that another has now counts: %d", place)
	}
	g.Ack(other, ids(0), at(31*time.Second))
	if place, _ := g.safe(); place != 0 {
		t.Errorf("after the acknowledgement a restart resumes after %d", place)
	}
}

func TestLateAcknowledgement(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 1)
	c := joined(g, 1)
	expect(t, "at first", handed(g, c, at(0)), 0)
	g.Expire(at(time.Minute))
	g.Ack(c, ids(0), at(time.Minute))
	expect(t, "after the late acknowledgement", handed(g, c, at(time.Minute)))
	if place, _ := g.safe(); place != 0 {
		t.Errorf("a restart resumes after %d", place)
	}
}

func TestNoTimeout(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.MessageTimeout = 0
	g := grouped(settings, 1)
	c := joined(g, 5)
	expect(t, "at first", handed(g, c, at(0)), 0)
	if deadline, any := g.Deadline(false); any {
		t.Errorf("there is a deadline: %v", deadline)
	}
	g.Expire(at(1_000 * time.Hour))
	expect(t, "long after", handed(g, c, at(1_000*time.Hour)))
}

func TestConsumerThatDoesNotRead(t *testing.T) {
	t.Parallel()
	settings := usual()
	settings.MessageTimeout = time.Millisecond
	g := grouped(settings, 1)
	deaf := joined(g, 5)
	if _, more := g.Next(at(0)); !more {
		t.Fatal("nothing was handed out")
	}
	reading := joined(g, 5)
	for round := 1; ; round++ {
		if round > 3 {
			t.Fatal("the event stays with a consumer that does not read")
		}
		now := at(time.Duration(round) * graceUntaken)
		g.Expire(now)
		deliveries := []Delivery{}
		for _, more := g.Next(now); more; _, more = g.Next(now) {
		}
		deliveries = append(deliveries, g.Take(reading, 10, now)...)
		if len(deliveries) == 0 {
			continue
		}
		if deliveries[0].Retries != 0 {
			t.Errorf("what was never read counts as tried %d times", deliveries[0].Retries)
		}
		break
	}
	if deaf.queue.Len() != 0 {
		t.Errorf("%d events are left in the queue", deaf.queue.Len())
	}
}

func TestLostConsumer(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 4)
	lost := joined(g, 3)
	expect(t, "at first", handed(g, lost, at(0)), 0, 1, 2)
	g.Ack(lost, ids(1), at(0))
	if _, more := g.Next(at(0)); !more {
		t.Fatal("nothing was handed out")
	}
	other := joined(g, 10)
	g.Leave(lost, at(0))
	for _, more := g.Next(at(0)); more; _, more = g.Next(at(0)) {
	}
	for _, delivery := range g.Take(other, 10, at(0)) {
		wanted := 1
		if delivery.Place == 3 {
			wanted = 0 // was never read
		}
		if delivery.Retries != wanted {
			t.Errorf("event %d comes as retry %d", delivery.Place, delivery.Retries)
		}
	}
	if other.free() != 7 {
		t.Errorf("the other consumer has %d free slots", other.free())
	}
}

func TestCheckpoint(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 20)
	c := joined(g, 20)
	handed(g, c, at(0))
	due := func(now time.Time) int {
		if mark, due := g.Checkpoint(now, false); due {
			return int(mark.Place)
		}
		return -1
	}
	g.Ack(c, ids(1, 2, 3, 4, 5, 6), at(0))
	if got := due(at(time.Hour)); got != -1 {
		t.Errorf("checkpoint %d passes an event that is not processed", got)
	}
	g.Ack(c, ids(0), at(0))
	if got := due(at(0)); got != 6 {
		t.Errorf("with more than the maximum processed the checkpoint is %d", got)
	}
	mark, _ := g.Checkpoint(at(0), false)
	g.Checkpointed(mark, at(0))
	g.Ack(c, ids(7, 8), at(0))
	if got := due(at(time.Second)); got != -1 {
		t.Errorf("before its time the checkpoint is %d", got)
	}
	if deadline, any := g.Deadline(false); !any || deadline != at(2*time.Second) {
		t.Errorf("the deadline is %v", deadline)
	}
	if got := due(at(2 * time.Second)); got != 8 {
		t.Errorf("at its time the checkpoint is %d", got)
	}
	mark, _ = g.Checkpoint(at(2*time.Second), false)
	g.Checkpointed(mark, at(2*time.Second))
	g.Ack(c, ids(9), at(0))
	if got := due(at(time.Hour)); got != -1 {
		t.Errorf("with less than the minimum processed the checkpoint is %d", got)
	}
	if mark, due := g.Checkpoint(at(time.Hour), true); !due || mark.Place != 9 {
		t.Errorf("at the end the checkpoint is %+v", mark)
	}
}

func TestCheckpointPassesWhatTheFilterDrops(t *testing.T) {
	t.Parallel()
	g := NewGroup(usual(), 0, 0, beginning)
	for n := range 10 {
		g.Pass(Place(n+1), true)
	}
	if mark, due := g.Checkpoint(at(0), false); !due || mark.Place != 10 {
		t.Errorf("the checkpoint is %+v", mark)
	}
	g = NewGroup(usual(), 0, 0, beginning)
	for n := range 10_000 {
		g.Pass(Place(n+1), false)
	}
	if mark, due := g.Checkpoint(at(time.Hour), true); due {
		t.Errorf("subscriptions' own events lead to checkpoint %+v: it would never end", mark)
	}
}

func TestReplayComesBeforeNewEvents(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 2)
	for n := range 3 {
		g.OfferParked(entryAt(100+n, "parked"))
	}
	c := joined(g, 3)
	expect(t, "first", handed(g, c, at(0)), 100, 101, 102)
	g.Ack(c, ids(101, 102), at(0))
	if to, due := g.Truncation(103, false); due {
		t.Errorf("parked events before %d would be let go, one of them is not processed", to)
	}
	g.Ack(c, ids(100), at(0))
	if to, due := g.Truncation(103, false); !due || to != 103 {
		t.Errorf("parked events before %d would be let go", to)
	}
	expect(t, "then", handed(g, c, at(0)), 0, 1)
}

func TestRestIsReadAgain(t *testing.T) {
	t.Parallel()
	g := grouped(usual(), 10)
	c := joined(g, 4)
	expect(t, "at first", handed(g, c, at(0)), 0, 1, 2, 3)
	g.Leave(c, at(0))
	g.Rest()
	if g.Examined() != 3 || g.ahead.Len() != 0 || g.retry.Len() != 4 {
		t.Errorf("it reads on after %d, with %d ahead and %d to be tried again", g.Examined(), g.ahead.Len(), g.retry.Len())
	}
	for n := 4; n < 10; n++ {
		g.Offer(entryAt(n, "source"))
	}
	c = joined(g, 100)
	expect(t, "afterwards", handed(g, c, at(0)), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
}

func TestSameIDTwice(t *testing.T) {
	t.Parallel()
	g := NewGroup(usual(), 0, 0, beginning)
	first, second := entryAt(7, "one"), entryAt(7, "two")
	first.Place, second.Place = 1, 2
	g.Offer(first)
	g.Offer(second)
	c := joined(g, 10)
	expect(t, "at first", handed(g, c, at(0)), 1)
	g.Ack(c, ids(7), at(0))
	expect(t, "then", handed(g, c, at(0)), 2)
}

func TestBoundedMemory(t *testing.T) {
	t.Parallel()
	g := NewGroup(usual(), -1, 0, beginning)
	large := make([]byte, 1<<20)
	count := 0
	for ; g.Room(); count++ {
		entry := entryAt(count, "source")
		entry.Original.Data = large
		g.Offer(entry)
	}
	if count > 17 {
		t.Errorf("%d events of a MiB were read ahead", count)
	}
	c := NewConsumer(1<<30, "", "", "")
	if c.slots > maxSlots {
		t.Errorf("a consumer may hold %d events", c.slots)
	}
	g.Join(c)
	handed(g, c, at(0))
	if g.Room() {
		t.Error("events that were handed out do not count")
	}
}

// TestGroupLosesNothing does anything in any order and looks whether the group
// keeps its promises.
func TestGroupLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		settings := usual()
		settings.Strategy = rapid.SampledFrom([]Strategy{RoundRobin, DispatchToSingle, Pinned}).Draw(t, "strategy")
		settings.MaxRetries = rapid.IntRange(0, 3).Draw(t, "retries")
		w := &world{t: t, group: NewGroup(settings, -1, 0, beginning), now: beginning,
			done: map[Place]bool{}, parkedPlaces: map[Place]bool{}, seen: map[Place]int{}}
		t.Repeat(map[string]func(*rapid.T){
			"offer": w.offer, "join": w.join, "leave": w.leave, "take": w.take,
			"ack": w.ack, "nack": w.nack, "pass time": w.passTime, "write": w.write, "": w.check,
		})
		w.drain()
	})
}

// world is a group and what a witness knows of it.
type world struct {
	t            *rapid.T
	group        *Group
	now          time.Time
	source       int // events there are
	consumers    []*Consumer
	done         map[Place]bool // processed or skipped
	parkedPlaces map[Place]bool
	seen         map[Place]int
	checkpoint   Place
}

func (w *world) offer(t *rapid.T) {
	if w.group.Room() {
		n := int(w.group.Examined()) + 1
		w.source = max(w.source, n+1)
		w.group.Offer(entryAt(n, fmt.Sprint("account-", n%3)))
	}
}

func (w *world) join(t *rapid.T) {
	if len(w.consumers) < 3 {
		w.consumers = append(w.consumers, joined(w.group, rapid.IntRange(1, 4).Draw(t, "slots")))
	}
}

func (w *world) any(t *rapid.T) *Consumer {
	if len(w.consumers) == 0 {
		t.Skip("nobody is there")
	}
	return rapid.SampledFrom(w.consumers).Draw(t, "consumer")
}

func (w *world) leave(t *rapid.T) {
	c := w.any(t)
	w.consumers = slices.DeleteFunc(w.consumers, func(other *Consumer) bool { return other == c })
	w.group.Leave(c, w.now)
	if len(w.consumers) == 0 {
		w.group.Rest()
	}
}

func (w *world) take(t *rapid.T) {
	c := w.any(t)
	for _, more := w.group.Next(w.now); more; _, more = w.group.Next(w.now) {
	}
	for _, delivery := range w.group.Take(c, rapid.IntRange(1, 3).Draw(t, "limit"), w.now) {
		if w.done[delivery.Place] || w.parkedPlaces[delivery.Place] {
			t.Fatalf("event %d comes again though it has been dealt with", delivery.Place)
		}
		w.seen[delivery.Place]++
	}
}

// one gives an event that a consumer has read.
func (w *world) one(t *rapid.T) (*Consumer, Place) {
	c := w.any(t)
	var places []Place
	for _, m := range c.held {
		if m.queued == nil {
			places = append(places, m.entry.Place)
		}
	}
	if len(places) == 0 {
		t.Skip("it has nothing")
	}
	slices.Sort(places)
	return c, rapid.SampledFrom(places).Draw(t, "event")
}

func (w *world) ack(t *rapid.T) {
	c, place := w.one(t)
	w.group.Ack(c, ids(int(place)), w.now)
	w.done[place] = true
}

func (w *world) nack(t *rapid.T) {
	c, place := w.one(t)
	action := rapid.SampledFrom([]Action{Undecided, Park, Retry, Skip, Stop}).Draw(t, "action")
	w.group.Nack(c, ids(int(place)), action, "", w.now)
	if action == Skip {
		w.done[place] = true
	}
}

func (w *world) passTime(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
	w.group.Expire(w.now)
}

func (w *world) write(t *rapid.T) {
	parkings := w.group.Parking(2, uuid.New)
	for _, parking := range parkings {
		w.parkedPlaces[parking.Entry.Place] = true
	}
	w.group.Parked(len(parkings))
	if mark, due := w.group.Checkpoint(w.now, rapid.Bool().Draw(t, "force")); due {
		w.group.Checkpointed(mark, w.now)
		w.checkpoint = mark.Place
		for place := range mark.Place + 1 {
			if !w.done[place] && !w.parkedPlaces[place] {
				t.Fatalf("checkpoint %d passes event %d", mark.Place, place)
			}
		}
	}
}

func (w *world) check(t *rapid.T) {
	held, bytes := 0, 0
	for _, c := range w.group.consumers {
		if c.free() < 0 {
			t.Fatalf("a consumer with %d slots holds %d events", c.slots, len(c.held))
		}
		held += len(c.held)
	}
	if held != w.group.inFlight {
		t.Fatalf("%d events are in flight, the group counts %d", held, w.group.inFlight)
	}
	for element := w.group.unfinished.Front(); element != nil; element = element.Next() {
		bytes += element.Value.(*message).bytes
	}
	if bytes != w.group.bytes {
		t.Fatalf("the group holds %d bytes and counts %d", bytes, w.group.bytes)
	}
}

// drain lets a last consumer acknowledge everything that is left.
func (w *world) drain() {
	for _, c := range w.consumers {
		w.group.Leave(c, w.now)
	}
	w.group.Rest()
	for n := int(w.group.Examined()) + 1; n < w.source; n++ {
		w.group.Offer(entryAt(n, fmt.Sprint("account-", n%3)))
	}
	c := joined(w.group, 2)
	for {
		w.group.Expire(w.now)
		parkings := w.group.Parking(100, uuid.New)
		for _, parking := range parkings {
			w.parkedPlaces[parking.Entry.Place] = true
		}
		w.group.Parked(len(parkings))
		got := handed(w.group, c, w.now)
		for _, n := range got {
			if w.done[Place(n)] {
				w.t.Fatalf("event %d comes again though it was processed", n)
			}
			w.done[Place(n)] = true
		}
		w.group.Ack(c, ids(got...), w.now)
		if len(got) == 0 {
			break
		}
	}
	for n := range w.source {
		if !w.done[Place(n)] && !w.parkedPlaces[Place(n)] {
			w.t.Fatalf("event %d was lost", n)
		}
	}
	if w.group.bytes != 0 || w.group.unfinished.Len() != 0 {
		w.t.Fatalf("%d bytes of %d events are left", w.group.bytes, w.group.unfinished.Len())
	}
}
