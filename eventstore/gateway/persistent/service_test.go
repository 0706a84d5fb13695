package persistent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/memory"
)

// bench is a store with a Service, inside a bubble of its own time.
type bench struct {
	*testing.T
	store   eventstore.Store
	service *Service
}

var group1 = Name{Source: "account-1", Group: "group"}

func inBubble(t *testing.T, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, store: memory.New()}
		b.service = New(Config{Store: b.store})
		test(b)
		if err := b.service.Close(); err != nil {
			t.Error(err)
		}
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// restart begins again from the store; a crash forgets what was not written.
func (b *bench) restart(crash bool) {
	b.Helper()
	if crash {
		// What ends without writing leaves the store as a killed process does.
		for _, subscription := range b.service.all() {
			subscription.stop(context.Background(), ErrClosed, false)
		}
	}
	b.ok(b.service.Close())
	b.service = New(Config{Store: b.store})
}

func (b *bench) append(stream eventstore.Stream, count int) []uuid.UUID {
	b.Helper()
	var list []uuid.UUID
	for range count {
		event := eventstore.NewEvent{ID: uuid.New(), Type: "happened", Data: []byte(`{}`)}
		_, err := b.store.Append(b.Context(), eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{event}})
		b.ok(err)
		list = append(list, event.ID)
	}
	return list
}

func (b *bench) create(name Name, change ...func(*Settings)) {
	b.Helper()
	settings := usual()
	for _, c := range change {
		c(&settings)
	}
	b.ok(b.service.Create(b.Context(), name, settings))
}

func (b *bench) connect(name Name, slots int) *Session {
	b.Helper()
	session, err := b.service.Connect(b.Context(), name, NewConsumer(slots, "here", "somebody", "test"))
	b.ok(err)
	return session
}

// consuming makes a group over that many events and connects a consumer.
func (b *bench) consuming(count, slots int) *Session {
	b.Helper()
	b.append("account-1", count)
	b.create(group1)
	return b.connect(group1, slots)
}

// parking makes a group over that many events and a consumer who parks them all.
func (b *bench) parking(count int, change ...func(*Settings)) *Session {
	b.Helper()
	b.append("account-1", count)
	b.create(group1, change...)
	session := b.connect(group1, 1_000)
	session.Nack(idsOf(b.receive(session)), Park, "")
	synctest.Wait()
	return session
}

// parked sees that so many events are parked.
func (b *bench) parked(want int64) {
	b.Helper()
	if count := b.info(group1).Parked; count != want {
		b.Errorf("%d are parked, want %d", count, want)
	}
}

// receive gives what comes until nothing more does.
func (b *bench) receive(session *Session) []Delivery {
	b.Helper()
	var list []Delivery
	for {
		synctest.Wait()
		more, err := session.take()
		b.ok(err)
		if len(more) == 0 {
			return list
		}
		list = append(list, more...)
	}
}

func (b *bench) info(name Name) Statistics {
	b.Helper()
	statistics, err := b.service.Info(b.Context(), name)
	b.ok(err)
	return statistics
}

func (b *bench) read(stream eventstore.Stream) []eventstore.Event {
	b.Helper()
	var list []eventstore.Event
	for event, err := range b.store.ReadStream(b.Context(), eventstore.StreamQuery{Stream: stream}) {
		b.ok(err)
		list = append(list, event)
	}
	return list
}

func idsOf(deliveries []Delivery) []uuid.UUID {
	var list []uuid.UUID
	for _, delivery := range deliveries {
		list = append(list, delivery.Original.ID)
	}
	return list
}

func revisionsOf(deliveries []Delivery) []int {
	var list []int
	for _, delivery := range deliveries {
		list = append(list, int(delivery.Original.Revision))
	}
	return list
}

func TestCatchUpThenLive(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.consuming(3, 10)
		got := b.receive(session)
		expect(t, "what was there", revisionsOf(got), 0, 1, 2)
		session.Ack(idsOf(got))
		b.append("account-2", 1)
		b.append("account-1", 2)
		expect(t, "what comes", revisionsOf(b.receive(session)), 3, 4)
	})
}

