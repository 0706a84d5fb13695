package esdbtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"google.golang.org/grpc/metadata"

	"guishu/eventstore/memory"
	"guishu/internal/esdbtest"
	"guishu/internal/waiting"
)

// The official client finds the leader, is sent on when there is another one, and has
// no answer from a frozen one until that thaws.
func TestTheOfficialClientUsesACluster(t *testing.T) {
	t.Parallel()
	store := memory.New()
	defer store.Close()
	cluster := esdbtest.NewCluster(t, store, 3)
	client := connect(t, cluster.Address())
	ctx := metadata.AppendToOutgoingContext(waiting.Context(t, "the cluster's answers"), "requires-leader", "true")
	if err := write(ctx, client); err != nil {
		t.Fatal(err)
	}
	cluster.Lead(1)
	if err := write(ctx, client); err == nil {
		t.Error("a member that leads no more has written")
	}
	waiting.Until(t, "the new leader to be used", func() bool { return write(ctx, client) == nil })
	cluster.Freeze(1)
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := write(short, client); err == nil {
		t.Error("a frozen member has answered")
	}
	cluster.Thaw(1)
	if err := write(ctx, client); err != nil {
		t.Errorf("after the frost: %v", err)
	}
	cluster.Kill(1)
	cluster.Lead(2)
	if err := write(ctx, connect(t, cluster.Address())); err != nil {
		t.Errorf("with a member less: %v", err)
	}
	cluster.Start(1)
	back := connect(t, cluster.AddressOf(1))
	waiting.Until(t, "one that is back to send on to the leader", func() bool { return write(ctx, back) == nil })
}

func connect(t *testing.T, address string) *esdb.Client {
	config, err := esdb.ParseConnectionString(address)
	if err != nil {
		t.Fatal(err)
	}
	if len(config.GossipSeeds) > 0 {
		config.DnsDiscover = false
	}
	config.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func write(ctx context.Context, client *esdb.Client) error {
	_, err := client.AppendToStream(ctx, "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}, esdb.EventData{
		EventID: uuid.New(), EventType: "thing.happened", ContentType: esdb.ContentTypeJson, Data: []byte(`{}`),
	})
	return err
}
