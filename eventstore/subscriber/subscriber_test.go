package subscriber_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/eventstore/subscriber"
	"guishu/internal/pgtest"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// received waits for the next message.
func received(t *testing.T, messages <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case msg, open := <-messages:
		if !open {
			t.Fatal("the subscription ended")
		}
		return msg
	case <-t.Context().Done():
		t.Fatal("no message came")
	}
	return nil
}

// Events of one stream keep their order, others pass on another lane; what was
// refused comes again; the checkpoint never passes what is under way; and a
// consumer goes on where it stood.
func TestLanesKeepTheOrderOfStreams(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, err := postgres.Open(t.Context(), pool, postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	for i, stream := range []eventstore.Stream{"a-1", "a-1", "b-1"} {
		_, err := store.Append(t.Context(), eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{
			{ID: uuid.New(), Type: "test.happened", Data: []byte(fmt.Sprintf(`{"N":%d}`, i)), Metadata: []byte("{}")},
		}})
		must(t, err)
	}
	checkpoints, err := subscriber.OpenCheckpoints(t.Context(), pool)
	must(t, err)
	open := func() (*subscriber.Subscriber, <-chan *message.Message) {
		s := subscriber.New(subscriber.Config{Store: store, Checkpoints: checkpoints, Consumers: map[string]eventstore.Filter{"test": {}}, Lanes: 4, RetryAfter: 1})
		messages, err := s.Subscribe(context.WithoutCancel(t.Context()), "test")
		must(t, err)
		return s, messages
	}
	place := func(msg *message.Message) string { return msg.Metadata[subscriber.PositionKey] }

	s, messages := open()
	got := map[string]*message.Message{}
	for range 2 {
		msg := received(t, messages)
		got[place(msg)] = msg
	}
	if got["1"] == nil || got["3"] == nil {
		t.Fatalf("under way are %v, want 1 and 3", got)
	}
	got["3"].Ack() // done before 1: the checkpoint must not pass 1
	got["1"].Nack()
	again := received(t, messages)
	if place(again) != "1" {
		t.Fatalf("after a refusal came %s", place(again))
	}
	must(t, s.Close())
	positions, err := checkpoints.Positions(t.Context())
	must(t, err)
	if positions["test"] != 0 {
		t.Errorf("the checkpoint is at %d while 1 is under way", positions["test"])
	}

	s, messages = open()
	seen := map[string]bool{}
	for range 3 {
		msg := received(t, messages)
		if place(msg) == "2" && !seen["1"] {
			t.Error("2 came before 1 of its stream")
		}
		seen[place(msg)] = true
		msg.Ack()
	}
	must(t, s.Close())
	positions, err = checkpoints.Positions(t.Context())
	must(t, err)
	if positions["test"] != 3 {
		t.Errorf("the checkpoint is at %d, want 3", positions["test"])
	}
	if _, err := s.Subscribe(t.Context(), "test"); err == nil {
		t.Error("a closed subscriber took a consumer on")
	}
}

// A lease is fenced by its epoch: who only believes to hold it cannot save.
func TestALostLeaseCannotSave(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	checkpoints, err := subscriber.OpenCheckpoints(t.Context(), pool)
	must(t, err)
	lease, _, err := checkpoints.Lease(t.Context(), "test")
	must(t, err)
	defer lease.Release()
	must(t, lease.Save(t.Context(), 7))
	_, err = pool.Exec(t.Context(), "UPDATE reaction.consumer SET epoch = epoch + 1")
	must(t, err)
	if err := lease.Save(t.Context(), 8); err != subscriber.ErrLeaseLost {
		t.Errorf("a late save answered %v", err)
	}
	positions, err := checkpoints.Positions(t.Context())
	must(t, err)
	if positions["test"] != 7 {
		t.Errorf("the checkpoint is at %d, want 7", positions["test"])
	}
}
