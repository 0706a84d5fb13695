package gateway

import (
	"context"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
)

// protocolVersion is the version of EventStoreDB whose protocol is spoken.
// Clients read it as three numbers.
const protocolVersion = "24.10.6"

const (
	batchAppendMethod     = "/event_store.client.streams.Streams/BatchAppend"
	featuresServiceName   = "event_store.client.server_features.ServerFeatures"
	gossipServiceName     = "event_store.client.gossip.Gossip"
	streamsServiceName    = "event_store.client.streams.streams"
	persistentServiceName = "event_store.client.persistent_subscriptions.persistentsubscriptions"
)

// featuresService tells clients what this server can do: the first thing every
// client asks.
type featuresService struct {
	serverfeatures.UnimplementedServerFeaturesServer
	version string
}

// GetSupportedMethods lists the methods, in lower case as clients compare them.
func (f *featuresService) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	methods := []*serverfeatures.SupportedMethod{
		supported(streamsServiceName, "read", "position", "events"),
		supported(streamsServiceName, "append"),
		supported(streamsServiceName, "delete"),
		supported(streamsServiceName, "tombstone"),
		supported(streamsServiceName, "batchappend", "deadline_duration"),
		supported("event_store.client.gossip.gossip", "read"),
		supported("event_store.client.server_features.serverfeatures", "getsupportedmethods"),
		supported("event_store.client.monitoring.monitoring", "stats"),
	}
	for _, method := range []string{"create", "update", "delete", "read", "getinfo", "replayparked", "list"} {
		methods = append(methods, supported(persistentServiceName, method, "stream", "all"))
	}
	methods = append(methods, supported(persistentServiceName, "restartsubsystem", "stream", "all"))
	return &serverfeatures.SupportedMethods{Methods: methods, EventStoreServerVersion: f.version}, nil
}

func supported(service, method string, features ...string) *serverfeatures.SupportedMethod {
	return &serverfeatures.SupportedMethod{ServiceName: service, MethodName: method, Features: features}
}
