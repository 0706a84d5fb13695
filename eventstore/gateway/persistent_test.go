//lint:file-ignore SA1019 what older clients say in the deprecated fields is tested too

package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// settingsOf are the client's own, changed.
func settingsOf(change func(*esdb.PersistentSubscriptionSettings)) *esdb.PersistentSubscriptionSettings {
	settings := esdb.SubscriptionSettingsDefault()
	change(&settings)
	return &settings
}

func createGroup(t *testing.T, client *esdb.Client, stream, group string, change func(*esdb.PersistentSubscriptionSettings)) {
	t.Helper()
	err := client.CreatePersistentSubscription(t.Context(), stream, group, esdb.PersistentStreamSubscriptionOptions{
		StartFrom: esdb.Start{}, Settings: settingsOf(change),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func consume(t *testing.T, client *esdb.Client, stream, group string, buffer uint32) *esdb.PersistentSubscription {
	t.Helper()
	subscription, err := client.SubscribeToPersistentSubscription(context.Background(), stream, group, esdb.SubscribeToPersistentSubscriptionOptions{BufferSize: buffer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = subscription.Close() })
	return subscription
}

// next is the next event, which must come.
func next(t *testing.T, subscription *esdb.PersistentSubscription) *esdb.EventAppeared {
	t.Helper()
	event := subscription.Recv()
	if event.EventAppeared == nil {
		t.Fatalf("instead of an event: %v", event.SubscriptionDropped.Error)
	}
	return event.EventAppeared
}

func unchanged(*esdb.PersistentSubscriptionSettings) {}

func TestPersistentAckRetryParkReplay(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	events := served.fill(t, "account-1", 3, "opened")
	createGroup(t, client, "account-1", "group", unchanged)
	subscription := consume(t, client, "account-1", "group", 10)
	first, second, third := next(t, subscription), next(t, subscription), next(t, subscription)
	if first.RetryCount != 0 || first.Event.Event.EventID != events[0].ID || first.Event.Event.EventNumber != 0 ||
		string(first.Event.Event.Data) != string(events[0].Data) || first.Event.Link != nil {
		t.Errorf("the first event is %+v", first.Event.Event)
	}
	if err := subscription.Nack("not now", esdb.NackActionRetry, first.Event); err != nil {
		t.Fatal(err)
	}
	again := next(t, subscription)
	if again.RetryCount != 1 || again.Event.Event.EventID != events[0].ID {
		t.Errorf("after a nack comes event %d as retry %d", again.Event.Event.EventNumber, again.RetryCount)
	}
	if err := errors.Join(subscription.Ack(again.Event, second.Event), subscription.Nack("never", esdb.NackActionPark, third.Event)); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "the event to be parked", func() bool {
		info, err := client.GetPersistentSubscriptionInfo(t.Context(), "account-1", "group", esdb.GetPersistentSubscriptionOptions{})
		return err == nil && info.Stats.ParkedMessagesCount == 1
	})
	if err := client.ReplayParkedMessages(t.Context(), "account-1", "group", esdb.ReplayParkedMessagesOptions{}); err != nil {
		t.Fatal(err)
	}
	replayed := next(t, subscription).Event
	if replayed.Link == nil || replayed.Event == nil || replayed.Event.EventID != events[2].ID ||
		replayed.Link.StreamID != "$persistentsubscription-account-1::group-parked" {
		t.Errorf("replayed: %+v", replayed)
	}
	if err := subscription.Ack(replayed); err != nil {
		t.Fatal(err)
	}
}

func TestPersistentTwoConsumersShareTheEvents(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "account-1", 100, "opened")
	createGroup(t, client, "account-1", "group", unchanged)
	type got struct{ consumer, number int }
	received := make(chan got)
	for consumer := range 2 {
		subscription := consume(t, client, "account-1", "group", 5)
		go func() {
			for {
				event := subscription.Recv().EventAppeared
				if event == nil {
					return
				}
				_ = subscription.Ack(event.Event) // before the test can end: the client may not be closed meanwhile
				received <- got{consumer, int(event.Event.Event.EventNumber)}
			}
		}()
	}
	seen, counts := map[int]bool{}, [2]int{}
	for range 100 {
		one := <-received
		if seen[one.number] {
			t.Errorf("event %d came twice", one.number)
		}
		seen[one.number] = true
		counts[one.consumer]++
	}
	if counts[0] == 0 || counts[1] == 0 {
		t.Errorf("the consumers got %v", counts)
	}
}

func TestPersistentDeletionDropsConsumers(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	createGroup(t, client, "account-1", "group", unchanged)
	subscription := consume(t, client, "account-1", "group", 10)
	if err := client.DeletePersistentSubscription(t.Context(), "account-1", "group", esdb.DeletePersistentSubscriptionOptions{}); err != nil {
		t.Fatal(err)
	}
	dropped := subscription.Recv().SubscriptionDropped
	if dropped == nil || status.Code(dropped.Error) != codes.Canceled {
		t.Errorf("the consumer is told %+v", dropped)
	}
}

func TestPersistentSubscriptionToAllWithFilter(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "other-1", 3, "opened")
	err := client.CreatePersistentSubscriptionToAll(t.Context(), "group", esdb.PersistentAllSubscriptionOptions{
		StartFrom: esdb.Start{}, Settings: settingsOf(unchanged),
		Filter: &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{"account-"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	subscription, err := client.SubscribeToPersistentSubscriptionToAll(t.Context(), "group", esdb.SubscribeToPersistentSubscriptionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer subscription.Close()
	events := served.fill(t, "account-1", 2, "opened")
	for _, event := range events {
		got := next(t, subscription).Event.Event
		if got.EventID != event.ID || got.Position.Commit != uint64(event.Position) {
			t.Errorf("got %s of %s", got.EventID, got.StreamID)
		}
	}
}

// TestPersistentSubscriptionsOutliveTheServer ends one server after another over
// the same store and looks whether any event is passed over.
func TestPersistentSubscriptionsOutliveTheServer(t *testing.T) {
	t.Parallel()
	for what, open := range map[string]func(*testing.T) eventstore.Store{
		"memory": func(*testing.T) eventstore.Store { return memory.New() },
		"PostgreSQL": func(t *testing.T) eventstore.Store {
			store, err := postgres.Open(t.Context(), pgtest.New(t), postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			return store
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			store := open(t)
			t.Cleanup(func() { _ = store.Close() })
			outlive(t, store)
		})
	}
}

func outlive(t *testing.T, store eventstore.Store) {
	t.Helper()
	processed := map[uint64]int{}
	for life := range 4 {
		server, address := start(t, open, on(store))
		served := served{store: store, address: address}
		client := served.client(t)
		if life == 0 {
			served.fill(t, "account-1", 40, "opened")
			createGroup(t, client, "account-1", "group", func(s *esdb.PersistentSubscriptionSettings) { s.CheckpointLowerBound = 1 })
		}
		subscription := consume(t, client, "account-1", "group", 4)
		for range 10 {
			event := next(t, subscription)
			processed[event.Event.Event.EventNumber]++
			if err := subscription.Ack(event.Event); err != nil {
				t.Fatal(err)
			}
		}
		// The acknowledgements have arrived when what they make room for has.
		last := next(t, subscription).Event.Event.EventNumber
		processed[last] += 0
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
	}
	info := lastInfo(t, store)
	if len(processed) < 30 || info.Stats.LastCheckpointedEventRevision == nil || *info.Stats.LastCheckpointedEventRevision < 20 {
		t.Errorf("%d events were seen, the last checkpoint is %v", len(processed), info.Stats.LastCheckpointedEventRevision)
	}
	for number := range uint64(len(processed)) {
		if _, seen := processed[number]; !seen {
			t.Errorf("event %d was passed over", number)
		}
	}
}

func lastInfo(t *testing.T, store eventstore.Store) *esdb.PersistentSubscriptionInfo {
	t.Helper()
	_, address := start(t, open, on(store))
	client := served{store: store, address: address}.client(t)
	info, err := client.GetPersistentSubscriptionInfo(t.Context(), "account-1", "group", esdb.GetPersistentSubscriptionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestPersistentSubscriptionsHandOutWhatCanBeRead, and nothing that is too old,
// deleted or ended.
func TestPersistentSubscriptionsHandOutWhatCanBeRead(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		metadata  string
		tombstone bool
		want      []uint64
	}{
		"everything":       {`{}`, false, []uint64{0, 1, 2, 3, 4}},
		"not too old":      {`{"$maxAge":600}`, false, []uint64{2, 3, 4}},
		"few":              {`{"$maxCount":1}`, false, []uint64{4}},
		"from a revision":  {`{"$tb":3,"$maxAge":600}`, false, []uint64{3, 4}},
		"deleted":          {`{"$tb":9223372036854775807}`, false, nil},
		"with a tombstone": {`{}`, true, nil},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			store := aged(t)
			served{store: store}.describe(t, "a-1", c.metadata)
			served := serve(t, open, on(store))
			client := served.client(t)
			createGroup(t, client, "a-1", "group", unchanged)
			if c.tombstone {
				if _, err := client.TombstoneStream(t.Context(), "a-1", esdb.TombstoneStreamOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			subscription := consume(t, client, "a-1", "group", 10)
			for _, want := range c.want {
				if got := next(t, subscription).Event.Event.EventNumber; got != want {
					t.Errorf("event %d came, want %d", got, want)
				}
			}
			waiting.Until(t, "the subscription to catch up", func() bool {
				info, err := client.GetPersistentSubscriptionInfo(t.Context(), "a-1", "group", esdb.GetPersistentSubscriptionOptions{})
				if err == nil && info.Stats.TotalItems > int64(len(c.want)) {
					t.Fatalf("%d events were handed out, want %d", info.Stats.TotalItems, len(c.want))
				}
				return err == nil && strings.HasPrefix(info.Status, "Live")
			})
		})
	}
}

func TestPersistentInfo(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "account-1", 5, "opened")
	createGroup(t, client, "account-1", "group", func(s *esdb.PersistentSubscriptionSettings) {
		s.ConsumerStrategyName, s.MaxRetryCount, s.MessageTimeout = esdb.ConsumerStrategyPinned, 7, 1_234
		s.ResolveLinkTos, s.ExtraStatistics, s.MaxSubscriberCount = true, true, 3
	})
	subscription := consume(t, client, "account-1", "group", 2)
	next(t, subscription)
	list, err := client.ListAllPersistentSubscriptions(t.Context(), esdb.ListPersistentSubscriptionsOptions{})
	if err != nil || len(list) != 1 {
		t.Fatalf("listed: %+v (%v)", list, err)
	}
	info := list[0]
	settings := info.Settings
	if info.EventSource != "account-1" || info.GroupName != "group" || settings.MaxRetryCount != 7 || settings.MessageTimeout != 1_234 ||
		settings.ConsumerStrategyName != esdb.ConsumerStrategyPinned || !settings.ResolveLinkTos || !settings.ExtraStatistics ||
		settings.MaxSubscriberCount != 3 || settings.StartFrom != (esdb.Start{}) || settings.CheckpointAfter != 2_000 {
		t.Errorf("the settings are %+v", settings)
	}
	if info.Stats.TotalInFlightMessages != 2 || *info.Stats.LastKnownEventRevision != 4 || info.Stats.LastCheckpointedEventRevision != nil {
		t.Errorf("the statistics are %+v", info.Stats)
	}
	if len(info.Connections) != 1 || info.Connections[0].InFlightMessages != 2 || info.Connections[0].Username != "anonymous" {
		t.Errorf("the connections are %+v", info.Connections)
	}
	if _, _, err := net.SplitHostPort(info.Connections[0].From); err != nil {
		t.Errorf("the consumer calls from %q", info.Connections[0].From)
	}
}

func TestPersistentSubscriptionsOfAReadOnlyLedger(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.Writable = false })
	client := served.client(t)
	served.fill(t, "account-1", 1, "opened")
	before, err := served.store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	options := esdb.PersistentStreamSubscriptionOptions{Settings: settingsOf(unchanged)}
	for what, call := range map[string]func() error{
		"create": func() error { return client.CreatePersistentSubscription(t.Context(), "account-1", "group", options) },
		"update": func() error { return client.UpdatePersistentSubscription(t.Context(), "account-1", "group", options) },
		"delete": func() error {
			return client.DeletePersistentSubscription(t.Context(), "account-1", "group", esdb.DeletePersistentSubscriptionOptions{})
		},
		"replay": func() error {
			return client.ReplayParkedMessages(t.Context(), "account-1", "group", esdb.ReplayParkedMessagesOptions{})
		},
		"restart": func() error {
			return client.RestartPersistentSubscriptionSubsystem(t.Context(), esdb.RestartPersistentSubscriptionSubsystemOptions{})
		},
		"read": func() error {
			_, err := client.SubscribeToPersistentSubscription(t.Context(), "account-1", "group", esdb.SubscribeToPersistentSubscriptionOptions{})
			return err
		},
	} {
		if err := call(); codeOf(err) != esdb.ErrorCodeAccessDenied {
			t.Errorf("%s gives %v", what, err)
		}
	}
	if list, err := client.ListAllPersistentSubscriptions(t.Context(), esdb.ListPersistentSubscriptionsOptions{}); err != nil || len(list) != 0 {
		t.Errorf("listed: %v (%v)", list, err)
	}
	if after, err := served.store.LastPosition(t.Context()); err != nil || after != before {
		t.Errorf("%d events were written to the ledger (%v)", after-before, err)
	}
}

func TestPersistentSubscriptionsAreForAdministrators(t *testing.T) {
	t.Parallel()
	reader := gateway.Access{Anonymous: &gateway.Principal{Name: "reader"}}
	served := serve(t, open, func(c *gateway.Config) { c.Access = reader })
	client := served.client(t)
	err := client.CreatePersistentSubscription(t.Context(), "account-1", "group", esdb.PersistentStreamSubscriptionOptions{Settings: settingsOf(unchanged)})
	if codeOf(err) != esdb.ErrorCodeAccessDenied {
		t.Errorf("creation gives %v", err)
	}
	err = client.CreatePersistentSubscriptionToAll(t.Context(), "group", esdb.PersistentAllSubscriptionOptions{Settings: settingsOf(unchanged)})
	if codeOf(err) != esdb.ErrorCodeAccessDenied {
		t.Errorf("creation on all gives %v", err)
	}
}

func TestAThousandPersistentSubscriptionsAtOnce(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	const count = 1_000
	var subscriptions []*esdb.PersistentSubscription
	for i := range count {
		group := fmt.Sprint("group-", i)
		createGroup(t, client, "account-1", group, unchanged)
		subscriptions = append(subscriptions, consume(t, client, "account-1", group, 10))
	}
	event := served.fill(t, "account-1", 1, "opened")[0]
	for i, subscription := range subscriptions {
		if got := next(t, subscription).Event.Event.EventID; got != event.ID {
			t.Fatalf("subscription %d got %s", i, got)
		}
	}
}

// consuming is a raw Read call.
func consuming(t testing.TB, served served, requests ...*persistent.ReadReq) persistent.PersistentSubscriptions_ReadClient {
	t.Helper()
	stream, err := persistent.NewPersistentSubscriptionsClient(served.raw(t)).Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range requests {
		_ = stream.Send(request) // a refusal is read
	}
	return stream
}

func readOptions(stream string, buffer int32) *persistent.ReadReq {
	return &persistent.ReadReq{Content: &persistent.ReadReq_Options_{Options: &persistent.ReadReq_Options{
		StreamOption: &persistent.ReadReq_Options_StreamIdentifier{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)}},
		GroupName:    "group", BufferSize: buffer,
		UuidOption: &persistent.ReadReq_Options_UUIDOption{Content: &persistent.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}},
	}}}
}

