package subscriber_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/eventstore/subscriber"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// features are what Watermill's suite may expect of the Subscriber. What stays
// false, and so leaves a part of the suite out or changes it:
//
//   - ExactlyOnceDelivery: delivery is at least once. The parts for it count
//     repeats; the parts for "at least once" run in their place.
//   - NewSubscriberReceivesOldMessages: two subscribers of one consumer share its
//     checkpoint. A new consumer does receive everything, which
//     TestNewSubscriberReceivesOldMessages shows below, each on a consumer of its own.
//   - RestartServiceCommand: the broker is this process, or one that all tests share,
//     so TestReconnect has no command to restart it. The store's connections are
//     broken in TestNothingIsLostWhenConnectionsBreak instead.
//   - ContextPreserved: a message goes through the store, a context cannot.
//   - RequireSingleInstance, GuaranteedOrderWithSingleSubscriber: these would make the
//     suite easier, and it passes as it is: of several subscribers the one that
//     holds the lease delivers, in order.
//   - ForceShort: the numbers are the full ones, which take seconds here, but for an
//     EventStoreDB, where ten thousand single appends each go through gRPC. The suite
//     many times over is behind the build tag "stress", as with Watermill's own
//     Pub/Subs.
func (g ground) features() tests.Features {
	return tests.Features{ConsumerGroups: true, GuaranteedOrder: true, Persistent: true, ForceShort: g.remote}
}

// ground is what subscribers stand on.
type ground struct {
	store       eventstore.Store
	checkpoints subscriber.Checkpoints
	lanes       int
	remote      bool   // every append and every event goes through gRPC
	breakOff    func() // breaks the connections, if there are any
}

// grounds are the stores that the suite runs on.
func grounds() map[string]func(t *testing.T) ground {
	return map[string]func(t *testing.T) ground{
		"memory": func(*testing.T) ground {
			return ground{store: memory.New(), checkpoints: &memoryCheckpoints{}, lanes: 1}
		},
		"memory with gaps, several lanes": func(*testing.T) ground {
			return ground{store: storetest.Sparse(memory.New()), checkpoints: &memoryCheckpoints{}, lanes: 8}
		},
		"postgres":     onPostgres,
		"eventstoredb": onEventStoreDB,
	}
}

func onPostgres(t *testing.T) ground {
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	checkpoints, err := subscriber.OpenCheckpoints(t.Context(), pool)
	must(t, err)
	return ground{store: store, checkpoints: checkpoints, lanes: 2, breakOff: func() {
		_, err := pool.Exec(t.Context(), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Errorf("break the connections: %v", err)
		}
	}}
}

