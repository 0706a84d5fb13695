package gateway_test

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/projections"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
)

// mixed fills a store with so many events of three categories in turns, of two
// types.
func (s served) mixed(t testing.TB, count int) {
	t.Helper()
	for i := range count {
		category := []string{"account", "customer", "account-of"}[i%3]
		event := newStoreEvent([]string{"opened", "closed"}[i%2], fmt.Sprint(i))
		_, err := s.store.Append(t.Context(), eventstore.Append{
			Stream: eventstore.Stream(fmt.Sprintf("%s-%d", category, i%30)), Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{event},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// of is what a virtual stream should hold: the events of the log that belong to it.
func (s served) of(t testing.TB, belongs func(*eventstore.Event) bool) []string {
	t.Helper()
	var links []string
	for event, err := range s.store.ReadAll(context.Background(), eventstore.AllQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if belongs(&event) {
			links = append(links, fmt.Sprintf("%d@%s", event.Revision, event.Stream))
		}
	}
	return links
}

func ofCategory(name string) func(*eventstore.Event) bool {
	filter := eventstore.Filter{StreamPrefixes: []string{name + "-"}}
	return func(event *eventstore.Event) bool { return filter.Keeps(event.Stream, event.Type) }
}

func ofType(name string) func(*eventstore.Event) bool {
	return func(event *eventstore.Event) bool { return event.Type == name }
}

// F-13: the streams of categories and types, as the standard projections make them:
// forwards, backwards, from anywhere, links resolved or not.
func TestStreamsOfCategoriesAndTypes(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, served served) {
		client := served.client(t)
		served.mixed(t, 3_300)
		for stream, belongs := range map[string]func(*eventstore.Event) bool{
			"$ce-account": ofCategory("account"), "$ce-customer": ofCategory("customer"), "$et-opened": ofType("opened"), "$et-closed": ofType("closed"),
		} {
			want := served.of(t, belongs)
			last := uint64(len(want) - 1)
			for _, from := range []uint64{0, 1, 999, 1_000, 1_001, last - 1, last, last + 1, 0} {
				for _, count := range []uint64{1, 7, 1_100} {
					options := esdb.ReadStreamOptions{From: esdb.Revision(from), ResolveLinkTos: from%2 == 1}
					wantLinks(t, client, stream, options, count, from, want)
					options.Direction = esdb.Backwards
					wantLinks(t, client, stream, options, count, from, want)
				}
			}
			wantLinks(t, client, stream, esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 5, last, want)
			served.mixed(t, 6)
			wantLinks(t, client, stream, esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 5, 1<<62, served.of(t, belongs))
		}
	})
}

// wantLinks reads a virtual stream and compares it with the links that it should
// hold from a revision on.
func wantLinks(t *testing.T, client *esdb.Client, name string, options esdb.ReadStreamOptions, count, from uint64, links []string) {
	t.Helper()
	stream, err := client.ReadStream(t.Context(), name, options, count)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	at, step := int(min(from, uint64(len(links)))), 1
	if options.Direction == esdb.Backwards {
		at, step = int(min(from, uint64(len(links)-1))), -1
	}
	for range count {
		event, err := stream.Recv()
		if at < 0 || at >= len(links) {
			if err == nil {
				t.Fatalf("%s goes on beyond its end: %+v", name, event.OriginalEvent())
			}
			return
		}
		if err != nil {
			t.Fatalf("%s ends at %d: %v", name, at, err)
		}
		link := event.OriginalEvent()
		if string(link.Data) != links[at] || link.EventNumber != uint64(at) || link.StreamID != name || link.EventType != "$>" {
			t.Fatalf("%s at %d: %s is number %d of %s, want %s", name, at, link.Data, link.EventNumber, link.StreamID, links[at])
		}
		if options.ResolveLinkTos && fmt.Sprintf("%d@%s", event.Event.EventNumber, event.Event.StreamID) != links[at] {
			t.Fatalf("%s at %d leads to %+v", name, at, event.Event)
		}
		at += step
	}
}

// F-13: followed from anywhere, and resumed, nothing is missed and nothing comes
// twice; events come as they are written.
func TestFollowingACategory(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, served served) {
		served.mixed(t, 90)
		want := served.of(t, ofCategory("account"))
		for _, after := range []int{-1, 0, 20, len(want) - 1} {
			options := oneStream("$ce-account")
			options.ResolveLinks = true
			if after >= 0 {
				options.GetStream().RevisionOption = &streams.ReadReq_Options_StreamOptions_Revision{Revision: uint64(after)}
			}
			says := served.subscribe(t, options)
			says.want("confirmed")
			for i := after + 1; i < len(want); i++ {
				says.wantLink(i, want[i])
			}
			says.want("caught up")
			served.mixed(t, 3)
			want = served.of(t, ofCategory("account"))
			for i := len(want) - 2; i < len(want); i++ {
				says.wantLink(i, want[i])
			}
		}
	})
}