func textID(text string) *shared.UUID {
	return &shared.UUID{Value: &shared.UUID_String_{String_: text}}
}

func TestPersistentReadRaw(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	event := served.fill(t, "account-1", 2, "opened")[0]
	createGroup(t, served.client(t), "account-1", "group", unchanged)
	stream := consuming(t, served, readOptions("account-1", 1))
	confirmation, err := stream.Recv()
	if err != nil || confirmation.GetSubscriptionConfirmation().GetSubscriptionId() != "account-1::group" {
		t.Fatalf("first came %v (%v)", confirmation, err)
	}
	response, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	got := response.GetEvent()
	record := got.GetEvent()
	if record.GetId().GetString_() != event.ID.String() || got.GetCommitPosition() != uint64(event.Position) ||
		record.GetStreamRevision() != 0 || record.GetMetadata()["type"] != "opened" ||
		record.GetMetadata()["created"] != fmt.Sprint(event.RecordedAt.UnixMicro()*10) {
		t.Errorf("the event is %v", got)
	}
	if _, known := got.GetCount().(*persistent.ReadResp_ReadEvent_RetryCount); !known || got.GetRetryCount() != 0 {
		t.Errorf("the count of retries is %v", got.GetCount())
	}
	ack := &persistent.ReadReq{Content: &persistent.ReadReq_Ack_{Ack: &persistent.ReadReq_Ack{Ids: []*shared.UUID{textID(event.ID.String())}}}}
	if err := stream.Send(ack); err != nil {
		t.Fatal(err)
	}
	if response, err = stream.Recv(); err != nil || response.GetEvent().GetEvent().GetStreamRevision() != 1 {
		t.Errorf("after the acknowledgement comes %v (%v)", response, err)
	}
}

