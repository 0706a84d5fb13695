package esdb_test

import (
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/storetest"
	"guishu/internal/waiting"
)

// damages are the ways in which an administrator of a server can damage a stream with
// the official client.
func damages(address func(eventstore.Store) string) map[storetest.Harm]func(*testing.T, eventstore.Store, eventstore.Stream) {
	with := func(do func(*testing.T, *esdb.Client, string) error) func(*testing.T, eventstore.Store, eventstore.Stream) {
		return func(t *testing.T, store eventstore.Store, stream eventstore.Stream) {
			t.Helper()
			if err := do(t, official(t, address(store)), string(stream)); err != nil {
				t.Fatal(err)
			}
		}
	}
	describe := func(metadata esdb.StreamMetadata) func(*testing.T, *esdb.Client, string) error {
		return func(t *testing.T, client *esdb.Client, stream string) error {
			_, err := client.SetStreamMetadata(t.Context(), stream, esdb.AppendToStreamOptions{}, metadata)
			return err
		}
	}
	before, all, one, soon := esdb.StreamMetadata{}, esdb.StreamMetadata{}, esdb.StreamMetadata{}, esdb.StreamMetadata{}
	before.SetTruncateBefore(1)
	all.SetTruncateBefore(5)
	one.SetMaxCount(4)
	soon.SetMaxAge(time.Second)
	remove := func(t *testing.T, client *esdb.Client, stream string) error {
		_, err := client.DeleteStream(t.Context(), stream, esdb.DeleteStreamOptions{})
		return err
	}
	return map[storetest.Harm]func(*testing.T, eventstore.Store, eventstore.Stream){
		storetest.HideFirst: with(describe(before)),
		storetest.HideAll:   with(describe(all)),
		storetest.Expire: func(t *testing.T, store eventstore.Store, stream eventstore.Stream) {
			t.Helper()
			with(describe(soon))(t, store, stream)
			waiting.Until(t, "the events to expire", func() bool {
				events, err := storetest.Collect(store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: stream}))
				return err == nil && len(events) == 0
			})
		},
		"metadata keep four events": with(describe(one)),
		storetest.Delete:            with(remove),
		storetest.Tombstone: with(func(t *testing.T, client *esdb.Client, stream string) error {
			_, err := client.TombstoneStream(t.Context(), stream, esdb.TombstoneStreamOptions{})
			return err
		}),
		storetest.Overwritten: with(func(t *testing.T, client *esdb.Client, stream string) error {
			if err := remove(t, client, stream); err != nil {
				return err
			}
			_, err := client.AppendToStream(t.Context(), stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}},
				esdb.EventData{EventID: uuid.New(), EventType: "a", Data: []byte("{}"), ContentType: esdb.ContentTypeJson})
			return err
		}),
	}
}

// official is the official client.
func official(t *testing.T, address string) *esdb.Client {
	t.Helper()
	settings, err := esdb.ParseConnectionString(connectionString(address))
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}