func TestStartAtTheEndMeansTheEndThen(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 3)
		b.create(group1, func(s *Settings) { s.Start = Start{End: true} })
		b.append("account-1", 2)
		b.restart(true)
		expect(t, "what was appended since it was made", revisionsOf(b.receive(b.connect(group1, 10))), 3, 4)
		if text := b.info(group1).Settings.Start.Text(group1.Source); text != "-1" {
			t.Errorf("it started from %s", text)
		}
	})
}

// TestAnUpdateDoesNotMoveTheStart: what came since a subscription was made at the
// end still comes.
func TestAnUpdateDoesNotMoveTheStart(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 3)
		b.create(group1, func(s *Settings) { s.Start = Start{End: true} })
		b.append("account-1", 2)
		b.ok(b.service.Update(b.Context(), group1, withSevenRetries))
		expect(t, "what was appended since it was made", revisionsOf(b.receive(b.connect(group1, 10))), 3, 4)
		b.ok(b.service.Update(b.Context(), group1, func(s Settings) Settings {
			s.Start = Start{Place: 1}
			return s
		}))
		expect(t, "from another start", revisionsOf(b.receive(b.connect(group1, 10))), 1, 2, 3, 4)
	})
}

func TestStartBeyondTheEnd(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.create(group1, func(s *Settings) { s.Start = Start{Place: 2} })
		session := b.connect(group1, 10)
		b.append("account-1", 4)
		expect(t, "from the revision asked for", revisionsOf(b.receive(session)), 2, 3)
	})
}

func TestResumesWhereItWas(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.consuming(10, 10)
		got := b.receive(session)
		session.Ack(idsOf(got[:4]))
		session.Ack(idsOf(got[5:6]))
		b.restart(false)
		if _, err := session.take(); !errors.Is(err, ErrClosed) {
			t.Errorf("the consumer is told %v", err)
		}
		expect(t, "after the oldest that was not acknowledged", revisionsOf(b.receive(b.connect(group1, 10))), 4, 5, 6, 7, 8, 9)
	})
}

func TestCrashLosesNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 30)
		b.create(group1)
		processed := map[int]bool{}
		for life := range 5 {
			session := b.connect(group1, 4)
			for range 3 {
				got := b.receive(session)
				for _, revision := range revisionsOf(got) {
					processed[revision] = true
				}
				session.Ack(idsOf(got))
			}
			time.Sleep(time.Duration(life) * time.Second)
			synctest.Wait()
			b.restart(true)
		}
		if len(processed) != 30 {
			t.Errorf("%d of 30 events were processed", len(processed))
		}
		checkpoints := b.read(group1.checkpointStream())
		if len(checkpoints) == 0 || checkpoints[0].Type != checkpointType || !strings.HasPrefix(string(checkpoints[0].Data), `"`) {
			t.Errorf("the checkpoints are %+v", checkpoints)
		}
	})
}

func TestCheckpointAtItsTime(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.consuming(3, 10)
		session.Ack(idsOf(b.receive(session)))
		synctest.Wait()
		if got := len(b.read(group1.checkpointStream())); got != 0 {
			t.Errorf("%d checkpoints before their time", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		got := b.read(group1.checkpointStream())
		if len(got) != 1 || string(got[0].Data) != `"2"` {
			t.Errorf("the checkpoints are %+v", got)
		}
		if info := b.info(group1); info.Checkpoint != 2 || !info.HasCheckpoint {
			t.Errorf("the checkpoint is told as %d", info.Checkpoint)
		}
	})
}

func TestTimeoutHandsTheEventToAnother(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 1)
		b.create(group1)
		slow := b.connect(group1, 1)
		expect(t, "at first", revisionsOf(b.receive(slow)), 0)
		other := b.connect(group1, 1)
		time.Sleep(30 * time.Second)
		got := b.receive(other)
		expect(t, "when it timed out", revisionsOf(got), 0)
		if got[0].Retries != 1 {
			t.Errorf("it is retry %d", got[0].Retries)
		}
	})
}

