package esdb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/waiting"
)

// eitherWay runs a test with appends that share a call, and with calls of their
// own.
func eitherWay(t *testing.T, test func(t *testing.T, options esdb.Options)) {
	for name, options := range map[string]esdb.Options{"shared": {}, "single": {SingleCalls: true}} {
		t.Run(name, func(t *testing.T) { test(t, options) })
	}
}

// journal is what the writers of a test believe, and what its subscribers saw.
type journal struct {
	mu           sync.Mutex
	acknowledged map[uuid.UUID]eventstore.Appended
}

func (j *journal) note(a eventstore.Append, appended eventstore.Appended) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, event := range a.Events {
		place := appended
		place.First += eventstore.Revision(i)
		j.acknowledged[event.ID] = place
	}
}

// check says what is wrong between what was acknowledged, what the ledger holds
// and what a subscriber was given: lost, twice, out of order, or elsewhere than
// the writer was told.
func (j *journal) check(ledger, seen []eventstore.Event) error {
	if err := storetest.CheckOrder(ledger, true); err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	if err := storetest.CheckOrder(seen, false); err != nil {
		return fmt.Errorf("the subscription: %w", err)
	}
	if len(seen) != len(ledger) {
		return fmt.Errorf("the subscriber saw %d events of %d", len(seen), len(ledger))
	}
	if len(ledger) != len(j.acknowledged) {
		return fmt.Errorf("the ledger holds %d events, %d were acknowledged", len(ledger), len(j.acknowledged))
	}
	for i, event := range ledger {
		told, known := j.acknowledged[event.ID]
		switch {
		case !seen[i].Equal(event) || seen[i].Position != event.Position:
			return fmt.Errorf("at position %d the subscriber saw %s, the ledger holds %s", event.Position, seen[i].ID, event.ID)
		case !known:
			return fmt.Errorf("the event at position %d was never acknowledged", event.Position)
		case told.First != event.Revision || told.Repeated:
			return fmt.Errorf("the writer of position %d was told %+v, it stands at revision %d", event.Position, told, event.Revision)
		}
	}
	return nil
}

// The connections are cut at any byte, many times, while writers append and
// subscribers follow. It is not parallel: it counts what is left running.
func TestNothingIsLostTwiceOrLeftRunningWhenConnectionsAreCut(t *testing.T) {
	before := running()
	eitherWay(t, func(t *testing.T, options esdb.Options) {
		const writers, turns = 8, 120
		inner := memory.New()
		h := serve(t, inner)
		h.network.cutAfter(func() int { return 1_500 + rand.IntN(20_000) })
		options.Patience = time.Minute
		store := h.open(t, options)
		watch := waiting.Over(t)
		ctx := watch.Context()
		total := 0
		for turn := range turns {
			total += writers * eventsOf(turn)
		}
		seen := make(chan []eventstore.Event, 1)
		go func() { seen <- follow(watch, t, store, total) }()
		j := journal{acknowledged: make(map[uuid.UUID]eventstore.Appended)}
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() { j.write(watch, t, store, writer, turns) })
		}
		group.Wait()
		events := waiting.From(watch, "the subscription to end", seen)
		if cuts := h.network.cuts.Load(); cuts < 20 {
			t.Errorf("the connections were cut %d times only: the test tests little", cuts)
		} else {
			t.Logf("cut %d times", cuts)
		}
		ledger, err := storetest.Collect(inner.ReadAll(ctx, eventstore.AllQuery{}))
		if err != nil {
			t.Fatal(err)
		}
		if err := j.check(ledger, events); err != nil {
			t.Error(err)
		}
		through, err := storetest.Collect(store.ReadAll(ctx, eventstore.AllQuery{}))
		if err == nil {
			err = j.check(ledger, through)
		}
		if err != nil {
			t.Errorf("reading: %v", err)
		}
	})
	allEndedSince(t, before)
}

func eventsOf(turn int) int { return 1 + turn%3 }

// write appends to a stream of the writer's own, with the revision it believes
// in, and every fourth turn to one that all share.
func (j *journal) write(watch *waiting.Watch, t *testing.T, store *esdb.Store, writer, turns int) {
	revision := eventstore.NoRevision
	for turn := range turns {
		a := eventstore.Append{
			Stream: eventstore.Stream(fmt.Sprintf("own-%d", writer)), Expected: eventstore.AtRevision(revision), Events: made(eventsOf(turn)),
		}
		if turn%4 == 3 {
			a.Stream, a.Expected = "shared", eventstore.AnyRevision
		}
		came := watch.Await("the answer to an append")
		appended, err := store.Append(watch.Context(), a)
		came()
		if err != nil {
			t.Errorf("writer %d: %v", writer, err)
			return
		}
		if a.Stream != "shared" {
			revision = appended.Last
		}
		j.note(a, appended)
	}
}