func (w *words) wantLink(revision int, target string) {
	w.t.Helper()
	came := w.watch.Await("the next link")
	message, err := w.client.Recv()
	came()
	event, link := message.GetEvent().GetEvent(), message.GetEvent().GetLink()
	if err != nil || link.GetStreamRevision() != uint64(revision) || string(link.GetData()) != target ||
		fmt.Sprintf("%d@%s", event.GetStreamRevision(), event.GetStreamIdentifier().GetStreamName()) != target {
		w.t.Fatalf("link %d: %v, %v, want one to %s", revision, message, err, target)
	}
}

// F-13: a persistent subscription to a category.
func TestAPersistentSubscriptionToACategory(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.mixed(t, 30)
	want := served.of(t, ofCategory("account"))
	client := served.client(t)
	createGroup(t, client, "$ce-account", "group", func(s *esdb.PersistentSubscriptionSettings) { s.ResolveLinkTos = true })
	subscription := consume(t, client, "$ce-account", "group", 5)
	for i, target := range want {
		event := next(t, subscription).Event
		if string(event.OriginalEvent().Data) != target || event.OriginalEvent().EventNumber != uint64(i) || event.Event == nil {
			t.Fatalf("event %d is %+v", i, event.OriginalEvent())
		}
		if err := subscription.Ack(event); err != nil {
			t.Fatal(err)
		}
	}
}

// F-13: what is no virtual stream, and links that lead nowhere.
func TestWhatIsNoVirtualStream(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.mixed(t, 9)
	for _, name := range []string{"$ce-", "$ce-nobody", "$ce-account-of", "$et-", "$et-nothing", "$et-$>", "$et-$SubscriptionCheckpoint"} {
		if says := served.readOnce(t, oneStream(name)); says != "not found" {
			t.Errorf("%s: %s", name, says)
		}
	}
	if _, err := client.DeleteStream(t.Context(), "account-0", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}}); err != nil {
		t.Fatal(err)
	}
	options := oneStream("$ce-account")
	options.ResolveLinks = true
	options.CountOption = &streams.ReadReq_Options_Count{Count: 1}
	call, err := streams.NewStreamsClient(served.raw(t)).Read(t.Context(), asked(options))
	if err != nil {
		t.Fatal(err)
	}
	if message, err := call.Recv(); err != nil || message.GetEvent().GetEvent() != nil || message.GetEvent().GetLink() == nil {
		t.Errorf("a link to what was deleted: %v, %v", message, err)
	}
	// A stream of that name with events of its own is that stream.
	served.link(t, "$ce-customer", "0@account-3")
	if events := served.linksOf(t, client, "$ce-customer"); len(events) != 1 || events[0] != "0@account-3" {
		t.Errorf("a real stream holds %v", events)
	}
}