func TestHostilePersistentReads(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	createGroup(t, served.client(t), "account-1", "group", func(s *esdb.PersistentSubscriptionSettings) { s.MaxSubscriberCount = 1 })
	good := readOptions("account-1", 10)
	ack := func(ids ...*shared.UUID) *persistent.ReadReq {
		return &persistent.ReadReq{Content: &persistent.ReadReq_Ack_{Ack: &persistent.ReadReq_Ack{Ids: ids}}}
	}
	nack := func(action persistent.ReadReq_Nack_Action) *persistent.ReadReq {
		return &persistent.ReadReq{Content: &persistent.ReadReq_Nack_{Nack: &persistent.ReadReq_Nack{Action: action}}}
	}
	for what, each := range map[string]struct {
		requests []*persistent.ReadReq
		code     codes.Code
		trailer  string
	}{
		"nothing in the first message": {[]*persistent.ReadReq{{}}, codes.InvalidArgument, ""},
		"an acknowledgement first":     {[]*persistent.ReadReq{ack()}, codes.InvalidArgument, ""},
		"no stream":                    {[]*persistent.ReadReq{readOptions("", 1)}, codes.InvalidArgument, ""},
		"a name that is not text":      {[]*persistent.ReadReq{readOptions("\xff", 1)}, codes.InvalidArgument, "invalid-argument"},
		"a name that is too long":      {[]*persistent.ReadReq{readOptions(strings.Repeat("a", 600), 1)}, codes.InvalidArgument, "invalid-argument"},
		"a name nearly too long":       {[]*persistent.ReadReq{readOptions(strings.Repeat("a", 500), 1)}, codes.NotFound, "persistent-subscription-does-not-exist"},
		"no buffer":                    {[]*persistent.ReadReq{readOptions("account-1", 0)}, codes.InvalidArgument, ""},
		"a buffer below zero":          {[]*persistent.ReadReq{readOptions("account-1", -1)}, codes.InvalidArgument, ""},
		"no such subscription":         {[]*persistent.ReadReq{readOptions("account-2", 1)}, codes.NotFound, "persistent-subscription-does-not-exist"},
		"options twice":                {[]*persistent.ReadReq{good, good}, codes.InvalidArgument, ""},
		"an id that is none":           {[]*persistent.ReadReq{good, ack(textID("zzz"))}, codes.InvalidArgument, ""},
		"an empty id":                  {[]*persistent.ReadReq{good, ack(&shared.UUID{})}, codes.InvalidArgument, ""},
		"too many ids":                 {[]*persistent.ReadReq{good, ack(make([]*shared.UUID, 20_001)...)}, codes.InvalidArgument, ""},
		"an unknown action":            {[]*persistent.ReadReq{good, nack(99)}, codes.InvalidArgument, ""},
		"stop":                         {[]*persistent.ReadReq{good, ack(textID(uuid.NewString())), nack(persistent.ReadReq_Nack_Stop)}, codes.Canceled, "persistent-subscription-dropped"},
	} {
		waiting.Until(t, "the consumer before it to go", func() bool {
			stream := consuming(t, served, each.requests...)
			var err error
			for err == nil {
				_, err = stream.Recv()
			}
			if status.Code(err) == codes.FailedPrecondition && each.code != codes.FailedPrecondition {
				return false
			}
			if status.Code(err) != each.code || strings.Join(stream.Trailer().Get("exception"), "") != each.trailer {
				t.Errorf("%s gives %v, %v", what, err, stream.Trailer())
			}
			return true
		})
	}
}

