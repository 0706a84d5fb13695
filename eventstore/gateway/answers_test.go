package gateway_test

import (
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
)

// G-01: whatever is wrong with an append of a batch, its answer names its stream.
func TestARefusedBatchAppendNamesItsStream(t *testing.T) {
	t.Parallel()
	call := serve(t, open).batching(t)
	for what, c := range map[string]struct {
		request *streams.BatchAppendReq
		stream  string
	}{
		"a long name":  {whole(strings.Repeat("n", 10_000), nil, batched(1)), strings.Repeat("n", 10_000)},
		"a NUL":        {whole("a\x00b", nil, batched(1)), "a\x00b"},
		"no name":      {whole("", nil, batched(1)), ""},
		"nil in a row": {whole("s", nil, nil), "s"},
	} {
		call.send(c.request)
		response := call.receive()
		if response.StreamIdentifier == nil || string(response.StreamIdentifier.GetStreamName()) != c.stream || response.GetError() == nil {
			t.Errorf("%s: %v", what, response)
		}
	}
	// Nothing of it stays.
	call.send(whole("s", nil, batched(1)))
	if response := call.receive(); response.GetSuccess() == nil {
		t.Errorf("afterwards: %v", response)
	}
}

// G-14: an answer's message is the name of its details, what was expected is not
// repeated, and an id that is none is answered too.
func TestTheWordsOfBatchAnswers(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	states["tombstoned"](t, served.client(t), "ended")
	call := served.batching(t)
	for message, request := range map[string]*streams.BatchAppendReq{
		"WrongExpectedVersion":      whole("s", expecting(7), batched(1)),
		"StreamDeleted":             whole("ended", nil, batched(1)),
		"AccessDenied":              whole("$all", nil, batched(1)),
		"BadRequest":                whole("", nil, batched(1)),
		"MaximumAppendSizeExceeded": whole("s", nil, batched(2<<20)),
	} {
		call.send(request)
		response := call.receive()
		if response.GetError().GetMessage() != message || response.ExpectedStreamPosition != nil {
			t.Errorf("%s: %v", message, response)
		}
	}
	lost := whole("s", nil, batched(1))
	lost.CorrelationId = nil
	call.send(lost)
	if response := call.receive(); response.GetError().GetMessage() != "BadRequest" || string(response.GetStreamIdentifier().GetStreamName()) != "s" {
		t.Errorf("without a correlation id: %v", response)
	}
}

// G-04: bytes bound an append, not the number of its events.
func TestManySmallEventsInOneAppend(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func() eventstore.Store{
		"memory": func() eventstore.Store { return memory.New() },
		"postgres": func() eventstore.Store {
			store, err := postgres.Open(t.Context(), pgtest.New(t), postgres.Options{AllowUnsafe: true})
			if err != nil {
				t.Fatal(err)
			}
			return store
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := serve(t, open, on(store()))
			client := served.client(t)
			last := uint64(0)
			for _, count := range []int{5_001, 10_000, 30_000} {
				events := make([]esdb.EventData, count)
				for i := range events {
					events[i] = esdb.EventData{EventID: uuid.New(), EventType: "small", ContentType: esdb.ContentTypeJson, Data: []byte("{}")}
				}
				result, err := client.AppendToStream(t.Context(), "account-1", esdbAny, events...)
				if last += uint64(count); err != nil || result.NextExpectedVersion != last-1 {
					t.Fatalf("%d events: %+v, %v", count, result, err)
				}
			}
		})
	}
}

// G-05: what one append may hold is a setting, 1 MiB without one, and clients are
// told in trailers.
func TestTheLargestAppend(t *testing.T) {
	t.Parallel()
	connection := serve(t, open).raw(t)
	if _, _, err := appendRaw(t, connection, to("s"), message(sized(1<<20-1_000))); err != nil {
		t.Errorf("just below 1 MiB: %v", err)
	}
	_, trailer, err := appendRaw(t, connection, to("s"), message(sized(600<<10)), message(sized(600<<10)))
	if known := status.Convert(err); known.Code() != codes.InvalidArgument || known.Message() != "Maximum Append Size of 1048576 Exceeded." {
		t.Errorf("above 1 MiB: %v", err)
	}
	wantTrailers(t, trailer, "exception", "maximum-append-size-exceeded", "maximum-append-size", "1048576")
}

