package esdb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	client "github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

// bare is the official client, for what others do to a server.
func (h *house) bare(t *testing.T) *client.Client {
	t.Helper()
	settings, err := client.ParseConnectionString(connectionString(h.address))
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger = client.NoopLogging()
	bare, err := client.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bare.Close() })
	return bare
}

func write(t *testing.T, bare *client.Client, stream, eventType, data string) {
	t.Helper()
	event := client.EventData{EventID: uuid.New(), EventType: eventType, ContentType: client.ContentTypeJson, Data: []byte(data)}
	if _, err := bare.AppendToStream(t.Context(), stream, client.AppendToStreamOptions{}, event); err != nil {
		t.Fatal(err)
	}
}

// counted counts what was passed over.
type counted struct {
	mu    sync.Mutex
	count map[esdb.Skip]int
}

func (c *counted) skip(why esdb.Skip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = make(map[esdb.Skip]int)
	}
	c.count[why]++
}

func typesOf(events []eventstore.Event) []string {
	types := make([]string, len(events))
	for i, event := range events {
		types[i] = event.Type
	}
	return types
}

func TestTheServersOwnEventsAndLinksArePassedOver(t *testing.T) {
	t.Parallel()
	h := serve(t, memory.New())
	var skips counted
	store, bare := h.openDirectly(t, esdb.Options{Skipped: skips.skip}), h.bare(t)
	write(t, bare, "$stats-1", "$statsCollected", "{}")
	write(t, bare, "a", "first", "{}")
	write(t, bare, "$ce-a", "$>", "0@a")
	write(t, bare, "b", "$>", "0@a")
	write(t, bare, "b", "second", "{}")
	write(t, bare, "$own", "not-with-a-dollar", "{}")
	write(t, bare, "b", "$odd", "{}")
	ctx := t.Context()
	read := func(q eventstore.AllQuery) []string {
		t.Helper()
		events, err := storetest.Collect(store.ReadAll(ctx, q))
		if err != nil {
			t.Fatal(err)
		}
		return typesOf(events)
	}
	for _, c := range []struct {
		query eventstore.AllQuery
		want  []string
	}{
		{eventstore.AllQuery{}, []string{"first", "second"}},
		{eventstore.AllQuery{Backwards: true}, []string{"second", "first"}},
		{eventstore.AllQuery{Limit: 1}, []string{"first"}},
		{eventstore.AllQuery{Limit: 2}, []string{"first", "second"}},
		{eventstore.AllQuery{Backwards: true, Limit: 1}, []string{"second"}},
		{eventstore.AllQuery{Filter: eventstore.Filter{StreamPrefixes: []string{"b"}}}, []string{"second"}},
		{eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{"$odd", "first"}}}, []string{"first", "$odd"}},
		{eventstore.AllQuery{Filter: eventstore.Filter{StreamPrefixes: []string{"$st"}}}, []string{"$statsCollected"}},
		{eventstore.AllQuery{Filter: eventstore.Filter{Types: []string{"$>"}}}, []string{"$>", "$>"}},
	} {
		if got := read(c.query); !slices.Equal(got, c.want) {
			t.Errorf("%+v gives %v, want %v", c.query, got, c.want)
		}
	}
	if last, err := store.LastPosition(ctx); err != nil || last != 5 {
		t.Errorf("the last position is %d, %v", last, err)
	}
	stream, err := storetest.Collect(store.ReadStream(ctx, eventstore.StreamQuery{Stream: "b"}))
	if got := typesOf(stream); err != nil || !slices.Equal(got, []string{"second", "$odd"}) || stream[0].Revision != 1 {
		t.Errorf("stream b: %v, %v", got, err)
	}
	category, err := storetest.Collect(store.ReadStream(ctx, eventstore.StreamQuery{Stream: "$ce-a"}))
	if err != nil || len(category) != 1 || string(category[0].Data) != "0@a" {
		t.Errorf("a stream of links that is asked for: %+v, %v", category, err)
	}
	var followed []string
	for delivery, err := range store.SubscribeAll(ctx, 0, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if delivery.Kind == eventstore.CaughtUp {
			break
		}
		if delivery.Kind == eventstore.EventDelivered {
			followed = append(followed, delivery.Event.Type)
		}
	}
	if !slices.Equal(followed, []string{"first", "second"}) {
		t.Errorf("followed %v", followed)
	}
	if skips.count[esdb.SkippedLink] == 0 || skips.count[esdb.SkippedSystem] == 0 {
		t.Errorf("counted %v", skips.count)
	}
}

