package gateway_test

import (
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// BenchmarkPersistent measures one consumer of the official client that
// acknowledges every event by itself.
func BenchmarkPersistent(b *testing.B) {
	served := serve(b, open)
	client := served.client(b)
	for range b.N/1_000 + 1 {
		served.fill(b, "account-1", 1_000, "opened")
	}
	settings := esdb.SubscriptionSettingsDefault()
	err := client.CreatePersistentSubscription(b.Context(), "account-1", "group", esdb.PersistentStreamSubscriptionOptions{
		StartFrom: esdb.Start{}, Settings: &settings,
	})
	if err != nil {
		b.Fatal(err)
	}
	subscription, err := client.SubscribeToPersistentSubscription(b.Context(), "account-1", "group", esdb.SubscribeToPersistentSubscriptionOptions{BufferSize: 200})
	if err != nil {
		b.Fatal(err)
	}
	defer subscription.Close()
	b.ResetTimer()
	for range b.N {
		event := subscription.Recv().EventAppeared
		if event == nil {
			b.Fatal("the subscription ended")
		}
		if err := subscription.Ack(event.Event); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