func TestParkAndReplay(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		appended := b.append("account-1", 3)
		b.create(group1)
		session := b.connect(group1, 10)
		got := b.receive(session)
		session.Nack(idsOf(got[:2]), Park, "cannot be booked")
		session.Ack(idsOf(got[2:]))
		synctest.Wait()
		parked := b.read(group1.parkedStream())
		if len(parked) != 2 || parked[0].Type != "$>" || string(parked[1].Data) != "1@account-1" ||
			!bytes.Contains(parked[0].Metadata, []byte(`"reason":"Client explicitly NAK'ed message.\ncannot be booked"`)) {
			t.Fatalf("parked: %+v", parked)
		}
		b.parked(2)
		b.ok(b.service.Replay(b.Context(), group1, 0))
		again := b.receive(session)
		if len(again) != 2 || again[0].Target == nil || again[0].Target.ID != appended[0] || again[0].Original.ID != parked[0].ID {
			t.Fatalf("replayed: %+v", again)
		}
		b.parked(0)
		session.Ack(idsOf(again[:1]))
		session.Nack(idsOf(again[1:]), Park, "still not")
		synctest.Wait()
		parked = b.read(group1.parkedStream())
		if len(parked) != 3 || string(parked[2].Data) != "1@account-1" {
			t.Fatalf("parked again: %+v", parked)
		}
		b.restart(true)
		b.parked(1)
	})
}

func TestReplayStopsWhereItIsTold(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.parking(5)
		b.ok(b.service.Replay(b.Context(), group1, 2))
		if got := len(b.receive(session)); got != 2 {
			t.Errorf("%d were replayed", got)
		}
		b.parked(3)
	})
}

func TestReplayPassesOverWhatIsGone(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.service = New(Config{Store: b.store, Find: func(context.Context, eventstore.Stream, eventstore.Revision) (eventstore.Event, bool, error) {
			return eventstore.Event{}, false, nil
		}})
		session := b.parking(2)
		b.ok(b.service.Replay(b.Context(), group1, 0))
		if got := b.receive(session); len(got) != 0 {
			t.Errorf("links to nothing are handed out: %+v", got)
		}
		if end, err := b.service.records.end(b.Context(), group1.parkedStream()); err != nil || end.tb != 2 {
			t.Errorf("$tb is %d (%v)", end.tb, err)
		}
	})
}

func TestCrashDuringReplayKeepsWhatIsParked(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.parking(5)
		b.ok(b.service.Replay(b.Context(), group1, 0))
		if got := len(b.receive(session)); got != 5 {
			t.Fatalf("%d were replayed", got)
		}
		b.restart(true)
		b.parked(5)
	})
}

func TestReplayOfMoreThanIsKeptInMemory(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.parking(700, func(s *Settings) { s.HistoryBuffer, s.LiveBuffer = 10, 10 })
		session.Close()
		session = b.connect(group1, 5)
		b.ok(b.service.Replay(b.Context(), group1, 0))
		count := 0
		for {
			got := b.receive(session)
			if len(got) == 0 {
				break
			}
			if len(got) > 5 {
				t.Fatalf("%d at once", len(got))
			}
			count += len(got)
			session.Ack(idsOf(got))
		}
		synctest.Wait()
		end, err := b.service.records.end(b.Context(), group1.parkedStream())
		b.ok(err)
		if count != 700 || end.tb != 700 {
			t.Errorf("%d were replayed, $tb is %d", count, end.tb)
		}
	})
}

func TestStopDropsTheConsumer(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 1)
		b.create(group1)
		session, other := b.connect(group1, 1), b.connect(group1, 1)
		got := b.receive(session)
		session.Nack(idsOf(got), Stop, "")
		if _, err := session.Receive(b.Context()); !errors.Is(err, ErrDropped) {
			t.Errorf("it is told %v", err)
		}
		expect(t, "the other consumer", revisionsOf(b.receive(other)), 0)
	})
}

