package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// served is a gateway for one test, on a store of its own.
type served struct {
	store   eventstore.Store
	address string
}

// open is a configuration with which everybody may do everything.
func open(config *gateway.Config) {
	config.Access = gateway.Access{Anonymous: gateway.Administrator("test")}
	config.Writable, config.Deletable = true, true
}

// on serves a store of another gateway.
func on(store eventstore.Store) func(*gateway.Config) {
	return func(config *gateway.Config) { config.Store = store }
}

func serve(t testing.TB, configure ...func(*gateway.Config)) served {
	t.Helper()
	var store eventstore.Store
	_, address := start(t, append(configure, func(config *gateway.Config) { store = config.Store })...)
	return served{store: store, address: address}
}

// start runs a gateway until the test ends.
func start(t testing.TB, configure ...func(*gateway.Config)) (*gateway.Server, string) {
	t.Helper()
	config := gateway.Config{Store: memory.New(), Log: slog.New(slog.DiscardHandler)}
	for _, change := range configure {
		change(&config)
	}
	server, err := gateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := config.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, listener.Addr().String()
}

// client is the official client, connected.
func (s served) client(t testing.TB) *esdb.Client {
	t.Helper()
	settings, err := esdb.ParseConnectionString(fmt.Sprintf("esdb://%s?tls=false", s.address))
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

// raw is a gRPC connection, for what the client cannot say.
func (s served) raw(t testing.TB) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient(s.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

func (s served) read(t testing.TB, stream eventstore.Stream) []eventstore.Event {
	t.Helper()
	var events []eventstore.Event
	for event, err := range s.store.ReadStream(context.Background(), eventstore.StreamQuery{Stream: stream}) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
	}
	return events
}

func proposed(eventType string) esdb.EventData {
	return esdb.EventData{
		EventID: uuid.New(), EventType: eventType, ContentType: esdb.ContentTypeJson,
		Data: []byte(`{"n":1}`), Metadata: []byte(`{"m":2}`),
	}
}

func codeOf(err error) esdb.ErrorCode {
	var known *esdb.Error
	if errors.As(err, &known) {
		return known.Code()
	}
	return -1
}

func TestAppend(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	event := proposed("opened")
	result, err := client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, event)
	if err != nil {
		t.Fatal(err)
	}
	if result.NextExpectedVersion != 0 || result.CommitPosition != 1 || result.PreparePosition != 1 {
		t.Errorf("the result is %+v", result)
	}
	events := served.read(t, "account-1")
	if len(events) != 1 || events[0].ID != event.EventID || events[0].Type != "opened" || events[0].Binary ||
		string(events[0].Data) != `{"n":1}` || string(events[0].Metadata) != `{"m":2}` {
		t.Errorf("the store holds %+v", events)
	}
	_, err = client.AppendToStream(t.Context(), "account-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, proposed("opened"))
	if codeOf(err) != esdb.ErrorCodeWrongExpectedVersion {
		t.Errorf("a second beginning gives %v", err)
	}
}

func TestHealthOnTheSamePort(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+served.address+"/health/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("the answer is %s", response.Status)
	}
}
