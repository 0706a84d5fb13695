package gateway_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
)

// outcome is what an append comes to: a revision, or why not.
type outcome struct {
	revision uint64
	code     esdb.ErrorCode // 0 for a success
	says     string         // part of the error
}

func ok(revision uint64) outcome { return outcome{revision: revision} }

func wrong(says string) outcome {
	return outcome{code: esdb.ErrorCodeWrongExpectedVersion, says: says}
}

var (
	first, second, third = uuid.New(), uuid.New(), uuid.New()
	gone                 = outcome{code: esdb.ErrorCodeStreamDeleted}
)

// states bring a stream into each state that an expectation may meet it in.
var states = map[string]func(*testing.T, *esdb.Client, string){
	"never existed": func(*testing.T, *esdb.Client, string) {},
	"metadata only": func(t *testing.T, client *esdb.Client, stream string) {
		metadata := esdb.StreamMetadata{}
		metadata.SetCacheControl(1)
		if _, err := client.SetStreamMetadata(t.Context(), stream, esdb.AppendToStreamOptions{}, metadata); err != nil {
			t.Fatal(err)
		}
	},
	"at revision 1": twoEvents,
	"deleted softly": func(t *testing.T, client *esdb.Client, stream string) {
		twoEvents(t, client, stream)
		if _, err := client.DeleteStream(t.Context(), stream, esdb.DeleteStreamOptions{}); err != nil {
			t.Fatal(err)
		}
	},
	"tombstoned": func(t *testing.T, client *esdb.Client, stream string) {
		twoEvents(t, client, stream)
		if _, err := client.TombstoneStream(t.Context(), stream, esdb.TombstoneStreamOptions{}); err != nil {
			t.Fatal(err)
		}
	},
}

func twoEvents(t *testing.T, client *esdb.Client, stream string) {
	t.Helper()
	if _, err := client.AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{}, withID(first), withID(second)); err != nil {
		t.Fatal(err)
	}
}

func withID(id uuid.UUID) esdb.EventData {
	event := proposed("happened")
	event.EventID = id
	return event
}

func at(revision uint64) esdb.ExpectedRevision { return esdb.Revision(revision) }

// TestExpectedRevisions goes through the protocol's table: what a stream's
// state makes of an expectation, and of ids that are known.
func TestExpectedRevisions(t *testing.T) {
	t.Parallel()
	onEveryStore(t, expectedRevisions)
}

// onEveryStore runs a test on memory and on PostgreSQL.
func onEveryStore(t *testing.T, test func(*testing.T, served)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, serve(t, open))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		store, err := postgres.OpenURL(t.Context(), pgtest.URL(t), postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		test(t, serve(t, open, on(store)))
	})
}

