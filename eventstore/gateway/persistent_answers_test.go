package gateway_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
)

// creationOfAll is a subscription to all from its start.
func creationOfAll() *persistent.CreateReq_Options {
	options := creation("")
	options.StreamOption = &persistent.CreateReq_Options_All{All: &persistent.CreateReq_AllOptions{
		AllOption: &persistent.CreateReq_AllOptions_Start{Start: &shared.Empty{}},
	}}
	return options
}

func fromCommit(commit, prepare uint64) func(*persistent.CreateReq_Options) {
	return func(options *persistent.CreateReq_Options) {
		options.GetAll().AllOption = &persistent.CreateReq_AllOptions_Position{Position: &persistent.CreateReq_Position{
			CommitPosition: commit, PreparePosition: prepare,
		}}
	}
}

// G-15, G-16: what a persistent subscription cannot be made with, in the words that
// clients read.
func TestWhatAPersistentSubscriptionCannotBe(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "account-1", 3, "opened")
	client := persistent.NewPersistentSubscriptionsClient(served.raw(t))
	for what, c := range map[string]struct {
		options *persistent.CreateReq_Options
		change  func(*persistent.CreateReq_Options)
		code    codes.Code
		reason  string
	}{
		"a batch as large as the buffer": {creation("account-1"), func(o *persistent.CreateReq_Options) { o.Settings.ReadBatchSize = o.Settings.HistoryBufferSize },
			codes.Internal, "ReadBatchSize may not be greater than or equal to BufferSize"},
		"an unknown strategy": {creation("account-1"), func(o *persistent.CreateReq_Options) { o.Settings.ConsumerStrategy = "Foo" },
			codes.Internal, "Consumer strategy Foo does not exist."},
		"a start beyond the end": {creationOfAll(), fromCommit(4, 4),
			codes.Internal, "Invalid Start From position: commit position must be less than or equal to the last commit position in the transaction file."},
		"an impossible start": {creationOfAll(), fromCommit(1, 2),
			codes.Internal, "Invalid Start From position: prepare position must be less than or equal to the commit position."},
		"a start out of range": {creationOfAll(), fromCommit(math.MaxUint64-1, 2),
			codes.Internal, "Invalid Start From position: prepare and commit positions must be greater than or equal to 0 or both equal to -1."},
		"a stream without a start": {creation("account-1"), func(o *persistent.CreateReq_Options) { o.GetStream().RevisionOption = nil }, codes.InvalidArgument, ""},
		"all without a start":      {creationOfAll(), func(o *persistent.CreateReq_Options) { o.GetAll().AllOption = nil }, codes.InvalidArgument, ""},
		"all by its name":          {creation("$all"), func(*persistent.CreateReq_Options) {}, codes.Unknown, ""},
	} {
		c.change(c.options)
		var trailer metadata.MD
		_, err := client.Create(t.Context(), &persistent.CreateReq{Options: c.options}, grpc.Trailer(&trailer))
		if status.Code(err) != c.code {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if c.reason != "" {
			source := "account-1"
			if c.options.GetAll() != nil {
				source = "$all"
			}
			wantMessage(t, err, "Subscription group group on stream "+source+" failed: '"+c.reason+"'")
			wantTrailers(t, trailer, "exception", "persistent-subscription-failed", "stream-name", source, "group-name", "group", "reason", c.reason)
		}
	}
}

// G-11, G-15: the words about subscriptions that are there, or are not.
func TestTextsAboutPersistentSubscriptions(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	connection := served.raw(t)
	client := persistent.NewPersistentSubscriptionsClient(connection)
	stream := &shared.StreamIdentifier{StreamName: []byte("account-1")}
	options := creation("account-1")
	options.Settings.MaxSubscriberCount = 1
	replay := func(stopAt int64) error {
		_, err := client.ReplayParked(t.Context(), &persistent.ReplayParkedReq{Options: &persistent.ReplayParkedReq_Options{
			GroupName: "group", StreamOption: &persistent.ReplayParkedReq_Options_StreamIdentifier{StreamIdentifier: stream},
			StopAtOption: &persistent.ReplayParkedReq_Options_StopAt{StopAt: stopAt},
		}})
		return err
	}
	remove := func() error {
		_, err := client.Delete(t.Context(), &persistent.DeleteReq{Options: &persistent.DeleteReq_Options{
			GroupName: "group", StreamOption: &persistent.DeleteReq_Options_StreamIdentifier{StreamIdentifier: stream},
		}})
		return err
	}
	wantMessage(t, remove(), "Subscription group group on stream account-1 does not exist.")
	if _, err := client.Create(t.Context(), &persistent.CreateReq{Options: options}); err != nil {
		t.Fatal(err)
	}
	_, err := client.Create(t.Context(), &persistent.CreateReq{Options: options})
	wantMessage(t, err, "Subscription group group on stream account-1 exists.")
	wantMessage(t, replay(-1), "Subscription group group on stream account-1 failed: 'Cannot stop replaying parked message at a negative version.'")
	first := consuming(t, served, readOptions("account-1", 1))
	if _, err := first.Recv(); err != nil {
		t.Fatal(err)
	}
	second := consuming(t, served, readOptions("account-1", 1))
	_, err = second.Recv()
	wantMessage(t, err, "Maximum subscriptions reached for subscription group group on stream account-1.")
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	_, err = first.Recv()
	wantMessage(t, err, "Subscription group group on stream account-1 was dropped.")
}

// G-17: what is said of an event that was parked, and who may read it.
func TestWhatIsSaidOfAParkedEvent(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	served.fill(t, "account-1", 2, "opened")
	settings := esdb.SubscriptionSettingsDefault()
	settings.MaxRetryCount = 1
	if err := client.CreatePersistentSubscription(t.Context(), "account-1", "group", esdb.PersistentStreamSubscriptionOptions{StartFrom: esdb.Start{}, Settings: &settings}); err != nil {
		t.Fatal(err)
	}
	subscription, err := client.SubscribeToPersistentSubscription(t.Context(), "account-1", "group", esdb.SubscribeToPersistentSubscriptionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer subscription.Close()
	take := func() *esdb.ResolvedEvent { return subscription.Recv().EventAppeared.Event }
	nack := func(event *esdb.ResolvedEvent, action esdb.NackAction) {
		if err := subscription.Nack("no good", action, event); err != nil {
			t.Fatal(err)
		}
	}
	nack(take(), esdb.NackActionPark)
	again := take()
	nack(again, esdb.NackActionRetry)
	nack(take(), esdb.NackActionRetry)
	stream := eventstore.Stream("$persistentsubscription-account-1::group-parked")
	var reasons []string
	for event := range served.arriving(t, stream) {
		var said struct {
			Reason string `json:"reason"`
		}
		if err := json.Unmarshal(event.Metadata, &said); err != nil {
			t.Fatal(err)
		}
		if reasons = append(reasons, said.Reason); len(reasons) == 2 {
			break
		}
	}
	if got := strings.Join(reasons, "|"); got != "Client explicitly NAK'ed message.\nno good|Reached retry count of 1" {
		t.Errorf("the reasons are %q", got)
	}
	described := served.read(t, "$$"+stream)
	if len(described) == 0 || !strings.Contains(string(described[0].Data), `"$r":"$admins"`) {
		t.Errorf("the metadata of what was parked is %+v", described)
	}
}