func TestMaxSubscribers(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.create(group1, func(s *Settings) { s.MaxSubscribers = 1 })
		first := b.connect(group1, 1)
		var full *FullError
		if _, err := b.service.Connect(b.Context(), group1, NewConsumer(1, "", "", "")); !errors.As(err, &full) {
			t.Errorf("a second consumer gets %v", err)
		}
		first.Close()
		b.connect(group1, 1)
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		session := b.consuming(6, 10)
		got := b.receive(session)
		session.Ack(idsOf(got[:5]))
		session.Nack(idsOf(got[5:]), Park, "")
		synctest.Wait()
		b.ok(b.service.Delete(b.Context(), group1))
		if _, err := session.Receive(b.Context()); !errors.Is(err, ErrDropped) {
			t.Errorf("the consumer is told %v", err)
		}
		var missing *NotFoundError
		if _, err := b.service.Connect(b.Context(), group1, NewConsumer(1, "", "", "")); !errors.As(err, &missing) {
			t.Errorf("a consumer that comes later is told %v", err)
		}
		b.restart(true)
		b.create(group1)
		if info := b.info(group1); info.Parked != 0 || info.HasCheckpoint {
			t.Errorf("one made anew knows of the old one: %+v", info)
		}
		session = b.connect(group1, 10)
		got = b.receive(session)
		expect(t, "one made anew", revisionsOf(got), 0, 1, 2, 3, 4, 5)
		session.Nack(idsOf(got[:1]), Park, "")
		session.Ack(idsOf(got[1:]))
		synctest.Wait()
		b.restart(false)
		if info := b.info(group1); info.Parked != 1 || info.Checkpoint != 5 {
			t.Errorf("%d are parked and the checkpoint is %d", info.Parked, info.Checkpoint)
		}
	})
}

// TestADeletionThatWasCutOffIsForgotten: one made anew under the same name knows
// nothing of the old one, although its progress was never let go.
func TestADeletionThatWasCutOffIsForgotten(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		store := &failing{Store: b.store}
		b.service = New(Config{Store: store})
		session := b.consuming(6, 10)
		got := b.receive(session)
		session.Ack(idsOf(got[:5]))
		session.Nack(idsOf(got[5:]), Park, "")
		time.Sleep(time.Minute)
		synctest.Wait()
		if info := b.info(group1); info.Parked != 1 || !info.HasCheckpoint {
			t.Fatalf("before the deletion: %+v", info)
		}
		store.only = metaPrefix
		store.down.Store(true)
		if err := b.service.Delete(b.Context(), group1); !errors.Is(err, errDown) {
			t.Errorf("the deletion gives %v", err)
		}
		store.down.Store(false)
		b.create(group1)
		if info := b.info(group1); info.Parked != 0 || info.HasCheckpoint {
			t.Errorf("one made anew knows of the old one: %+v", info)
		}
		expect(t, "one made anew", revisionsOf(b.receive(b.connect(group1, 10))), 0, 1, 2, 3, 4, 5)
	})
}

// goesOn sees that whatever is done to a subscription drops its consumers, and
// that it goes on where it was.
func (b *bench) goesOn(done func() error) {
	b.Helper()
	session := b.consuming(3, 10)
	session.Ack(idsOf(b.receive(session)[:1]))
	b.ok(done())
	if _, err := session.Receive(b.Context()); !errors.Is(err, ErrDropped) {
		b.Errorf("the consumer is told %v", err)
	}
	expect(b.T, "afterwards", revisionsOf(b.receive(b.connect(group1, 10))), 1, 2)
}

func withSevenRetries(s Settings) Settings {
	s.MaxRetries = 7
	return s
}

func TestUpdateDropsConsumersAndGoesOn(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.goesOn(func() error { return b.service.Update(b.Context(), group1, withSevenRetries) })
		b.restart(true)
		if retries := b.info(group1).Settings.MaxRetries; retries != 7 {
			t.Errorf("the retries are %d", retries)
		}
	})
}