func expectedRevisions(t *testing.T, served served) {
	client := served.client(t)
	fresh := []uuid.UUID{third}
	for _, c := range []struct {
		state    string
		expected esdb.ExpectedRevision
		ids      []uuid.UUID
		want     outcome
	}{
		{"never existed", esdb.Any{}, fresh, ok(0)},
		{"never existed", esdb.NoStream{}, fresh, ok(0)},
		{"never existed", esdb.StreamExists{}, fresh, wrong("'stream_exists' but got 'no_stream'")},
		{"never existed", at(0), fresh, wrong("'0' but got 'no_stream'")},

		{"metadata only", esdb.Any{}, fresh, ok(0)},
		{"metadata only", esdb.NoStream{}, fresh, ok(0)},
		{"metadata only", esdb.StreamExists{}, fresh, ok(0)},
		{"metadata only", at(0), fresh, wrong("'0' but got 'no_stream'")},

		{"at revision 1", esdb.Any{}, fresh, ok(2)},
		{"at revision 1", esdb.NoStream{}, fresh, wrong("'no_stream' but got '1'")},
		{"at revision 1", esdb.StreamExists{}, fresh, ok(2)},
		{"at revision 1", at(1), fresh, ok(2)},
		{"at revision 1", at(0), fresh, wrong("'0' but got '1'")},
		{"at revision 1", at(7), fresh, wrong("'7' but got '1'")},

		{"at revision 1", esdb.Any{}, []uuid.UUID{second}, ok(1)},
		{"at revision 1", esdb.Any{}, []uuid.UUID{first, second}, ok(1)},
		{"at revision 1", esdb.Any{}, []uuid.UUID{second, third}, wrong("'any' but got '1'")},
		{"at revision 1", esdb.StreamExists{}, []uuid.UUID{first}, ok(0)},
		{"at revision 1", esdb.NoStream{}, []uuid.UUID{first}, ok(0)},
		{"at revision 1", esdb.NoStream{}, []uuid.UUID{first, second}, ok(1)},
		{"at revision 1", esdb.NoStream{}, []uuid.UUID{second}, wrong("'no_stream' but got '1'")},
		{"at revision 1", esdb.NoStream{}, []uuid.UUID{first, second, third}, wrong("'no_stream' but got '1'")},
		{"at revision 1", at(0), []uuid.UUID{second}, ok(1)},
		{"at revision 1", at(0), []uuid.UUID{second, third}, wrong("'0' but got '1'")},
		{"at revision 1", at(0), []uuid.UUID{first}, wrong("'0' but got '1'")},
		{"at revision 1", at(7), []uuid.UUID{first}, wrong("'7' but got '1'")},
		{"at revision 1", at(1), []uuid.UUID{first}, ok(0)}, // known for ever: nothing is written twice

		{"deleted softly", esdb.Any{}, fresh, ok(2)},
		{"deleted softly", esdb.NoStream{}, fresh, ok(2)},
		{"deleted softly", esdb.StreamExists{}, fresh, gone},
		{"deleted softly", at(1), fresh, ok(2)},
		{"deleted softly", at(0), fresh, wrong("'0' but got '1'")},
		{"deleted softly", esdb.Any{}, []uuid.UUID{second}, ok(1)},
		{"deleted softly", esdb.Any{}, []uuid.UUID{second, third}, wrong("'any' but got '1'")},

		{"tombstoned", esdb.Any{}, fresh, gone},
		{"tombstoned", esdb.NoStream{}, fresh, gone},
		{"tombstoned", esdb.StreamExists{}, fresh, gone},
		{"tombstoned", at(1), fresh, gone},
		{"tombstoned", esdb.Any{}, []uuid.UUID{first}, gone},
	} {
		stream := "stream-" + uuid.NewString()
		states[c.state](t, client, stream)
		var events []esdb.EventData
		for _, id := range c.ids {
			events = append(events, withID(id))
		}
		result, err := client.AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{ExpectedRevision: c.expected}, events...)
		name := func() string { return strings.Join([]string{c.state, revisionName(c.expected)}, ", expected ") }
		switch {
		case c.want.code == 0 && err != nil:
			t.Errorf("%s: %v", name(), err)
		case c.want.code == 0 && (result.NextExpectedVersion != c.want.revision || result.CommitPosition == 0):
			t.Errorf("%s: %+v, want revision %d", name(), result, c.want.revision)
		case c.want.code != 0 && (codeOf(err) != c.want.code || !strings.Contains(err.Error(), c.want.says)):
			t.Errorf("%s: %v, want %v", name(), err, c.want)
		}
	}
}

func revisionName(expected esdb.ExpectedRevision) string {
	switch expected.(type) {
	case esdb.Any:
		return "any"
	case esdb.NoStream:
		return "no stream"
	case esdb.StreamExists:
		return "stream exists"
	}
	return "a revision"
}

func TestARepeatedAppendGivesTheFirstPlace(t *testing.T) {
	t.Parallel()
	client := serve(t, open).client(t)
	event := proposed("opened")
	once, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, event)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{}, proposed("used")); err != nil {
		t.Fatal(err)
	}
	twice, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, event)
	if err != nil {
		t.Fatal(err)
	}
	if *twice != *once {
		t.Errorf("the repetition gives %+v, first it was %+v", twice, once)
	}
}

// TestNoEvents: an append of no events only asks.
func TestNoEvents(t *testing.T) {
	t.Parallel()
	onEveryStore(t, noEvents)
}

