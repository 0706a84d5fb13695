package esdb_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/waiting"
)

// like24_10_6 makes a server one that, as EventStoreDB does since 24.10.5, tells a
// filtered subscription where the next event will be written, with prepare 0: that
// everything before this place was examined. Its positions are places in a file, and
// it reads from no other ones.
func like24_10_6(t *testing.T, inner eventstore.Store) *crooked {
	return &crooked{
		offers: true, call: passingOn(asItIs),
		read: func(request *streams.ReadReq, answer *streams.ReadResp) []*streams.ReadResp {
			options, event := request.GetOptions(), answer.GetEvent().GetEvent()
			if options.GetSubscription() == nil || options.GetFilter() == nil || event == nil {
				return []*streams.ReadResp{answer}
			}
			return []*streams.ReadResp{{Content: &streams.ReadResp_Checkpoint_{
				Checkpoint: &streams.ReadResp_Checkpoint{CommitPosition: event.CommitPosition},
			}}, answer}
		},
		ask: func(request *streams.ReadReq) error {
			place := request.GetOptions().GetAll().GetPosition()
			if place == nil {
				return nil
			}
			events, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{}))
			if err != nil {
				return err
			}
			known := slices.ContainsFunc(events, func(event eventstore.Event) bool {
				return uint64(event.Position) == place.CommitPosition
			})
			if !known || place.PreparePosition != 0 && place.PreparePosition != place.CommitPosition {
				return status.Error(codes.InvalidArgument, "Trying to read from an invalid position.")
			}
			return nil
		},
	}
}

// E-01: a checkpoint that stands before an event passes no event over, and following
// may go on from every position that was given.
func TestACheckpointBeforeTheNextEventPassesNothingOver(t *testing.T) {
	t.Parallel()
	inner := storetest.Sparse(memory.New())
	store := openCrooked(t, serveCrooked(t, inner, like24_10_6(t, inner)), esdb.Options{})
	filter := eventstore.Filter{StreamPrefixes: []string{"wanted-"}}
	watch := waiting.Over(t)
	const live = 20
	var wanted []eventstore.Position
	var given []eventstore.Delivery
	write := func(i int) {
		for _, stream := range []string{"other-", "wanted-"} {
			appended, err := store.Append(t.Context(), eventstore.Append{
				Stream: eventstore.Stream(fmt.Sprint(stream, i)), Expected: eventstore.NoStream, Events: made(1),
			})
			if err != nil || appended.Repeated {
				t.Fatalf("append %d: %+v, %v", i, appended, err)
			}
			if stream == "wanted-" {
				wanted = append(wanted, appended.Position)
			}
		}
	}
	write(0)
	following := waiting.Each(watch, "the next event", store.SubscribeAll(watch.Context(), 0, filter))
	got := 0
	for delivery, err := range following {
		if err != nil {
			t.Fatal(err)
		}
		given = append(given, delivery)
		switch delivery.Kind {
		case eventstore.CaughtUp:
			for i := range live {
				write(i + 1)
			}
		case eventstore.EventDelivered:
			if delivery.Position != wanted[got] {
				t.Fatalf("event %d comes from position %d, want %d", got, delivery.Position, wanted[got])
			}
			got++
		}
		if got == live+1 {
			break
		}
	}
	for i, delivery := range given {
		want := wanted[upTo(wanted, delivery.Position):]
		events, err := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{After: delivery.Position, Filter: filter}))
		if err != nil || !slices.EqualFunc(events, want, func(event eventstore.Event, at eventstore.Position) bool { return event.Position == at }) {
			t.Errorf("after delivery %d, at %d, come %d events, %v, want %d", i, delivery.Position, len(events), err, len(want))
		}
		all, err := storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{After: delivery.Position}))
		if err != nil || len(all) < len(want) {
			t.Errorf("after delivery %d, at %d, come %d events of all, %v", i, delivery.Position, len(all), err)
		}
	}
}

// upTo counts the positions up to one.
func upTo(positions []eventstore.Position, last eventstore.Position) int {
	count := 0
	for _, position := range positions {
		if position <= last {
			count++
		}
	}
	return count
}