func TestRestartDropsConsumersAndGoesOn(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.goesOn(func() error { return b.service.Restart(b.Context()) })
	})
}

func TestExistingAndMissing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.create(group1)
		var exists *ExistsError
		if err := b.service.Create(b.Context(), group1, usual()); !errors.As(err, &exists) {
			t.Errorf("a second one gets %v", err)
		}
		var missing *NotFoundError
		other := Name{Source: "account-1", Group: "other"}
		same := func(s Settings) Settings { return s }
		for what, err := range map[string]error{
			"update": b.service.Update(b.Context(), other, same), "delete": b.service.Delete(b.Context(), other),
			"replay": b.service.Replay(b.Context(), other, 0),
		} {
			if !errors.As(err, &missing) {
				t.Errorf("%s gets %v", what, err)
			}
		}
		if _, err := b.service.List(b.Context(), "account-2"); !errors.As(err, &missing) {
			t.Errorf("a list for a stream without any gets %v", err)
		}
	})
}

func TestNamesThatCannotBeToldApart(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.create(Name{Source: "a", Group: "b::c"})
		var invalid *InvalidError
		if err := b.service.Create(b.Context(), Name{Source: "a::b", Group: "c"}, usual()); !errors.As(err, &invalid) {
			t.Errorf("two subscriptions would share a checkpoint: %v", err)
		}
	})
}

func TestAnotherServiceSeesWhatIsMade(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		other := New(Config{Store: b.store})
		defer other.Close()
		if _, err := other.List(b.Context(), ""); err != nil {
			t.Fatal(err)
		}
		b.create(group1)
		if _, err := other.Info(b.Context(), group1); err != nil {
			t.Error(err)
		}
		b.ok(other.Create(b.Context(), Name{Source: "account-1", Group: "second"}, usual()))
		b.ok(b.service.Delete(b.Context(), Name{Source: "account-1", Group: "second"}))
	})
}

var all1 = Name{Source: All, Group: "group"}

func TestAllWithFilter(t *testing.T) {
	t.Parallel()
	for what, filter := range map[string]Filter{
		"prefix": {ByStream: true, Prefixes: []string{"customer-", "account-"}},
		"regex":  {ByStream: true, Regex: "^account-[0-9]+$"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(b *bench) {
				b.append("other-1", 5)
				b.create(all1, func(s *Settings) { s.Filter = filter })
				b.append("account-1", 1)
				b.append("other-1", 1)
				b.append("account-2", 1)
				b.restart(true)
				session := b.connect(all1, 10)
				got := b.receive(session)
				if len(got) != 2 || got[0].Original.Stream != "account-1" || got[1].Original.Stream != "account-2" {
					t.Fatalf("got %+v", got)
				}
				session.Ack(idsOf(got))
				b.restart(false)
				b.append("account-3", 1)
				got = b.receive(b.connect(all1, 10))
				if len(got) != 1 || got[0].Original.Stream != "account-3" {
					t.Fatalf("after a restart: %+v", got)
				}
			})
		})
	}
}