func noEvents(t *testing.T, served served) {
	client := served.client(t)
	for _, c := range []struct {
		state    string
		expected esdb.ExpectedRevision
		want     outcome
	}{
		{"never existed", esdb.Any{}, ok(0)}, // the client's word for "no stream"
		{"never existed", esdb.StreamExists{}, wrong("'stream_exists' but got 'no_stream'")},
		{"at revision 1", esdb.Any{}, ok(1)},
		{"at revision 1", at(1), ok(1)},
		{"at revision 1", at(0), wrong("'0' but got '1'")},
		{"at revision 1", esdb.NoStream{}, wrong("'no_stream' but got '1'")},
		{"metadata only", esdb.StreamExists{}, ok(0)},
		{"deleted softly", esdb.StreamExists{}, gone},
		{"deleted softly", esdb.NoStream{}, wrong("'no_stream' but got '1'")},
		{"deleted softly", esdb.Any{}, ok(1)},
		{"deleted softly", at(1), ok(1)},
		{"tombstoned", esdb.Any{}, gone},
		{"tombstoned", esdb.NoStream{}, gone},
		{"tombstoned", at(1<<63 - 1), gone},
		{"tombstoned", at(1), gone},
		{"tombstoned", esdb.StreamExists{}, gone},
	} {
		stream := "stream-" + uuid.NewString()
		states[c.state](t, client, stream)
		result, err := client.AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{ExpectedRevision: c.expected})
		switch {
		case c.want.code != 0:
			if codeOf(err) != c.want.code || !strings.Contains(err.Error(), c.want.says) {
				t.Errorf("%s, %s: %v, want %v", c.state, revisionName(c.expected), err, c.want)
			}
		case err != nil || result.NextExpectedVersion != c.want.revision:
			t.Errorf("%s, %s: %+v, %v, want revision %d", c.state, revisionName(c.expected), result, err, c.want.revision)
		}
	}
}

// TestWritingADeletedStreamGoesOn: revisions never restart, and the metadata
// says from where the stream shows again.
func TestWritingADeletedStreamGoesOn(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	states["deleted softly"](t, client, "account-1")
	if metadata := served.read(t, "$$account-1"); len(metadata) != 1 || string(metadata[0].Data) != `{"$tb":9223372036854775807}` {
		t.Fatalf("the deletion wrote %+v", metadata)
	}
	if _, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, withID(third)); err != nil {
		t.Fatal(err)
	}
	if _, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: at(2)}, proposed("again")); err != nil {
		t.Fatal(err)
	}
	metadata := served.read(t, "$$account-1")
	if len(metadata) != 2 || metadata[1].Type != "$metadata" || string(metadata[1].Data) != `{"$tb":2}` {
		t.Errorf("the metadata is %+v", metadata)
	}
	events := served.read(t, "account-1")
	if len(events) != 4 || events[2].ID != third || events[2].Revision != 2 {
		t.Errorf("the stream holds %+v", events)
	}
	if metadata[1].Position > events[2].Position {
		t.Error("the stream was written before it was to be seen")
	}
}

// TestMetadataDoNotBringDeletedEventsBack: a deleted stream that is described
// anew is there again, and empty.
func TestMetadataDoNotBringDeletedEventsBack(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, served served) {
		client := served.client(t)
		states["deleted softly"](t, client, "account-1")
		metadata := esdb.StreamMetadata{}
		metadata.SetMaxCount(100)
		if _, err := client.SetStreamMetadata(t.Context(), "account-1", esdb.AppendToStreamOptions{}, metadata); err != nil {
			t.Fatal(err)
		}
		events, err := drain(client.ReadStream(t.Context(), "account-1", esdb.ReadStreamOptions{}, 10))
		if err != nil || len(events) != 0 {
			t.Errorf("the stream shows %s, %v", numbers(events), err)
		}
		if last := served.read(t, "$$account-1"); string(last[len(last)-1].Data) != `{"$maxCount":100,"$tb":2}` {
			t.Errorf("its metadata are %s", last[len(last)-1].Data)
		}
		if _, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: at(1)}, withID(third)); err != nil {
			t.Fatal(err)
		}
		events, err = drain(client.ReadStream(t.Context(), "account-1", esdb.ReadStreamOptions{}, 10))
		if err != nil || numbers(events) != "[2]" {
			t.Errorf("written again it shows %s, %v", numbers(events), err)
		}
	})
}

// TestOfSeveralMetadataTheLastCount, also when they come in one append, and when
// an older one is repeated.
func TestOfSeveralMetadataTheLastCount(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, served served) {
		client := served.client(t)
		served.fill(t, "account-1", 5, "opened")
		limit := func(count string) esdb.EventData {
			return esdb.EventData{EventID: uuid.New(), EventType: "$metadata", ContentType: esdb.ContentTypeJson, Data: []byte(`{"$maxCount":` + count + `}`)}
		}
		first, second, third := limit("1"), limit("2"), limit("3")
		for _, each := range [][]esdb.EventData{{first}, {second, third}, {first}} {
			if _, err := client.AppendToStream(t.Context(), "$$account-1", esdb.AppendToStreamOptions{}, each...); err != nil {
				t.Fatal(err)
			}
		}
		events, err := drain(client.ReadStream(t.Context(), "account-1", esdb.ReadStreamOptions{}, 10))
		if err != nil || numbers(events) != "[2 3 4]" {
			t.Errorf("the stream shows %s, %v", numbers(events), err)
		}
	})
}

