package esdb_test

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// signing are an administrator, the ledger's program and somebody else.
func signing(config *gateway.Config) {
	config.Access = gateway.Access{Authenticator: gateway.Users{
		"admin":  {Password: "changeit", Roles: []string{"$admins"}},
		"ledger": {Password: "ledger"},
		"other":  {Password: "other"},
	}}
}

func (h *house) as(user string) string {
	return "esdb://" + user + ":" + user + "@" + h.address + "?tls=false"
}

// E-02, E-14: after it, the ledger's program can do its work, and nobody but an
// administrator deletes its streams or hides their events.
func TestRestrictingLetsTheLedgerWorkAndNobodyElseDelete(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		only    bool
		changes int
		writes  bool // somebody else does
	}{
		"to delete":     {false, 3, true},
		"to do nothing": {true, 6, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := memory.New()
			t.Cleanup(func() { _ = inner.Close() })
			h := serve(t, inner, signing)
			var refused *esdb.RefusedError
			if _, err := esdb.Open(t.Context(), h.as("ledger"), esdb.Options{}); !errors.As(err, &refused) {
				t.Fatalf("before, the ledger's user may not read $all: %v", err)
			}
			admin := openTo(t, "esdb://admin:changeit@"+h.address+"?tls=false")
			wanted := esdb.Restriction{User: "ledger", Only: c.only}
			planned, err := admin.Restrict(t.Context(), wanted, false)
			if err != nil || len(planned) != c.changes {
				t.Fatalf("planned %v, %v", planned, err)
			}
			if last, err := inner.LastPosition(t.Context()); err != nil || last != 0 {
				t.Errorf("planning wrote up to %d, %v", last, err)
			}
			changed, err := admin.Restrict(t.Context(), wanted, true)
			if err != nil || !slices.EqualFunc(changed, planned, func(a, b esdb.RightsChange) bool { return a.Where == b.Where && a.Right == b.Right }) {
				t.Fatalf("changed %v, %v", changed, err)
			}
			if again, err := admin.Restrict(t.Context(), wanted, true); err != nil || len(again) != 0 {
				t.Errorf("a second time: %v, %v", again, err)
			}
			ledger := openTo(t, h.as("ledger"))
			a := eventstore.Append{Stream: "customer-1", Expected: eventstore.NoStream, Events: made(1)}
			if _, err := ledger.Append(t.Context(), a); err != nil {
				t.Errorf("the ledger's program appends: %v", err)
			}
			if read, err := ledger.LastPosition(t.Context()); err != nil || read == 0 {
				t.Errorf("the ledger's program reads: %d, %v", read, err)
			}
			for _, user := range []string{"ledger", "other"} {
				if got := h.deletes(t, user, "customer-1"); got != codes.PermissionDenied {
					t.Errorf("%s deletes: %v", user, got)
				}
				if got := h.appends(t, user, "$$customer-1", eventstore.MetadataType, `{"$maxCount":1}`); got != codes.PermissionDenied {
					t.Errorf("%s hides: %v", user, got)
				}
			}
			if got := h.appends(t, "other", "notes-1", "note", "{}"); (got == codes.OK) != c.writes {
				t.Errorf("somebody else writes: %v", got)
			}
		})
	}
}

func TestRestrictingKeepsWhatTheListsSayBesides(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	t.Cleanup(func() { _ = inner.Close() })
	h := serve(t, inner, signing)
	admin := openTo(t, "esdb://admin:changeit@"+h.address+"?tls=false")
	for stream, said := range map[eventstore.Stream]string{
		"$settings": `{"$userStreamAcl":{"$w":["other"]},"$systemStreamAcl":{"$r":"ops"}}`,
		"$$$all":    `{"$acl":{"$r":"ops"},"owner":"li"}`,
	} {
		a := eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "$settings", Data: []byte(said), Metadata: []byte("{}")}}}
		if _, err := inner.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := admin.Restrict(t.Context(), esdb.Restriction{User: "ledger"}, true); err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[eventstore.Stream]string{
		"$settings": `{"$systemStreamAcl":{"$r":"ops"},"$userStreamAcl":{"$d":["$admins"],"$mw":["$admins"],"$w":["other"]}}`,
		"$$$all":    `{"$acl":{"$r":["ops","ledger"]},"owner":"li"}`,
	} {
		for event, err := range inner.ReadStream(t.Context(), eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}) {
			if err != nil || string(event.Data) != want {
				t.Errorf("%s says %s, %v, want %s", stream, event.Data, err, want)
			}
		}
	}
	if _, err := admin.Restrict(t.Context(), esdb.Restriction{}, true); err == nil {
		t.Error("nobody is named, and it is done")
	}
}

func openTo(t *testing.T, address string) *esdb.Store {
	t.Helper()
	store, err := esdb.Open(t.Context(), address, esdb.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// deletes tries to delete a stream, and gives the status of that.
func (h *house) deletes(t *testing.T, user, stream string) codes.Code {
	t.Helper()
	_, err := h.raw(t).Delete(signedIn(t, user), &streams.DeleteReq{Options: &streams.DeleteReq_Options{
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)}, ExpectedStreamRevision: &streams.DeleteReq_Options_Any{Any: &shared.Empty{}},
	}})
	return status.Code(err)
}

// appends tries to append an event, and gives the status of that.
func (h *house) appends(t *testing.T, user, stream, eventType, data string) codes.Code {
	t.Helper()
	call, err := h.raw(t).Append(signedIn(t, user))
	if err != nil {
		return status.Code(err)
	}
	_ = call.Send(&streams.AppendReq{Content: &streams.AppendReq_Options_{Options: &streams.AppendReq_Options{
		StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)}, ExpectedStreamRevision: &streams.AppendReq_Options_Any{Any: &shared.Empty{}},
	}}})
	_ = call.Send(&streams.AppendReq{Content: &streams.AppendReq_ProposedMessage_{ProposedMessage: &streams.AppendReq_ProposedMessage{
		Id:       &shared.UUID{Value: &shared.UUID_String_{String_: uuid.NewString()}},
		Metadata: map[string]string{"type": eventType, "content-type": "application/json"}, Data: []byte(data),
	}}})
	_, err = call.CloseAndRecv() // also says what Send may have met
	return status.Code(err)
}

// raw is the streams' service of the gateway, without a client of EventStoreDB's: those
// send no password without TLS.
func (h *house) raw(t *testing.T) streams.StreamsClient {
	t.Helper()
	conn, err := grpc.NewClient(h.address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return streams.NewStreamsClient(conn)
}

func signedIn(t *testing.T, user string) context.Context {
	t.Helper()
	return metadata.AppendToOutgoingContext(t.Context(), "authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+user)))
}