func TestPersistentErrorsCarryTrailers(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	createGroup(t, served.client(t), "账户-1", "group", func(s *esdb.PersistentSubscriptionSettings) { s.MaxSubscriberCount = 1 })
	first := consuming(t, served, readOptions("账户-1", 1))
	if _, err := first.Recv(); err != nil {
		t.Fatal(err)
	}
	second := consuming(t, served, readOptions("账户-1", 1))
	_, err := second.Recv()
	if status.Code(err) != codes.FailedPrecondition {
		t.Fatalf("a second consumer is told %v", err)
	}
	expectTrailer(t, second.Trailer(), "exception", "maximum-subscribers-reached")
	expectTrailer(t, second.Trailer(), "group-name", "group")
}

func expectTrailer(t *testing.T, trailer metadata.MD, key, value string) {
	t.Helper()
	if got := trailer.Get(key); len(got) != 1 || got[0] != value {
		t.Errorf("the trailer %s is %q", key, got)
	}
}

func TestHostilePersistentCreations(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := persistent.NewPersistentSubscriptionsClient(served.raw(t))
	failed := map[string]bool{ // what EventStoreDB fails to make, rather than calls invalid
		"retries below zero": true, "an unknown strategy": true, "an unknown enumeration": true, "endless ticks": true, "an impossible position": true,
	}
	for what, spoil := range map[string]func(*persistent.CreateReq_Options){
		"no settings":            func(o *persistent.CreateReq_Options) { o.Settings = nil },
		"no group":               func(o *persistent.CreateReq_Options) { o.GroupName = "" },
		"no stream":              func(o *persistent.CreateReq_Options) { o.StreamOption, o.StreamIdentifier = nil, nil },
		"retries below zero":     func(o *persistent.CreateReq_Options) { o.Settings.MaxRetryCount = -1 },
		"an unknown strategy":    func(o *persistent.CreateReq_Options) { o.Settings.ConsumerStrategy = "Whoever" },
		"an unknown enumeration": func(o *persistent.CreateReq_Options) { o.Settings.NamedConsumerStrategy = 77 },
		"endless ticks": func(o *persistent.CreateReq_Options) {
			o.Settings.MessageTimeout = &persistent.CreateReq_Settings_MessageTimeoutTicks{MessageTimeoutTicks: math.MaxInt64}
		},
		"a revision out of range": func(o *persistent.CreateReq_Options) {
			o.GetStream().RevisionOption = &persistent.CreateReq_StreamOptions_Revision{Revision: math.MaxUint64}
		},
		"an impossible position": func(o *persistent.CreateReq_Options) {
			o.StreamOption = &persistent.CreateReq_Options_All{All: &persistent.CreateReq_AllOptions{
				AllOption: &persistent.CreateReq_AllOptions_Position{Position: &persistent.CreateReq_Position{CommitPosition: 1, PreparePosition: 2}},
			}}
		},
		"an empty filter": func(o *persistent.CreateReq_Options) {
			o.StreamOption = &persistent.CreateReq_Options_All{All: &persistent.CreateReq_AllOptions{
				FilterOption: &persistent.CreateReq_AllOptions_Filter{Filter: &persistent.CreateReq_AllOptions_FilterOptions{}},
			}}
		},
		"an expression that is none": func(o *persistent.CreateReq_Options) {
			o.StreamOption = &persistent.CreateReq_Options_All{All: &persistent.CreateReq_AllOptions{
				FilterOption: &persistent.CreateReq_AllOptions_Filter{Filter: &persistent.CreateReq_AllOptions_FilterOptions{
					Filter: &persistent.CreateReq_AllOptions_FilterOptions_EventType{EventType: &persistent.CreateReq_AllOptions_FilterOptions_Expression{Regex: "(["}},
				}},
			}}
		},
	} {
		options := creation("account-1")
		spoil(options)
		want := codes.InvalidArgument
		if failed[what] {
			want = codes.Internal
		}
		if _, err := client.Create(t.Context(), &persistent.CreateReq{Options: options}); status.Code(err) != want {
			t.Errorf("%s gives %v", what, err)
		}
	}
	if _, err := client.Create(t.Context(), &persistent.CreateReq{}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("nothing gives %v", err)
	}
	if _, err := client.Create(t.Context(), &persistent.CreateReq{Options: creation("account-1")}); err != nil {
		t.Errorf("a good one after them gives %v", err)
	}
}