func wantTrailers(t *testing.T, trailer metadata.MD, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := strings.Join(trailer.Get(pairs[i]), ","); got != pairs[i+1] {
			t.Errorf("the trailer %s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}

// G-06: an append of no events.
func TestAnAppendOfNoEvents(t *testing.T) {
	t.Parallel()
	none := func(expected esdb.ExpectedRevision) esdb.AppendToStreamOptions {
		return esdb.AppendToStreamOptions{ExpectedRevision: expected}
	}
	t.Run("to a tombstoned stream", func(t *testing.T) {
		t.Parallel()
		client := serve(t, open).client(t)
		states["tombstoned"](t, client, "s")
		for _, expected := range []esdb.ExpectedRevision{esdb.Any{}, esdb.NoStream{}, esdb.StreamExists{}, esdb.Revision(1<<63 - 1)} {
			if _, err := client.AppendToStream(t.Context(), "s", none(expected)); codeOf(err) != esdb.ErrorCodeStreamDeleted {
				t.Errorf("%v gives %v", expected, err)
			}
		}
	})
	for name, c := range map[string]struct {
		expected esdb.ExpectedRevision
		code     esdb.ErrorCode // -1 for none
		exists   bool           // afterwards
	}{
		"no stream":          {esdb.NoStream{}, esdb.ErrorCodeWrongExpectedVersion, false},
		"any":                {esdb.Any{}, -1, true},
		"the exact revision": {esdb.Revision(1), -1, true},
		"another revision":   {esdb.Revision(0), esdb.ErrorCodeWrongExpectedVersion, false},
		"that it exists":     {esdb.StreamExists{}, esdb.ErrorCodeStreamDeleted, false},
	} {
		t.Run("to a softly deleted stream, expecting "+name, func(t *testing.T) {
			t.Parallel()
			served := serve(t, open)
			client := served.client(t)
			states["deleted softly"](t, client, "s")
			if _, err := client.AppendToStream(t.Context(), "s", none(c.expected)); codeOf(err) != c.code {
				t.Errorf("it gives %v", err)
			}
			count, err := countRead(t.Context(), streams.NewStreamsClient(served.raw(t)), oneStream("s"))
			if err != nil || count != 0 && count != -1 {
				t.Fatalf("%d events, %v", count, err)
			}
			says := served.readOnce(t, oneStream("s"))
			if exists := says != "not found"; exists != c.exists {
				t.Errorf("afterwards it says %q", says)
			}
		})
	}
}

// G-07: who follows a stream gets its tombstone, and then hears that it is deleted.
func TestATombstoneWhileSubscribed(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "account-1", 1, "opened")
	says := served.subscribe(t, oneStream("account-1"))
	says.want("confirmed", "event account-1", "caught up")
	if _, err := client.TombstoneStream(t.Context(), "account-1", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	message, err := says.client.Recv()
	if err != nil || message.GetEvent().GetEvent().GetMetadata()["type"] != "$streamDeleted" {
		t.Fatalf("the tombstone is %v, %v", message, err)
	}
	says.want("ended: FailedPrecondition Event stream 'account-1' is deleted.")
	wantTrailers(t, says.client.Trailer(), "exception", "stream-deleted", "stream-name", "account-1")
}

// G-07: a persistent subscription delivers the tombstone and stays open.
func TestATombstoneWhileSubscribedPersistently(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "account-1", 1, "opened")
	settings := esdb.SubscriptionSettingsDefault()
	if err := client.CreatePersistentSubscription(t.Context(), "account-1", "group", esdb.PersistentStreamSubscriptionOptions{StartFrom: esdb.Start{}, Settings: &settings}); err != nil {
		t.Fatal(err)
	}
	subscription, err := client.SubscribeToPersistentSubscription(t.Context(), "account-1", "group", esdb.SubscribeToPersistentSubscriptionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer subscription.Close()
	first := subscription.Recv().EventAppeared
	if err := subscription.Ack(first.Event); err != nil {
		t.Fatal(err)
	}
	if _, err := client.TombstoneStream(t.Context(), "account-1", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	next := subscription.Recv()
	if next.EventAppeared == nil || next.EventAppeared.Event.Event.EventType != "$streamDeleted" {
		t.Fatalf("next comes %+v", next)
	}
	if err := subscription.Ack(next.EventAppeared.Event); err != nil {
		t.Errorf("it does not stay open: %v", err)
	}
}

// G-19: a tombstone in $all.
func TestATombstoneInAll(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	states["tombstoned"](t, client, "s")
	for _, event := range readAllEvents(t, client) {
		recorded := event.OriginalEvent()
		if recorded.EventType != "$streamDeleted" {
			continue
		}
		if recorded.EventNumber != 1<<63-1 || recorded.ContentType != "application/octet-stream" || len(recorded.Data)+len(recorded.UserMetadata) > 0 {
			t.Errorf("the tombstone is %+v", recorded)
		}
		return
	}
	t.Error("there is no tombstone")
}

// G-09: what counts as a stream's metadata.
func TestWhatCountsAsMetadata(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data, eventType string
		binary          bool
		shown           int // of three events
	}{
		"as it should be":              {`{"$maxCount":1}`, "$metadata", false, 1},
		"a key in other letters":       {`{"$MaxCount":1}`, "$metadata", false, 3},
		"not JSON":                     {`{"$maxCount":1}`, "$metadata", true, 3},
		"another type":                 {`{"$maxCount":1}`, "Foo", false, 1},
		"a mark of the order of bytes": {"\xef\xbb\xbf" + `{"$maxCount":1}`, "$metadata", false, 1},
		"text after it":                {`{"$maxCount":1} and more`, "$metadata", false, 1},
		"none above zero":              {`{"$maxCount":0,"$tb":2}`, "$metadata", false, 1},
		"a text for a number":          {`{"$maxCount":"1"}`, "$metadata", false, 3},
		"nothing for a number":         {`{"$maxCount":null,"$tb":2}`, "$metadata", false, 3},
		"a list that is none":          {`{"$maxCount":1,"$acl":null}`, "$metadata", false, 3},
		"a list with other names":      {`{"$maxCount":1,"$acl":{"$R":"$all"}}`, "$metadata", false, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			house := serve(t, open)
			client := house.client(t)
			house.fill(t, "account-1", 3, "opened")
			event := proposed(c.eventType)
			event.Data = []byte(c.data)
			if c.binary {
				event.ContentType = esdb.ContentTypeBinary
			}
			if _, err := client.AppendToStream(t.Context(), "$$account-1", esdbAny, event); err != nil {
				t.Fatal(err)
			}
			wanted := func(what string, by served) {
				if count, err := countRead(t.Context(), streams.NewStreamsClient(by.raw(t)), oneStream("account-1")); err != nil || count != c.shown {
					t.Errorf("%s: %d events are shown (%v), want %d", what, count, err, c.shown)
				}
			}
			wanted("at once", house)
			wanted("after a restart", serve(t, open, on(house.store)))
		})
	}
}

// G-10: an event of a link's type whose data is no link stands for itself.
func TestAnEventThatIsNoLink(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	for _, data := range []string{"", "x", "@", "1@", "-1@account-1", "one@account-1", "0@missing"} {
		event := newStoreEvent("$>", data)
		if _, err := served.store.Append(t.Context(), eventstore.Append{Stream: "links", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{event}}); err != nil {
			t.Fatal(err)
		}
	}
	options := oneStream("links")
	options.ResolveLinks = true
	options.CountOption = &streams.ReadReq_Options_Count{Count: 100}
	call, err := streams.NewStreamsClient(served.raw(t)).Read(t.Context(), asked(options))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		message, err := call.Recv()
		if err != nil {
			t.Fatal(err)
		}
		event, link := message.GetEvent().GetEvent(), message.GetEvent().GetLink()
		if isLink := i == 6; (event == nil) != isLink || (link != nil) != isLink {
			t.Errorf("event %d: %v", i, message)
		}
	}
}

// G-21: what no store here can hold is refused in a form that clients show.
func TestNamesThatCannotBeStored(t *testing.T) {
	t.Parallel()
	connection := serve(t, open).raw(t)
	for what, messages := range map[string][]*streams.AppendReq{
		"a long name":     {to(strings.Repeat("n", 513)), message()},
		"a NUL in a name": {to("a\x00b"), message()},
		"a long type":     {to("s"), message(typed(strings.Repeat("t", 513)))},
		"a NUL in a type": {to("s"), message(typed("a\x00b"))},
	} {
		_, trailer, err := appendRaw(t, connection, messages...)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
		wantTrailers(t, trailer, "exception", "invalid-argument")
	}
}

// G-11: what clients and their tests read.
func TestTextsOfRefusals(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	states["tombstoned"](t, served.client(t), "ended")
	client := streams.NewStreamsClient(served.raw(t))
	deleted := &streams.DeleteReq{Options: &streams.DeleteReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
		ExpectedStreamRevision: &streams.DeleteReq_Options_Revision{Revision: 3},
	}}
	_, err := client.Delete(t.Context(), deleted)
	wantMessage(t, err, "Delete failed due to WrongExpectedVersion. Stream: s, Expected version: 3, Actual version: -1")
	_, err = countRead(t.Context(), client, oneStream("ended"))
	wantMessage(t, err, "Event stream 'ended' is deleted.")
	_, _, err = appendRaw(t, served.raw(t), to("$all"), message())
	wantMessage(t, err, "Access Denied")
	_, _, err = appendRaw(t, served.raw(t), to("s"), message(without("type")))
	wantMessage(t, err, "Required Metadata Property 'type' is missing")
}

func wantMessage(t *testing.T, err error, want string) {
	t.Helper()
	if got := status.Convert(err).Message(); got != want {
		t.Errorf("the message is %q, want %q", got, want)
	}
}
