package gateway_test

import (
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// G-12: who signs in with nothing is denied, as by an access list; of a batch each
// append, and the call stays.
func TestWhoSignsInWithNothing(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	_, trailer, err := appendRaw(t, served.raw(t), to("s"), message())
	if status.Code(err) != codes.PermissionDenied {
		t.Errorf("an append: %v", err)
	}
	wantMessage(t, err, "Access Denied")
	wantTrailers(t, trailer, "exception", "access-denied")
	call := served.batching(t)
	for range 2 {
		call.send(whole("s", nil, batched(1)))
		if response := call.receive(); response.GetError().GetMessage() != "AccessDenied" || string(response.GetStreamIdentifier().GetStreamName()) != "s" {
			t.Errorf("an append of a batch: %v", response)
		}
	}
}

// G-13: a wrong password is wrong too where none is needed.
func TestAWrongPasswordWhereNoneIsNeeded(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	connection := served.raw(t)
	features, members := serverfeatures.NewServerFeaturesClient(connection), gossip.NewGossipClient(connection)
	if _, err := features.GetSupportedMethods(t.Context(), &shared.Empty{}); err != nil {
		t.Errorf("features without a password: %v", err)
	}
	wrong := asUser(t, "admin", "guess")
	_, err := features.GetSupportedMethods(wrong, &shared.Empty{})
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("features: %v", err)
	}
	wantMessage(t, err, "Unauthenticated")
	if _, err := members.Read(wrong, &shared.Empty{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("gossip: %v", err)
	}
	if _, err := members.Read(asUser(t, "admin", "changeit"), &shared.Empty{}); err != nil {
		t.Errorf("gossip with the right one: %v", err)
	}
}