func (s served) linksOf(t *testing.T, client *esdb.Client, name string) (links []string) {
	t.Helper()
	stream, err := client.ReadStream(t.Context(), name, esdb.ReadStreamOptions{From: esdb.Start{}}, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	for event, err := stream.Recv(); err == nil; event, err = stream.Recv() {
		links = append(links, string(event.OriginalEvent().Data))
	}
	return links
}

// F-13: switching on the projections that make these streams is no error, and no
// other projection is there.
func TestSwitchingOnStandardProjections(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := projections.NewProjectionsClient(served.raw(t))
	for name, want := range map[string]codes.Code{"$by_category": codes.OK, "$by_event_type": codes.OK, "mine": codes.Unimplemented} {
		_, err := client.Enable(t.Context(), &projections.EnableReq{Options: &projections.EnableReq_Options{Name: name}})
		if status.Code(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// F-13: a virtual stream is for those who may read everything, and shows nobody
// what they may not read.
func TestWhoReadsVirtualStreams(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	served.mixed(t, 9)
	served.fill(t, "account-secret", 1, "opened")
	admin, li := asUser(t, "admin", "changeit"), asUser(t, "li", "li's password")
	client := streams.NewStreamsClient(served.raw(t))
	for _, name := range []string{"$ce-account", "$et-opened"} {
		if count, err := countRead(admin, client, oneStream(name)); err != nil || count == 0 {
			t.Errorf("the administrator reads %d of %s, %v", count, name, err)
		}
		if _, err := countRead(li, client, oneStream(name)); status.Code(err) != codes.PermissionDenied {
			t.Errorf("li reads %s: %v", name, err)
		}
	}
	lists := map[string]string{"$$$all": `{"$acl":{"$r":["li","$admins"]}}`, "$$account-secret": `{"$acl":{"$r":"$admins"}}`, "$$$et-opened": `{"$acl":{"$r":"$admins"}}`}
	for stream, list := range lists {
		if code := served.append(admin, t, stream, "$metadata", list); code != codes.OK {
			t.Fatal(code)
		}
	}
	options := oneStream("$ce-account")
	options.ResolveLinks = true
	options.CountOption = &streams.ReadReq_Options_Count{Count: 100}
	call, err := client.Read(li, asked(options))
	for err == nil {
		var message *streams.ReadResp
		if message, err = call.Recv(); err != nil {
			break
		}
		if string(message.GetEvent().GetEvent().GetStreamIdentifier().GetStreamName()) == "account-secret" {
			t.Errorf("li is shown %v", message)
		}
	}
	if _, err := countRead(li, client, oneStream("$et-opened")); status.Code(err) != codes.PermissionDenied {
		t.Errorf("li reads a type with a list of its own: %v", err)
	}
	if code := served.append(asUser(t, "li", "li's password"), t, "$ce-account", "x", "{}"); code != codes.PermissionDenied {
		t.Errorf("li writes to a category: %v", code)
	}
}

// Reading at the end of a large log examines nothing twice.
func TestACategoryIsCountedOnce(t *testing.T) {
	t.Parallel()
	counted := &countedReads{}
	served := serve(t, open, func(config *gateway.Config) {
		counted.Store = config.Store
		config.Store = counted
	})
	served.mixed(t, 3_000)
	client := served.client(t)
	for range 3 {
		for range 5 {
			if _, err := client.ReadStream(t.Context(), "$ce-nobody", esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1); err != nil {
				t.Fatal(err)
			}
			wantLinks(t, client, "$ce-account", esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1, 1<<62, served.of(t, ofCategory("account")))
		}
	}
	if got := counted.filtered.Load(); got > 3_000+100 {
		t.Errorf("%d events were read", got)
	}
}

// A link that was just given is resolved without another read.
func TestResolvingACategoryReadsNothingTwice(t *testing.T) {
	t.Parallel()
	counted := &countedReads{}
	served := serve(t, open, func(config *gateway.Config) {
		counted.Store = config.Store
		config.Store = counted
	})
	served.mixed(t, 300)
	want := served.of(t, ofCategory("account"))
	before := counted.streams.Load()
	wantLinks(t, served.client(t), "$ce-account", esdb.ReadStreamOptions{From: esdb.Start{}, ResolveLinkTos: true}, 1_000, 0, want)
	if got := counted.streams.Load() - before; got > 5 {
		t.Errorf("%d streams were read", got)
	}
}

// countedReads counts the events of filtered reads of everything, and the reads of
// streams.
type countedReads struct {
	eventstore.Store
	filtered, streams atomic.Int64
}

// ReadStream implements eventstore.Store.
func (c *countedReads) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	c.streams.Add(1)
	return c.Store.ReadStream(ctx, q)
}

// ReadAll implements eventstore.Store.
func (c *countedReads) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range c.Store.ReadAll(ctx, q) {
			if !q.Filter.IsZero() {
				c.filtered.Add(1)
			}
			if !yield(event, err) {
				return
			}
		}
	}
}