func TestSubscriptionsToAllDoNotFeedEachOther(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 50)
		var sessions []*Session
		for i := range 5 {
			name := Name{Source: All, Group: fmt.Sprint("group-", i)}
			b.create(name)
			sessions = append(sessions, b.connect(name, 100))
		}
		for range 3 {
			for _, session := range sessions {
				session.Ack(idsOf(b.receive(session)))
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		quiet, err := b.store.LastPosition(b.Context())
		b.ok(err)
		for range 60 {
			time.Sleep(time.Minute)
			for _, session := range sessions {
				session.Ack(idsOf(b.receive(session)))
			}
		}
		later, err := b.store.LastPosition(b.Context())
		b.ok(err)
		if later != quiet {
			t.Errorf("with nothing to do, %d events were written in an hour", later-quiet)
		}
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		appended := b.append("account-1", 2)
		for _, data := range []string{"1@account-1", "7@account-1", "nonsense"} {
			_, err := b.store.Append(b.Context(), eventstore.Append{Stream: "$ce-account", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{
				{ID: uuid.New(), Type: linkType, Data: []byte(data)},
			}})
			b.ok(err)
		}
		name := Name{Source: "$ce-account", Group: "resolving"}
		b.create(name, func(s *Settings) { s.ResolveLinks = true })
		got := b.receive(b.connect(name, 10))
		if len(got) != 3 || !got[0].IsLink || got[0].Target == nil || got[0].Target.ID != appended[1] {
			t.Fatalf("got %+v", got)
		}
		if !got[1].IsLink || got[1].Target != nil {
			t.Errorf("a link that leads nowhere is %+v", got[1])
		}
		if got[2].IsLink {
			t.Errorf("what is no link is %+v", got[2])
		}
		name.Group = "plain"
		b.create(name)
		for _, delivery := range b.receive(b.connect(name, 10)) {
			if delivery.IsLink || delivery.Original.Type != linkType {
				t.Errorf("without resolving: %+v", delivery)
			}
		}
	})
}

func TestStatistics(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 20)
		b.create(group1, func(s *Settings) { s.ExtraStatistics, s.Start = true, Start{Place: 1} })
		session := b.connect(group1, 5)
		got := b.receive(session)
		time.Sleep(10 * time.Second)
		session.Ack(idsOf(got[:2]))
		b.receive(session)
		info := b.info(group1)
		if info.Total != 7 || info.InFlight != 5 || info.LiveBuffer != 12 || info.LastKnown != 19 || info.Status != "Live" ||
			info.Checkpoint != 2 || !info.HasCheckpoint || info.SinceLast != 7 || len(info.Consumers) != 1 {
			t.Errorf("the statistics are %+v", info)
		}
		consumer := info.Consumers[0]
		if consumer.From != "here" || consumer.Username != "somebody" || consumer.Label != "test" ||
			consumer.Slots != 0 || consumer.InFlight != 5 || consumer.Total != 7 {
			t.Errorf("the consumer's are %+v", consumer)
		}
		if len(consumer.Measurements) != 14 || consumer.Measurements[0] != (Measurement{"Mean", 10_000}) {
			t.Errorf("its times are %+v", consumer.Measurements)
		}
		if again := b.info(group1); again.SinceLast != 0 || again.Total != 7 {
			t.Errorf("the second time: %+v", again)
		}
	})
}

// failing is a store that fails while it is told to.
type failing struct {
	eventstore.Store
	down atomic.Bool
	only string // how the names of the streams begin that cannot be written
}

var errDown = errors.New("the store is down")

func (f *failing) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if f.down.Load() && strings.HasPrefix(string(a.Stream), f.only) {
		return eventstore.Appended{}, errDown
	}
	return f.Store.Append(ctx, a)
}

func TestStoreThatFailsForAWhile(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		store := &failing{Store: b.store}
		b.service = New(Config{Store: store})
		session := b.consuming(20, 20)
		got := b.receive(session)
		store.down.Store(true)
		session.Nack(idsOf(got[:10]), Park, "")
		session.Ack(idsOf(got[10:]))
		time.Sleep(time.Minute)
		if err := b.service.Delete(b.Context(), group1); !errors.Is(err, errDown) {
			t.Errorf("a deletion meanwhile gives %v", err)
		}
		synctest.Wait()
		store.down.Store(false)
		time.Sleep(longestWait)
		synctest.Wait()
		if parked := len(b.read(group1.parkedStream())); parked != 10 {
			t.Errorf("%d are parked", parked)
		}
		if info := b.info(group1); info.Checkpoint != 19 {
			t.Errorf("the checkpoint is %d", info.Checkpoint)
		}
	})
}

// mute is a store that writes to one stream without saying so, once.
type mute struct {
	eventstore.Store
	stream eventstore.Stream
	once   atomic.Bool
}

func (m *mute) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	appended, err := m.Store.Append(ctx, a)
	if a.Stream == m.stream && m.once.CompareAndSwap(false, true) {
		return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: errDown}
	}
	return appended, err
}