func made(count int) []eventstore.NewEvent {
	events := make([]eventstore.NewEvent, count)
	for i := range events {
		events[i] = eventstore.NewEvent{ID: uuid.New(), Type: "thing.happened", Data: []byte(`{"n":1}`), Metadata: []byte(`{"by":"nobody"}`)}
	}
	return events
}

func follow(watch *waiting.Watch, t *testing.T, store *esdb.Store, count int) []eventstore.Event {
	var seen []eventstore.Event
	for delivery, err := range waiting.Each(watch, "the next event of a subscription", store.SubscribeAll(watch.Context(), 0, eventstore.Filter{})) {
		if err != nil {
			t.Errorf("following, after %d of %d events: %v", len(seen), count, err)
			return seen
		}
		if delivery.Kind != eventstore.EventDelivered {
			continue
		}
		if seen = append(seen, delivery.Event); len(seen) == count {
			return seen
		}
	}
	return seen
}

// The check of the test above finds what it is there for.
func TestTheCheckFindsWhatIsLostOrTwice(t *testing.T) {
	t.Parallel()
	store := memory.New()
	j := journal{acknowledged: make(map[uuid.UUID]eventstore.Appended)}
	for range 5 {
		a := eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(2)}
		appended, err := store.Append(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		j.note(a, appended)
	}
	whole, err := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.check(whole, whole); err != nil {
		t.Fatalf("nothing is wrong: %v", err)
	}
	without := func(i int) []eventstore.Event {
		return append(append([]eventstore.Event{}, whole[:i]...), whole[i+1:]...)
	}
	twice := append(append(append([]eventstore.Event{}, whole[:3]...), whole[2]), whole[3:]...)
	again := whole[9]
	again.Position, again.Revision = 11, 10
	swapped := append([]eventstore.Event{}, whole...)
	swapped[4], swapped[5] = swapped[5], swapped[4]
	elsewhere := append([]eventstore.Event{}, whole...)
	elsewhere[9].ID = uuid.New()
	for name, spoiled := range map[string]error{
		"seen: one lost":          j.check(whole, without(4)),
		"seen: the last one lost": j.check(whole, without(9)),
		"seen: one twice":         j.check(whole, twice),
		"seen: two swapped":       j.check(whole, swapped),
		"ledger: the last lost":   j.check(without(9), without(9)),
		"ledger: one twice":       j.check(append(append([]eventstore.Event{}, whole...), again), append(append([]eventstore.Event{}, whole...), again)),
		"ledger: another's event": j.check(elsewhere, elsewhere),
	} {
		if spoiled == nil {
			t.Errorf("%s: was not found", name)
		}
	}
}

// running gives the goroutines of this project, gRPC and the client, by what
// created them.
func running() map[string]string {
	buffer := make([]byte, 8<<20)
	buffer = buffer[:runtime.Stack(buffer, true)]
	stacks := make(map[string]string)
	for stack := range strings.SplitSeq(string(buffer), "\n\n") {
		_, number, _ := strings.Cut(stack, "goroutine ")
		number, _, _ = strings.Cut(number, " ")
		ours := strings.Contains(stack, "guishu/eventstore") || strings.Contains(stack, "google.golang.org/grpc") || strings.Contains(stack, "EventStore-Client-Go")
		if ours && !strings.Contains(stack, "esdb_test.running(") && !strings.Contains(stack, "testing.(*T).Parallel") {
			stacks[number] = stack
		}
	}
	return stacks
}

// allEndedSince waits for what was started to end.
func allEndedSince(t *testing.T, before map[string]string) {
	t.Helper()
	var stack string
	defer func() {
		if stack != "" {
			t.Logf("still running:\n%s", stack)
		}
	}()
	waiting.Progress(t, "what was started to end", func() (left int, ended bool) {
		stack = ""
		for number, other := range running() {
			if _, old := before[number]; !old {
				left++
				stack = other
			}
		}
		return left, left == 0
	})
}

// The check for what is left running finds it. It is not parallel either.
func TestTheCheckFindsWhatIsLeftRunning(t *testing.T) {
	before := running()
	stop := make(chan struct{})
	started := make(chan struct{})
	go leftRunning(started, stop)
	<-started
	found := false
	for number := range running() {
		if _, old := before[number]; !old {
			found = true
		}
	}
	close(stop)
	if !found {
		t.Error("a goroutine that was left running was not found")
	}
}

