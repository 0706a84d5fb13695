package gateway_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/memory"
)

// fill appends events to a stream directly, and gives them as the store has
// them.
func (s served) fill(t testing.TB, stream eventstore.Stream, count int, eventType string) []eventstore.Event {
	t.Helper()
	for range count {
		_, err := s.store.Append(t.Context(), eventstore.Append{
			Stream: stream, Expected: eventstore.AnyRevision,
			Events: []eventstore.NewEvent{{ID: uuid.New(), Type: eventType, Data: []byte(`{"n":1}`), Metadata: []byte(`{}`)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s.read(t, stream)
}

// drain reads a client's stream to its end.
func drain(stream *esdb.ReadStream, err error) ([]*esdb.ResolvedEvent, error) {
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	var events []*esdb.ResolvedEvent
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
}

// numbers are the revisions of events.
func numbers(events []*esdb.ResolvedEvent) string {
	list := []uint64{}
	for _, event := range events {
		list = append(list, event.OriginalEvent().EventNumber)
	}
	return fmt.Sprint(list)
}

func TestReadStream(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	stored := served.fill(t, "account-1", 5, "opened")
	served.fill(t, "account-2", 1, "opened")
	cases := []struct {
		direction esdb.Direction
		from      esdb.StreamPosition
		count     uint64
		want      string
	}{
		{esdb.Forwards, esdb.Start{}, math.MaxUint64, "[0 1 2 3 4]"},
		{esdb.Forwards, esdb.Start{}, 2, "[0 1]"},
		{esdb.Forwards, esdb.Start{}, 0, "[]"},
		{esdb.Forwards, esdb.Revision(3), 10, "[3 4]"},
		{esdb.Forwards, esdb.Revision(5), 10, "[]"},
		{esdb.Forwards, esdb.Revision(math.MaxInt64), 10, "[]"},
		{esdb.Forwards, esdb.End{}, 10, "[]"},
		{esdb.Backwards, esdb.End{}, 2, "[4 3]"},
		{esdb.Backwards, esdb.End{}, math.MaxUint64, "[4 3 2 1 0]"},
		{esdb.Backwards, esdb.Revision(2), 10, "[2 1 0]"},
		{esdb.Backwards, esdb.Revision(70), 1, "[4]"},
		{esdb.Backwards, esdb.Start{}, 10, "[0]"},
	}
	for _, c := range cases {
		options := esdb.ReadStreamOptions{Direction: c.direction, From: c.from}
		events, err := drain(client.ReadStream(t.Context(), "account-1", options, c.count))
		if got := numbers(events); err != nil || got != c.want {
			t.Errorf("%v %d from %v: %s, %v, want %s", c.direction, c.count, c.from, got, err, c.want)
		}
	}
	events, err := drain(client.ReadStream(t.Context(), "account-1", esdb.ReadStreamOptions{}, 1))
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	got, want := events[0].Event, stored[0]
	if got.EventID != want.ID || got.EventType != want.Type || got.StreamID != string(want.Stream) ||
		!got.CreatedDate.Equal(want.RecordedAt) || string(got.Data) != string(want.Data) ||
		string(got.UserMetadata) != string(want.Metadata) || got.ContentType != "application/json" ||
		got.Position != (esdb.Position{Commit: 1, Prepare: 1}) || *events[0].Commit != 1 || events[0].Link != nil {
		t.Errorf("read %+v, stored %+v", got, want)
	}
}

func newEvent(eventType, data string) eventstore.NewEvent {
	return eventstore.NewEvent{ID: uuid.New(), Type: eventType, Data: []byte(data), Metadata: []byte("{}")}
}

// describe writes a stream's metadata, as another gateway would have.
func (s served) describe(t testing.TB, stream eventstore.Stream, metadata string) {
	t.Helper()
	_, err := s.store.Append(t.Context(), eventstore.Append{
		Stream: "$$" + stream, Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{newEvent("$metadata", metadata)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatMetadataHide: events of a stream are 0 to 4, the first two of them an
// hour older than the others.
func TestWhatMetadataHide(t *testing.T) {
	t.Parallel()
	cases := []struct{ metadata, forwards, backwards, one, following string }{
		{`{}`, "[0 1 2 3 4]", "[4 3 2 1 0]", "[0]", "0 1 2 3 4"},
		{`{"$maxCount":2}`, "[3 4]", "[4 3]", "[3]", "3 4"},
		{`{"$maxCount":9}`, "[0 1 2 3 4]", "[4 3 2 1 0]", "[0]", "0 1 2 3 4"},
		{`{"$tb":3}`, "[3 4]", "[4 3]", "[3]", "3 4"},
		{`{"$tb":5}`, "[]", "[]", "[]", ""},
		{`{"$maxAge":600}`, "[2 3 4]", "[4 3 2]", "[2]", "2 3 4"},
		{`{"$maxAge":600,"$maxCount":4,"$tb":1}`, "[2 3 4]", "[4 3 2]", "[2]", "2 3 4"},
	}
	for _, c := range cases {
		t.Run(c.metadata, func(t *testing.T) {
			t.Parallel()
			store := aged(t)
			served{store: store}.describe(t, "a-1", c.metadata)
			served := serve(t, open, on(store))
			client := served.client(t)
			read := func(direction esdb.Direction, from esdb.StreamPosition, count uint64) string {
				options := esdb.ReadStreamOptions{Direction: direction, From: from}
				events, err := drain(client.ReadStream(t.Context(), "a-1", options, count))
				if err != nil {
					t.Error(err)
				}
				return numbers(events)
			}
			got := [3]string{read(esdb.Forwards, esdb.Start{}, 10), read(esdb.Backwards, esdb.End{}, 10), read(esdb.Forwards, esdb.Start{}, 1)}
			if want := [3]string{c.forwards, c.backwards, c.one}; got != want {
				t.Errorf("read %v, want %v", got, want)
			}
			want := "confirmed "
			for _, revision := range strings.Fields(c.following) {
				want += "a-1@" + revision + " "
			}
			served.follow(t, ofStream("a-1")).want(want + "caught-up")
			all, err := drain(client.ReadAll(t.Context(), esdb.ReadAllOptions{From: esdb.Start{}}, math.MaxUint64))
			if err != nil || numbers(all) != "[0 1 2 3 4 0]" {
				t.Errorf("everything is %s, %v", numbers(all), err)
			}
		})
	}
}

// aged is a store with a stream whose first two events are an hour old.
func aged(t testing.TB) *memory.Store {
	t.Helper()
	store := memory.New()
	_, err := store.Load(t.Context(), func(yield func(eventstore.Loaded, error) bool) {
		for revision := range eventstore.Revision(5) {
			recorded := time.Now().UTC()
			if revision < 2 {
				recorded = recorded.Add(-time.Hour)
			}
			event := eventstore.Event{
				Position: eventstore.Position(revision + 1), Stream: "a-1", Revision: revision, ID: uuid.New(),
				Type: "opened", RecordedAt: recorded.Truncate(time.Microsecond), Data: []byte("{}"), Metadata: []byte("{}"),
			}
			if !yield(eventstore.Loaded{Event: event}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestStreamsThatAreGone(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "soft", 3, "opened")
	served.fill(t, "hard", 3, "opened")
	if _, err := client.DeleteStream(t.Context(), "soft", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.TombstoneStream(t.Context(), "hard", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[string]esdb.ErrorCode{
		"soft": esdb.ErrorCodeResourceNotFound, "hard": esdb.ErrorCodeStreamDeleted,
		"$$hard": esdb.ErrorCodeStreamDeleted, "never": esdb.ErrorCodeResourceNotFound,
	} {
		for _, direction := range []esdb.Direction{esdb.Forwards, esdb.Backwards} {
			_, err := drain(client.ReadStream(t.Context(), stream, esdb.ReadStreamOptions{Direction: direction, From: esdb.Start{}}, 10))
			if codeOf(err) != want {
				t.Errorf("%s: %v", stream, err)
			}
		}
	}
	if _, err := client.AppendToStream(t.Context(), "soft", esdb.AppendToStreamOptions{}, proposed("opened")); err != nil {
		t.Fatal(err)
	}
	events, err := drain(client.ReadStream(t.Context(), "soft", esdb.ReadStreamOptions{}, 10))
	if err != nil || numbers(events) != "[3]" {
		t.Errorf("written again: %s, %v", numbers(events), err)
	}
	events, err = drain(client.ReadStream(t.Context(), "$$soft", esdb.ReadStreamOptions{}, 10))
	if err != nil || numbers(events) != "[1]" {
		t.Errorf("of its metadata the last shows: %s, %v", numbers(events), err)
	}
}

func TestBinaryData(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	event := proposed("drawn")
	event.ContentType, event.Data = esdb.ContentTypeBinary, []byte{0, 255}
	if _, err := client.AppendToStream(t.Context(), "a-1", esdb.AppendToStreamOptions{}, event); err != nil {
		t.Fatal(err)
	}
	events, err := drain(client.ReadStream(t.Context(), "a-1", esdb.ReadStreamOptions{}, 1))
	if err != nil || events[0].Event.ContentType != "application/octet-stream" || string(events[0].Event.Data) != "\x00\xff" {
		t.Errorf("%+v, %v", events, err)
	}
}