func creation(stream string) *persistent.CreateReq_Options {
	return &persistent.CreateReq_Options{
		GroupName: "group",
		StreamOption: &persistent.CreateReq_Options_Stream{Stream: &persistent.CreateReq_StreamOptions{
			StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)},
			RevisionOption:   &persistent.CreateReq_StreamOptions_Start{Start: &shared.Empty{}},
		}},
		Settings: &persistent.CreateReq_Settings{NamedConsumerStrategy: persistent.CreateReq_RoundRobin, HistoryBufferSize: 10, LiveBufferSize: 10, ReadBatchSize: 5},
	}
}

// TestPersistentCreationOfOldClients: before version 21 the stream and where to
// start stood elsewhere, and durations were ticks.
func TestPersistentCreationOfOldClients(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	options := creation("account-1")
	options.StreamOption = nil
	options.StreamIdentifier = &shared.StreamIdentifier{StreamName: []byte("account-1")}
	options.Settings.Revision = 3
	options.Settings.MessageTimeout = &persistent.CreateReq_Settings_MessageTimeoutTicks{MessageTimeoutTicks: 50_000_000}
	client := persistent.NewPersistentSubscriptionsClient(served.raw(t))
	if _, err := client.Create(t.Context(), &persistent.CreateReq{Options: options}); err != nil {
		t.Fatal(err)
	}
	answer, err := client.GetInfo(t.Context(), &persistent.GetInfoReq{Options: &persistent.GetInfoReq_Options{
		StreamOption: &persistent.GetInfoReq_Options_StreamIdentifier{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("account-1")}},
		GroupName:    "group",
	}})
	if info := answer.GetSubscriptionInfo(); err != nil || info.GetStartFrom() != "3" || info.GetMessageTimeoutMilliseconds() != 5_000 {
		t.Errorf("made: %v (%v)", info, err)
	}
}
