package gateway_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
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

// places are the positions of events.
func places(events []*esdb.ResolvedEvent) string {
	list := []uint64{}
	for _, event := range events {
		list = append(list, event.OriginalEvent().Position.Commit)
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