// TestParkingIsRepeatedAsItWas: what the store may have taken is asked for again
// as it was, and what has come to be parked since comes after it.
func TestParkingIsRepeatedAsItWas(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.service = New(Config{Store: &mute{Store: b.store, stream: group1.parkedStream()}})
		session := b.consuming(3, 10)
		got := b.receive(session)
		session.Nack(idsOf(got[:1]), Park, "")
		synctest.Wait() // the first try has been made
		session.Nack(idsOf(got[1:]), Park, "")
		time.Sleep(time.Minute)
		synctest.Wait()
		if parked := b.read(group1.parkedStream()); len(parked) != 3 {
			t.Errorf("%d are parked", len(parked))
		}
		if info := b.info(group1); info.Parked != 3 || info.Checkpoint != 2 {
			t.Errorf("%d are parked and the checkpoint is %d", info.Parked, info.Checkpoint)
		}
	})
}

// counting is a store that counts the events read by subscriptions.
type counting struct {
	eventstore.Store
	read atomic.Int64
}

func (c *counting) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		for delivery, err := range c.Store.SubscribeStream(ctx, stream, after) {
			c.read.Add(1)
			if !yield(delivery, err) {
				return
			}
		}
	}
}

func TestConsumerThatNeverReadsIsNotReadFor(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		b.append("account-1", 5_000)
		b.create(group1, func(s *Settings) { s.HistoryBuffer, s.LiveBuffer = 50, 50 })
		store := &counting{Store: b.store}
		b.service = New(Config{Store: store})
		b.connect(group1, 10)
		time.Sleep(time.Hour)
		synctest.Wait()
		if read := store.read.Load(); read > 62 {
			t.Errorf("%d events were read", read)
		}
	})
}

func TestThousandSubscriptions(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bench) {
		const count = 1_000
		b.append("account-1", 3)
		var sessions []*Session
		for i := range count {
			name := Name{Source: "account-1", Group: fmt.Sprint("group-", i)}
			b.create(name)
			sessions = append(sessions, b.connect(name, 10))
		}
		for i, session := range sessions {
			got := b.receive(session)
			if len(got) != 3 {
				t.Fatalf("subscription %d got %d events", i, len(got))
			}
			session.Ack(idsOf(got))
		}
		b.restart(false)
		list, err := b.service.List(b.Context(), "account-1")
		b.ok(err)
		for _, statistics := range list {
			if statistics.Checkpoint != 2 {
				t.Fatalf("%s resumes after %d", statistics.Name.Group, statistics.Checkpoint)
			}
		}
		if len(list) != count {
			t.Errorf("%d of %d are left", len(list), count)
		}
	})
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*Settings){
		"strategy":        func(s *Settings) { s.Strategy = "Whoever" },
		"retries":         func(s *Settings) { s.MaxRetries = -1 },
		"subscribers":     func(s *Settings) { s.MaxSubscribers = -1 },
		"buffer":          func(s *Settings) { s.HistoryBuffer = -1 },
		"timeout":         func(s *Settings) { s.MessageTimeout = -time.Second },
		"long timeout":    func(s *Settings) { s.MessageTimeout = 1 << 62 },
		"start":           func(s *Settings) { s.Start.Place = -5 },
		"filter":          func(s *Settings) { s.Filter.Regex = "a" },
		"filter's regex":  func(s *Settings) { s.Filter.Regex = "(" },
		"filter too long": func(s *Settings) { s.Filter.Prefixes = []string{strings.Repeat("a", maxExpression+1)} },
	} {
		settings := usual()
		spoil(&settings)
		var invalid *InvalidError
		if err := settings.validate("account-1"); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, name := range []Name{{}, {Source: "a"}, {Group: "a"}, {Source: "a", Group: strings.Repeat("g", 500)}, {Source: "a\xff", Group: "g"}, {Source: "a", Group: "\x00"}} {
		var invalid *InvalidError
		if err := name.validate(); !errors.As(err, &invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