func leftRunning(started, stop chan struct{}) {
	close(started)
	<-stop
}

// An append whose reply is lost is read back, one that never arrived is sent
// again: the caller gets its result, and the events are there once.
func TestALostReplyIsReadBack(t *testing.T) {
	t.Parallel()
	for name, expectation := range map[string]func(revision eventstore.Revision) eventstore.Expectation{
		"exact": eventstore.AtRevision,
		"any":   func(eventstore.Revision) eventstore.Expectation { return eventstore.AnyRevision },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eitherWay(t, func(t *testing.T, options esdb.Options) {
				inner := memory.New()
				h := serve(t, inner)
				store := h.open(t, options)
				for i := range 12 {
					a := eventstore.Append{Stream: "s", Expected: expectation(eventstore.Revision(2*i - 1)), Events: made(2)}
					wait := h.network.loseReplyTo(i%3 == 1, i%3 == 2)
					appended, err := store.Append(t.Context(), a)
					if err != nil || appended.Repeated || appended.Last != eventstore.Revision(2*i+1) || appended.Position != eventstore.Position(2*i+2) {
						t.Fatalf("append %d: %+v, %v", i, appended, err)
					}
					wait(t)
				}
				ledger, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{}))
				if err == nil {
					err = storetest.CheckOrder(ledger, true)
				}
				if err != nil || len(ledger) != 24 {
					t.Errorf("%d events, %v", len(ledger), err)
				}
			})
		})
	}
}

// While the server is away, an append that may have been sent is not given up
// before its context ends, and then its outcome is unknown; one that was never
// sent has not happened.
func TestAnOutcomeThatCannotBeReadBackIsUnknown(t *testing.T) {
	t.Parallel()
	eitherWay(t, checkUnknownOutcome)
}

func checkUnknownOutcome(t *testing.T, options esdb.Options) {
	inner := memory.New()
	h := serve(t, inner)
	options.Grace, options.Patience = 50*time.Millisecond, 200*time.Millisecond
	store := h.open(t, options)
	ctx, cancel := context.WithCancel(t.Context())
	h.network.onLoss(func() {
		h.network.setDown(true)
		cancel()
	})
	h.network.loseReplyTo(true, false)
	a := eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)}
	_, err := store.Append(ctx, a)
	if unknown := (*eventstore.UnknownOutcomeError)(nil); !errors.As(err, &unknown) {
		t.Fatalf("got %v", err)
	}
	var unreachable *esdb.UnreachableError
	_, err = store.Append(t.Context(), eventstore.Append{Stream: "other", Expected: eventstore.NoStream, Events: made(1)})
	if !errors.As(err, &unreachable) {
		t.Errorf("appending while nobody is there: %v", err)
	}
	_, err = storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{}))
	if !errors.As(err, &unreachable) {
		t.Errorf("reading while nobody is there: %v", err)
	}
	h.network.setDown(false)
	again, err := store.Append(t.Context(), a)
	if err != nil || again.Last != 0 || again.Position != 1 {
		t.Errorf("the append made again: %+v, %v", again, err)
	}
	if events, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{})); err != nil || len(events) != 1 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// Reads go on where they stood.
func TestReadsSurviveCuts(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	for range 20 {
		if _, err := inner.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(1_000)}); err != nil {
			t.Fatal(err)
		}
	}
	h := serve(t, inner)
	h.network.cutAfter(func() int { return 200_000 + rand.IntN(400_000) })
	store := h.open(t, esdb.Options{})
	want, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, backwards := range []bool{false, true} {
		all, allErr := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{Backwards: backwards}))
		stream, streamErr := storetest.Collect(store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: "s", From: eventstore.NoRevision, Backwards: backwards}))
		if allErr != nil || streamErr != nil || len(all) != len(want) || len(stream) != len(want) {
			t.Fatalf("backwards %t: %d and %d events, %v, %v", backwards, len(all), len(stream), allErr, streamErr)
		}
		for i := range want {
			at := i
			if backwards {
				at = len(want) - 1 - i
			}
			if !all[i].Equal(want[at]) || !stream[i].Equal(want[at]) {
				t.Fatalf("backwards %t: event %d differs", backwards, i)
			}
		}
	}
	if h.network.cuts.Load() < 10 {
		t.Errorf("the connections were cut %d times only: the test tests little", h.network.cuts.Load())
	}
}