// onEventStoreDB stands on the gateway over PostgreSQL, through the official client.
func onEventStoreDB(t *testing.T) ground {
	g := onPostgres(t)
	server := esdbtest.Serve(t, g.store)
	store, err := esdb.Open(t.Context(), server.Address(), esdb.Options{Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	g.store, g.lanes, g.remote, g.breakOff = store, 4, true, func() {
		server.Stop()
		server.Start()
	}
	return g
}

// Watermill's own tests of a Pub/Sub. Not parallel to other tests, so that what it
// leaves running can be seen.
func TestPubSub(t *testing.T) {
	for name, open := range grounds() {
		t.Run(name, func(t *testing.T) {
			g := open(t)
			t.Run("suite", func(t *testing.T) {
				tests.TestPubSub(t, g.features(), g.shared, g.grouped)
			})
			t.Run("TestNewSubscriberReceivesOldMessages", func(t *testing.T) {
				own := g.features()
				own.NewSubscriberReceivesOldMessages = true
				tests.TestNewSubscriberReceivesOldMessages(t, tests.TestContext{TestID: testID(t), Features: own}, g.separate)
			})
			nothingRuns(t)
		})
	}
}

// shared gives a publisher and a subscriber; all that a test makes this way work
// on the same consumers.
func (g ground) shared(t *testing.T) (message.Publisher, message.Subscriber) {
	return g.grouped(t, "shared")
}

// separate gives them with consumers that nobody else has.
func (g ground) separate(t *testing.T) (message.Publisher, message.Subscriber) {
	return g.grouped(t, uuid.NewString())
}

func (g ground) grouped(t *testing.T, group string) (message.Publisher, message.Subscriber) {
	known := map[string]eventstore.Filter{}
	for _, topic := range topics(t) {
		known[consumer(group, topic)] = eventstore.Filter{Types: []string{topic}}
	}
	s := subscriber.New(subscriber.Config{
		Store: g.store, Checkpoints: g.checkpoints, Consumers: known, Lanes: g.lanes, RetryAfter: time.Millisecond,
	})
	t.Cleanup(func() { must(t, s.Close()) }) // the suite leaves some open
	return &publisher{store: g.store}, grouped{Subscriber: s, group: group}
}

// grouped calls a group's consumer of a topic by a name: the Subscriber knows
// consumers only, so a consumer group is the name of one.
type grouped struct {
	*subscriber.Subscriber
	group string
}

// Subscribe implements message.Subscriber.
func (g grouped) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	return g.Subscriber.Subscribe(ctx, consumer(g.group, topic))
}

func consumer(group, topic string) string { return group + "/" + topic }

// topics are those that a test of the suite can come to use: it names them after
// its id, which ends the test's name.
func topics(t *testing.T) []string {
	topic := "topic-" + string(testID(t))
	names := []string{topic}
	for n := range 20 {
		names = append(names, fmt.Sprintf("%s-%d", topic, n))
	}
	return names
}

func testID(t *testing.T) tests.TestID { return tests.TestID(path.Base(t.Name())) }

// publisher appends messages, as events of the topic's type on the topic's stream.
// It is here and not in the package because whoever writes to a ledger does it by
// a command.
type publisher struct {
	store  eventstore.Store
	closed atomic.Bool
}

// Publish implements message.Publisher.
func (p *publisher) Publish(topic string, messages ...*message.Message) error {
	if p.closed.Load() {
		return eventstore.ErrClosed
	}
	appended := eventstore.Append{Stream: eventstore.Stream(topic), Expected: eventstore.AnyRevision}
	for _, msg := range messages {
		id, err := uuid.Parse(msg.UUID)
		if err != nil {
			return err
		}
		metadata, err := json.Marshal(map[string]string(msg.Metadata))
		if err != nil {
			return err
		}
		appended.Events = append(appended.Events, eventstore.NewEvent{ID: id, Type: topic, Data: msg.Payload, Metadata: metadata})
	}
	_, err := p.store.Append(context.Background(), appended)
	return err
}

// Close implements message.Publisher.
func (p *publisher) Close() error {
	p.closed.Store(true)
	return nil
}

// memoryCheckpoints are Checkpoints within a test.
type memoryCheckpoints struct {
	mu        sync.Mutex
	consumers map[string]*memoryConsumer
}

type memoryConsumer struct {
	taken    chan struct{} // holds one while a lease is out
	position eventstore.Position
}

// Lease implements subscriber.Checkpoints.
func (m *memoryCheckpoints) Lease(ctx context.Context, name string) (subscriber.Lease, eventstore.Position, error) {
	m.mu.Lock()
	if m.consumers == nil {
		m.consumers = map[string]*memoryConsumer{}
	}
	if m.consumers[name] == nil {
		m.consumers[name] = &memoryConsumer{taken: make(chan struct{}, 1)}
	}
	mine := m.consumers[name]
	m.mu.Unlock()
	select {
	case mine.taken <- struct{}{}:
		return mine, mine.position, nil
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
}

// Save implements subscriber.Lease.
func (c *memoryConsumer) Save(_ context.Context, handled eventstore.Position) error {
	c.position = handled
	return nil
}

// Release implements subscriber.Lease.
func (c *memoryConsumer) Release() { <-c.taken }

// nothingRuns waits until no goroutine of a Subscriber is left.
func nothingRuns(t *testing.T) {
	t.Helper()
	var left string
	defer func() {
		if left != "" {
			t.Logf("still running:\n%s", left)
		}
	}()
	waiting.Until(t, "everything that a Subscriber started to end", func() bool {
		left = running()
		return left == ""
	})
}

// running is the stack of a goroutine that a Subscriber started, or of its store's
// subscription, if there is one.
func running() string {
	buffer := make([]byte, 16<<20)
	for stack := range bytes.SplitSeq(buffer[:runtime.Stack(buffer, true)], []byte("\n\n")) {
		if strings.Contains(string(stack), "eventstore/subscriber.(*") {
			return string(stack)
		}
	}
	return ""
}

// The check of what is left running sees a consumer that nobody closed.
func TestRunningSeesAConsumer(t *testing.T) {
	s := subscriber.New(subscriber.Config{
		Store: memory.New(), Checkpoints: &memoryCheckpoints{}, Consumers: map[string]eventstore.Filter{"test": {}},
	})
	_, err := s.Subscribe(t.Context(), "test")
	must(t, err)
	if running() == "" {
		t.Error("a consumer runs and is not seen")
	}
	must(t, s.Close())
	nothingRuns(t)
}

// The connections of store and checkpoints are broken again and again while many
// write and one consumer reads: nothing is lost, and what comes first of each
// message is in the store's order.
func TestNothingIsLostWhenConnectionsBreak(t *testing.T) {
	for name, open := range map[string]func(*testing.T) ground{"postgres": onPostgres, "eventstoredb": onEventStoreDB} {
		t.Run(name, func(t *testing.T) { nothingIsLost(t, open(t)) })
	}
}

func nothingIsLost(t *testing.T, g ground) {
	const writers, turns, breaks = 8, 60, 4
	topic := topics(t)[0]
	pub, sub := g.shared(t)
	messages, err := sub.Subscribe(t.Context(), topic)
	must(t, err)
	var written atomic.Int64
	due := make(chan struct{}, breaks)
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range turns {
				insist(t, pub, topic, message.NewMessage(uuid.NewString(), []byte("x")))
				if written.Add(1)%(writers*turns/breaks) == 0 {
					due <- struct{}{}
				}
			}
		})
	}
	writing.Go(func() {
		for range breaks {
			<-due
			g.breakOff()
		}
	})
	var order []string
	seen := map[string]bool{}
	for len(order) < writers*turns {
		msg := received(t, messages)
		if !seen[msg.UUID] {
			seen[msg.UUID] = true
			order = append(order, msg.UUID)
		}
		msg.Ack()
	}
	writing.Wait()
	must(t, sub.Close())
	var stored []string
	for event, err := range g.store.ReadAll(t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{topic}}}) {
		must(t, err)
		stored = append(stored, event.ID.String())
	}
	if strings.Join(order, " ") != strings.Join(stored, " ") {
		t.Errorf("%d messages came, not in the order of the %d events stored", len(order), len(stored))
	}
	nothingRuns(t)
}

// insist publishes until the outcome is known.
func insist(t *testing.T, pub message.Publisher, topic string, msg *message.Message) {
	for {
		err := pub.Publish(topic, msg)
		if unknown := (*eventstore.UnknownOutcomeError)(nil); err == nil || !errors.As(err, &unknown) || t.Context().Err() != nil {
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}