// The newest event is found behind any number of the server's own.
func TestTheLastPositionIsFoundBehindManySystemEvents(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	h := serve(t, inner)
	store := h.openDirectly(t, esdb.Options{})
	if _, err := inner.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		events := made(700)
		for i := range events {
			events[i].Type = "$statsCollected"
		}
		if _, err := inner.Append(t.Context(), eventstore.Append{Stream: "$stats", Expected: eventstore.AnyRevision, Events: events}); err != nil {
			t.Fatal(err)
		}
		if last, err := store.LastPosition(t.Context()); err != nil || last != 1 {
			t.Fatalf("the last position is %d, %v", last, err)
		}
	}
	caughtUp := eventstore.Position(0)
	for delivery, err := range store.SubscribeAll(t.Context(), 0, eventstore.Filter{Types: []string{"none"}}) {
		if err != nil {
			t.Fatal(err)
		}
		if caughtUp = delivery.Position; delivery.Kind == eventstore.CaughtUp {
			break
		}
	}
	if caughtUp < 1 {
		t.Errorf("caught up at %d", caughtUp)
	}
}

func TestDeletedStreamsHaveNoEvents(t *testing.T) {
	t.Parallel()
	h := serve(t, memory.New())
	store, bare := h.openDirectly(t, esdb.Options{}), h.bare(t)
	ctx := t.Context()
	for _, stream := range []eventstore.Stream{"soft", "hard"} {
		if _, err := store.Append(ctx, eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Events: made(3)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bare.DeleteStream(ctx, "soft", client.DeleteStreamOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := bare.TombstoneStream(ctx, "hard", client.TombstoneStreamOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []eventstore.Stream{"soft", "hard"} {
		for _, backwards := range []bool{false, true} {
			events, err := storetest.Collect(store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: backwards}))
			if err != nil || len(events) != 0 {
				t.Errorf("%s: %d events, %v", stream, len(events), err)
			}
		}
		ended, cancel := context.WithCancel(ctx)
		for delivery, err := range store.SubscribeStream(ended, stream, eventstore.NoRevision) {
			if delivery.Kind == eventstore.EventDelivered && err == nil {
				t.Errorf("%s: got %+v", stream, delivery)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", stream, err)
			}
			if delivery.Kind == eventstore.CaughtUp {
				cancel()
			}
		}
		cancel()
	}
	_, err := store.Append(ctx, eventstore.Append{Stream: "hard", Expected: eventstore.AnyRevision, Events: made(1)})
	if gone := (*esdb.DeletedStreamError)(nil); !errors.As(err, &gone) || gone.Stream != "hard" {
		t.Errorf("appending to a stream that was deleted for good: %v", err)
	}
	_, err = store.Append(ctx, eventstore.Append{Stream: "soft", Expected: eventstore.StreamExists, Events: made(1)})
	if wrong := (*eventstore.WrongRevisionError)(nil); !errors.As(err, &wrong) || wrong.Actual != eventstore.NoRevision {
		t.Errorf("appending to a deleted stream as if it existed: %v", err)
	}
	again, err := store.Append(ctx, eventstore.Append{Stream: "soft", Expected: eventstore.NoStream, Events: made(2)})
	if err != nil || again.First != 3 || again.Last != 4 {
		t.Errorf("beginning a deleted stream anew: %+v, %v", again, err)
	}
	anew, err := storetest.Collect(store.ReadStream(ctx, eventstore.StreamQuery{Stream: "soft"}))
	if err != nil || len(anew) != 2 || anew[0].Revision != 3 {
		t.Errorf("%+v, %v", anew, err)
	}
}

// What is larger than the server takes is refused, and not written.
func TestWhatTheServerDoesNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	h := serve(t, inner, small)
	store := h.openDirectly(t, esdb.Options{})
	event := made(1)
	event[0].Data = make([]byte, 3_000)
	_, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: event})
	if invalid := (*eventstore.InvalidAppendError)(nil); !errors.As(err, &invalid) {
		t.Errorf("got %v", err)
	}
	if last, err := inner.LastPosition(t.Context()); err != nil || last != 0 {
		t.Errorf("the last position is %d, %v", last, err)
	}
}

// A process that starts anew knows what an earlier one appended.
func TestARepeatIsToldFromAnAppendByAnotherProcess(t *testing.T) {
	t.Parallel()
	h := serve(t, memory.New())
	first := h.openDirectly(t, esdb.Options{})
	appends := make([]eventstore.Append, 5)
	places := make([]eventstore.Appended, len(appends))
	for i := range appends {
		appends[i] = eventstore.Append{Stream: eventstore.Stream(fmt.Sprintf("s-%d", i)), Expected: eventstore.NoStream, Events: made(2)}
		var err error
		if places[i], err = first.Append(t.Context(), appends[i]); err != nil || places[i].Repeated {
			t.Fatalf("%+v, %v", places[i], err)
		}
	}
	second := h.openDirectly(t, esdb.Options{})
	for i, a := range appends {
		again, err := second.Append(t.Context(), a)
		places[i].Repeated = true
		if err != nil || again != places[i] {
			t.Errorf("got %+v, %v, want %+v", again, err, places[i])
		}
	}
}