func TestARepetitionDoesNotBringADeletedStreamBack(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	states["deleted softly"](t, client, "account-1")
	if _, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{}, withID(first)); err != nil {
		t.Fatal(err)
	}
	if metadata := served.read(t, "$$account-1"); len(metadata) != 1 {
		t.Errorf("the metadata is %+v", metadata)
	}
}

func TestDeletions(t *testing.T) {
	t.Parallel()
	onEveryStore(t, deletions)
}

func deletions(t *testing.T, served served) {
	client := served.client(t)
	const refused = esdb.ErrorCodeUnknown // FAILED_PRECONDITION has no code of its own in the client
	for _, c := range []struct {
		state      string
		expected   esdb.ExpectedRevision
		soft, hard esdb.ErrorCode
	}{
		{"never existed", esdb.Any{}, refused, -1},
		{"never existed", esdb.NoStream{}, refused, -1},
		{"never existed", esdb.StreamExists{}, refused, refused},
		{"never existed", at(0), refused, refused},
		{"metadata only", esdb.Any{}, -1, -1},
		{"metadata only", esdb.StreamExists{}, -1, -1},
		{"metadata only", at(0), refused, refused},
		{"at revision 1", esdb.Any{}, -1, -1},
		{"at revision 1", esdb.StreamExists{}, -1, -1},
		{"at revision 1", at(1), -1, -1},
		{"at revision 1", at(0), refused, refused},
		{"at revision 1", esdb.NoStream{}, refused, refused},
		{"deleted softly", esdb.Any{}, -1, -1},
		{"deleted softly", esdb.StreamExists{}, esdb.ErrorCodeStreamDeleted, esdb.ErrorCodeStreamDeleted},
		{"tombstoned", esdb.Any{}, esdb.ErrorCodeStreamDeleted, esdb.ErrorCodeStreamDeleted},
		{"tombstoned", at(1), esdb.ErrorCodeStreamDeleted, esdb.ErrorCodeStreamDeleted},
	} {
		stream := "stream-" + uuid.NewString()
		states[c.state](t, client, stream)
		result, err := client.DeleteStream(t.Context(), stream, esdb.DeleteStreamOptions{ExpectedRevision: c.expected})
		if codeOf(err) != c.soft || err == nil && (result.Position.Commit == 0 || result.Position.Prepare == 0) {
			t.Errorf("%s, %s: deleting gives %+v, %v", c.state, revisionName(c.expected), result, err)
		}
		stream = "stream-" + uuid.NewString()
		states[c.state](t, client, stream)
		result, err = client.TombstoneStream(t.Context(), stream, esdb.TombstoneStreamOptions{ExpectedRevision: c.expected})
		if codeOf(err) != c.hard || err == nil && (result.Position.Commit == 0 || result.Position.Prepare == 0) {
			t.Errorf("%s, %s: a tombstone gives %+v, %v", c.state, revisionName(c.expected), result, err)
		}
		if err != nil {
			continue
		}
		events := served.read(t, eventstore.Stream(stream))
		if last := events[len(events)-1]; last.Type != "$streamDeleted" {
			t.Errorf("%s: the last event is %s", c.state, last.Type)
		}
	}
}

// TestDeletionsHoldInAnotherGateway: what one gateway has deleted, one that is
// opened on the same store later knows from the store.
func TestDeletionsHoldInAnotherGateway(t *testing.T) {
	t.Parallel()
	before := serve(t, open)
	client := before.client(t)
	states["tombstoned"](t, client, "ended")
	states["deleted softly"](t, client, "hidden")
	after := serve(t, open, on(before.store)).client(t)
	if _, err := after.AppendToStream(t.Context(), "ended", esdb.AppendToStreamOptions{}, proposed("x")); codeOf(err) != esdb.ErrorCodeStreamDeleted {
		t.Errorf("the tombstone gives %v", err)
	}
	if _, err := after.AppendToStream(t.Context(), "hidden", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, proposed("x")); err != nil {
		t.Errorf("the deleted stream gives %v", err)
	}
}
