package gateway_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
)

// guarded is a configuration with people, over TLS.
func guarded(config *gateway.Config) {
	config.Writable, config.Deletable = true, true
	config.Access = gateway.Access{Authenticator: gateway.Users{
		"admin": {Password: "changeit", Roles: []string{"$admins"}},
		"li":    {Password: "li's password"},
		"wang":  {Password: "wang's password", Roles: []string{"clerks"}},
	}}
}

// asUser is a raw call's context with a name and a password.
func asUser(t *testing.T, name, password string) context.Context {
	t.Helper()
	return authorized(t, "Basic "+base64.StdEncoding.EncodeToString([]byte(name+":"+password)))
}

func authorized(t *testing.T, authorization string) context.Context {
	t.Helper()
	return metadata.AppendToOutgoingContext(t.Context(), "authorization", authorization)
}

// append appends one event and gives the status it ends with.
func (s served) append(ctx context.Context, t *testing.T, stream, eventType, data string) codes.Code {
	t.Helper()
	call, err := streams.NewStreamsClient(s.raw(t)).Append(ctx)
	if err != nil {
		t.Fatal(err)
	}
	event := message(typed(eventType), func(m *streams.AppendReq_ProposedMessage) {
		m.Data, m.Metadata["content-type"] = []byte(data), "application/json"
	})
	_ = call.Send(to(stream))
	_ = call.Send(event)
	_, err = call.CloseAndRecv()
	return status.Code(err)
}

func (s served) delete(ctx context.Context, t *testing.T, stream string) codes.Code {
	t.Helper()
	_, err := streams.NewStreamsClient(s.raw(t)).Delete(ctx, &streams.DeleteReq{Options: &streams.DeleteReq_Options{
		StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte(stream)},
		ExpectedStreamRevision: &streams.DeleteReq_Options_Any{Any: &shared.Empty{}},
	}})
	return status.Code(err)
}

// read reads a stream and gives the status it ends with.
func (s served) mayRead(ctx context.Context, t *testing.T, stream string) codes.Code {
	t.Helper()
	call, err := streams.NewStreamsClient(s.raw(t)).Read(ctx, readRequest(stream))
	if err == nil {
		_, err = call.Recv()
	}
	return status.Code(err)
}

func readRequest(stream string) *streams.ReadReq {
	options := &streams.ReadReq_Options{
		CountOption:  &streams.ReadReq_Options_Count{Count: 1},
		FilterOption: &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}},
		UuidOption:   &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}},
		StreamOption: &streams.ReadReq_Options_Stream{Stream: &streams.ReadReq_Options_StreamOptions{
			StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(stream)},
			RevisionOption:   &streams.ReadReq_Options_StreamOptions_Start{Start: &shared.Empty{}},
		}},
	}
	if stream == "$all" {
		options.StreamOption = &streams.ReadReq_Options_All{All: &streams.ReadReq_Options_AllOptions{
			AllOption: &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}},
		}}
	}
	return &streams.ReadReq{Options: options}
}

func TestWhoeverIsNotKnownIsKeptOut(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	for name, ctx := range map[string]context.Context{
		"a wrong password": asUser(t, "admin", "guess"),
		"an unknown name":  asUser(t, "zhao", ""),
		"no name":          asUser(t, "", "changeit"),
		"no secret":        authorized(t, "Basic"),
		"not base64":       authorized(t, "Basic %%%"),
		"another scheme":   authorized(t, "Digest abc"),
		"two at once":      metadata.AppendToOutgoingContext(asUser(t, "admin", "changeit"), "authorization", "Basic YWRtaW46Z3Vlc3M="),
		"an unknown token": authorized(t, "Bearer abc"),
	} {
		if code := served.append(ctx, t, "s", "happened", "{}"); code != codes.Unauthenticated {
			t.Errorf("%s: appending gives %v", name, code)
		}
		if code := served.mayRead(ctx, t, "s"); code != codes.Unauthenticated {
			t.Errorf("%s: reading gives %v", name, code)
		}
	}
	if code := served.append(t.Context(), t, "s", "happened", "{}"); code != codes.PermissionDenied {
		t.Errorf("who signs in with nothing gets %v", code)
	}
	if code := served.append(asUser(t, "admin", "changeit"), t, "s", "happened", "{}"); code != codes.OK {
		t.Errorf("the administrator gets %v", code)
	}
	closed := serve(t)
	if code := closed.mayRead(t.Context(), t, "s"); code != codes.Unauthenticated {
		t.Errorf("a server that was told of nobody gives %v", code)
	}
}

func TestAccessLists(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	admin, li, wang := asUser(t, "admin", "changeit"), asUser(t, "li", "li's password"), asUser(t, "wang", "wang's password")
	for stream, list := range map[string]string{
		"open":   `{}`,
		"clerks": `{"$acl":{"$r":["clerks","$admins"],"$w":"clerks","$d":"$admins","$mr":"clerks","$mw":"$admins"}}`,
		"li":     `{"$acl":{"$r":["li"]}}`,
		"shut":   `{"$acl":{"$r":[],"$w":[],"$d":[],"$mr":[],"$mw":[]}}`,
		"broken": `{"$acl":`,
		"named":  `{"$acl":"$systemStreamAcl","$cacheControl":1}`,
		"$named": `{"$acl":"$userStreamAcl"}`,
	} {
		if code := served.append(admin, t, "$$"+stream, "$metadata", list); code != codes.OK {
			t.Fatal(stream, code)
		}
		if code := served.append(admin, t, stream, "happened", "{}"); code != codes.OK {
			t.Fatal(stream, code)
		}
	}
	const (
		yes = codes.OK
		no  = codes.PermissionDenied
	)
	for _, c := range []struct {
		who                                   string
		ctx                                   context.Context
		stream                                string
		read, write, readMeta, writeMeta, del codes.Code
	}{
		{"li", li, "open", yes, yes, yes, yes, yes},
		{"li", li, "broken", yes, yes, yes, yes, yes},
		{"li", li, "clerks", no, no, no, no, no},
		{"wang", wang, "clerks", yes, yes, yes, no, no},
		{"wang", wang, "li", no, yes, yes, yes, yes},
		{"li", li, "li", yes, yes, yes, yes, yes},
		{"li", li, "shut", no, no, no, no, no},
		{"admin", admin, "shut", yes, yes, yes, yes, yes},
		{"li", li, "named", no, no, no, no, no},
		{"li", li, "$named", yes, yes, yes, yes, yes},
		{"li", li, "$system", no, no, no, no, no},
		{"admin", admin, "$system", yes, yes, yes, yes, yes},
	} {
		for deed, got := range map[string][2]codes.Code{
			"reading":          {served.mayRead(c.ctx, t, c.stream), c.read},
			"writing":          {served.append(c.ctx, t, c.stream, "happened", "{}"), c.write},
			"reading metadata": {served.mayRead(c.ctx, t, "$$"+c.stream), c.readMeta},
		} {
			if got[0] != got[1] {
				t.Errorf("%s, %s: %s gives %v, want %v", c.who, c.stream, deed, got[0], got[1])
			}
		}
		if c.writeMeta == no {
			if got := served.append(c.ctx, t, "$$"+c.stream, "$metadata", "{}"); got != no {
				t.Errorf("%s, %s: writing metadata gives %v", c.who, c.stream, got)
			}
		}
		if c.del == no {
			if got := served.delete(c.ctx, t, c.stream); got != no {
				t.Errorf("%s, %s: deleting gives %v", c.who, c.stream, got)
			}
		}
	}
	if code := served.mayRead(li, t, "$all"); code != no {
		t.Errorf("li reads everything: %v", code)
	}
	if code := served.mayRead(admin, t, "$all"); code != yes {
		t.Errorf("the administrator reads everything: %v", code)
	}
	// Whoever may read the streams of the system may be told otherwise.
	if code := served.append(admin, t, "$settings", "$settings", `{"$userStreamAcl":{"$w":"clerks"},"$systemStreamAcl":{"$r":["li","$admins"]}}`); code != yes {
		t.Fatal(code)
	}
	for what, got := range map[string][2]codes.Code{
		"li writes":                {served.append(li, t, "new", "happened", "{}"), no},
		"wang writes":              {served.append(wang, t, "new", "happened", "{}"), yes},
		"li reads the system's":    {served.mayRead(li, t, "$system"), yes},
		"wang reads the system's":  {served.mayRead(wang, t, "$system"), no},
		"li writes the system's":   {served.append(li, t, "$system", "happened", "{}"), no},
		"li changes the settings":  {served.append(li, t, "$settings", "$settings", "{}"), no},
		"li reads everything":      {served.mayRead(li, t, "$all"), yes},
		"li reads his own stream":  {served.mayRead(li, t, "li"), yes},
		"wang writes li's stream":  {served.append(wang, t, "li", "happened", "{}"), yes},
		"li writes his own stream": {served.append(li, t, "li", "happened", "{}"), no},
	} {
		if got[0] != got[1] {
			t.Errorf("after the settings, %s: %v, want %v", what, got[0], got[1])
		}
	}
}

// TestALedgerIsOnlyAppendedTo: a server that is not Deletable refuses whatever
// would take events out of sight, in either form of append.
func TestALedgerIsOnlyAppendedTo(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.Deletable = false })
	ctx := t.Context()
	if code := served.append(ctx, t, "s", "happened", "{}"); code != codes.OK {
		t.Fatal(code)
	}
	for name, metadata := range map[string]string{
		"$tb": `{"$tb":1}`, "$maxCount": `{"$maxCount":1}`, "$maxAge": `{"$maxAge":1}`,
		"a deletion": `{"$tb":9223372036854775807}`, "among others": `{"$acl":{"$r":"$all"},"x":1,"$maxCount":5}`,
		"twice": `{"$tb":0,"$tb":4}`,
	} {
		if code := served.append(ctx, t, "$$s", "$metadata", metadata); code != codes.PermissionDenied {
			t.Errorf("%s: %v", name, code)
		}
		event := batched(0)
		event.Metadata["type"], event.Data = "$metadata", []byte(metadata)
		call := served.batching(t)
		call.send(whole("$$s", nil, event))
		if got := call.receive(); codes.Code(got.GetError().GetCode()) != codes.PermissionDenied {
			t.Errorf("%s in a batch: %v", name, got)
		}
	}
	if code := served.delete(ctx, t, "s"); code != codes.PermissionDenied {
		t.Errorf("deleting: %v", code)
	}
	_, err := served.client(t).TombstoneStream(ctx, "s", esdb.TombstoneStreamOptions{})
	if codeOf(err) != esdb.ErrorCodeAccessDenied {
		t.Errorf("a tombstone: %v", err)
	}
	if code := served.append(ctx, t, "$$s", "$metadata", `{"$acl":{"$r":"$admins"},"note":1,"$TB":1}`); code != codes.OK {
		t.Errorf("an access list: %v", code)
	}
	if last, err := served.store.LastPosition(ctx); err != nil || last != 2 {
		t.Errorf("the store is at %d, %v", last, err)
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*gateway.Config){
		"a server": func(c *gateway.Config) { c.Writable = false },
		"a caller": func(c *gateway.Config) { c.Access.Anonymous.ReadOnly = true },
		"a stream": func(c *gateway.Config) { c.Reserved = func(stream eventstore.Stream) bool { return stream == "s" } },
	} {
		served := serve(t, open, change)
		if _, err := served.store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: []eventstore.NewEvent{
			{ID: first, Type: "happened", Data: []byte("{}")},
		}}); err != nil {
			t.Fatal(err)
		}
		if code := served.append(t.Context(), t, "s", "happened", "{}"); code != codes.PermissionDenied {
			t.Errorf("%s: appending: %v", name, code)
		}
		call := served.batching(t)
		call.send(whole("s", nil, batched(1)))
		if got := call.receive(); codes.Code(got.GetError().GetCode()) != codes.PermissionDenied {
			t.Errorf("%s: in a batch: %v", name, got)
		}
		if code := served.append(t.Context(), t, "$$s", "$metadata", `{"$acl":{"$r":"nobody"}}`); code != codes.PermissionDenied {
			t.Errorf("%s: writing metadata: %v", name, code)
		}
		if code := served.delete(t.Context(), t, "s"); code != codes.PermissionDenied {
			t.Errorf("%s: deleting: %v", name, code)
		}
		if code := served.mayRead(t.Context(), t, "s"); code != codes.OK {
			t.Errorf("%s: reading: %v", name, code)
		}
	}
}

// TestNobodyWritesTheOwnersEvents: what readers would take for an event of the
// program that owns the store is refused on every stream, in either form.
func TestNobodyWritesTheOwnersEvents(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) {
		c.ReservedEvent = func(_ eventstore.Stream, event eventstore.NewEvent) bool { return event.Type == "payment.confirmed" }
	})
	if code := served.append(t.Context(), t, "notes", "payment.confirmed", "{}"); code != codes.PermissionDenied {
		t.Errorf("appending: %v", code)
	}
	event := batched(1)
	event.Metadata["type"] = "payment.confirmed"
	call := served.batching(t)
	call.send(whole("notes", nil, batched(1), event))
	if got := call.receive(); codes.Code(got.GetError().GetCode()) != codes.PermissionDenied {
		t.Errorf("among others in a batch: %v", got)
	}
	if code := served.append(t.Context(), t, "notes", "noted", "{}"); code != codes.OK {
		t.Errorf("another event: %v", code)
	}
	if last, err := served.store.LastPosition(t.Context()); err != nil || last != 1 {
		t.Errorf("the store is at %d, %v", last, err)
	}
}

// fickle is an authenticator that changes its mind.
type fickle struct {
	answer   atomic.Pointer[error]
	readOnly atomic.Bool
}

func (f *fickle) Authenticate(context.Context, gateway.Credentials) (gateway.Principal, error) {
	if err := f.answer.Load(); err != nil {
		return gateway.Principal{}, *err
	}
	principal := *gateway.Administrator("x")
	principal.ReadOnly = f.readOnly.Load()
	return principal, nil
}

// TestALongCallEndsWhenItsCallerHasOtherRights: one that may write must not go on
// writing when its caller may not any more.
func TestALongCallEndsWhenItsCallerHasOtherRights(t *testing.T) {
	t.Parallel()
	authenticator := &fickle{}
	served := serve(t, open, func(c *gateway.Config) {
		c.Access = gateway.Access{Authenticator: authenticator, CheckAgain: time.Millisecond}
	})
	stream, err := streams.NewStreamsClient(served.raw(t)).BatchAppend(authorized(t, "Bearer x"))
	if err != nil {
		t.Fatal(err)
	}
	call := batching{t: t, stream: stream}
	call.send(whole("s", nil, batched(1)))
	if got := call.receive(); got.GetSuccess() == nil {
		t.Fatal(got)
	}
	authenticator.readOnly.Store(true)
	if _, err := call.stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("the call ends with %v", err)
	}
	if code := served.append(authorized(t, "Bearer x"), t, "s", "happened", "{}"); code != codes.PermissionDenied {
		t.Errorf("the next one: %v", code)
	}
}

// TestStrangersAreAskedFirst: a message of somebody who is not known is not even
// waited for.
func TestStrangersAreAskedFirst(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	connection := served.raw(t)
	for _, method := range []string{
		"/event_store.client.streams.Streams/Delete", "/event_store.client.streams.Streams/Tombstone",
		"/event_store.client.persistent_subscriptions.PersistentSubscriptions/Create",
		"/event_store.client.streams.Streams/Append", "/event_store.client.streams.Streams/Read",
	} {
		call := silentCall(t, connection, method)
		if err := call.RecvMsg(new(shared.Empty)); status.Code(err) != codes.PermissionDenied {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestStrangersWhoSendNothing do not keep the others from learning what this
// server is.
func TestStrangersWhoSendNothing(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	connection := served.raw(t)
	const method = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods"
	answers := make(chan error)
	for range 50 {
		call := silentCall(t, connection, method)
		go func() {
			err := call.RecvMsg(new(serverfeatures.SupportedMethods))
			select {
			case answers <- err:
			case <-t.Context().Done():
			}
		}()
	}
	for range 50 - 16 { // as many as are not waited for
		if err := <-answers; err != nil {
			t.Fatal(err)
		}
	}
	if _, err := serverfeatures.NewServerFeaturesClient(connection).GetSupportedMethods(t.Context(), &shared.Empty{}); err != nil {
		t.Errorf("somebody who asks: %v", err)
	}
}

// silentCall is a call whose client says nothing for now.
func silentCall(t *testing.T, connection *grpc.ClientConn, method string) grpc.ClientStream {
	t.Helper()
	call, err := connection.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// TestALongCallEndsWhenItsCallerIsLockedOut, and not because nobody could tell.
func TestALongCallEndsWhenItsCallerIsLockedOut(t *testing.T) {
	t.Parallel()
	authenticator := &fickle{}
	served := serve(t, open, func(c *gateway.Config) {
		c.Access = gateway.Access{Authenticator: authenticator, CheckAgain: time.Millisecond}
	})
	request := readRequest("$all")
	request.Options.CountOption = &streams.ReadReq_Options_Subscription{Subscription: &streams.ReadReq_Options_SubscriptionOptions{}}
	call, err := streams.NewStreamsClient(served.raw(t)).Read(authorized(t, "Bearer x"), request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Recv(); err != nil {
		t.Fatal(err)
	}
	unknown := errors.New("the database is away")
	authenticator.answer.Store(&unknown)
	if code := served.mayRead(authorized(t, "Bearer x"), t, "s"); code != codes.Unavailable {
		t.Errorf("while nobody can tell: %v", code)
	}
	refused := fmt.Errorf("he has left: %w", gateway.ErrRefused)
	authenticator.answer.Store(&refused)
	for err == nil {
		_, err = call.Recv()
	}
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("the subscription ends with %v", err)
	}
}

// selfSigned is a certificate for this machine.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, pool
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	certificate, pool := selfSigned(t)
	served := serve(t, guarded, func(c *gateway.Config) { c.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}} })
	connect := func(password string) *esdb.Client {
		settings, err := esdb.ParseConnectionString(fmt.Sprintf("esdb://admin:%s@%s", password, served.address))
		if err != nil {
			t.Fatal(err)
		}
		settings.RootCAs, settings.Logger = pool, esdb.NoopLogging()
		client, err := esdb.NewClient(settings)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	if _, err := connect("changeit").AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, proposed("happened")); err != nil {
		t.Error(err)
	}
	if _, err := connect("guess").AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, proposed("happened")); codeOf(err) != esdb.ErrorCodeUnauthenticated {
		t.Errorf("a wrong password gives %v", err)
	}
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer browser.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+served.address+"/health/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("the health is %s", response.Status)
	}
	if code := served.mayRead(asUser(t, "admin", "changeit"), t, "s"); code != codes.Unavailable {
		t.Errorf("in clear: %v", code)
	}
	both := serve(t, guarded, func(c *gateway.Config) {
		c.TLS, c.Plain = &tls.Config{Certificates: []tls.Certificate{certificate}}, true
	})
	if code := both.append(asUser(t, "admin", "changeit"), t, "s", "happened", "{}"); code != codes.OK {
		t.Errorf("in clear, where both are taken: %v", code)
	}
	secured, err := (&tls.Dialer{Config: &tls.Config{RootCAs: pool, NextProtos: []string{"h2"}}}).DialContext(t.Context(), "tcp", both.address)
	if err != nil {
		t.Fatalf("over TLS, where both are taken: %v", err)
	}
	defer secured.Close()
}

func TestFeaturesAndGossip(t *testing.T) {
	t.Parallel()
	served := serve(t, open, func(c *gateway.Config) { c.AdvertiseHost = "127.0.0.1" })
	settings, err := esdb.ParseConnectionString("esdb://" + served.address + "?tls=false&nodePreference=leader")
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger = esdb.NoopLogging()
	settings.GossipSeeds = []*esdb.EndPoint{endPoint(t, served.address)}
	client, err := esdb.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	version, err := client.GetServerVersion()
	if err != nil || version.Major != 24 || version.Minor != 10 {
		t.Errorf("the version is %+v, %v", version, err)
	}
	if _, err := client.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{}, proposed("happened")); err != nil {
		t.Error(err)
	}
}

func endPoint(t *testing.T, address string) *esdb.EndPoint {
	t.Helper()
	parsed, err := esdb.ParseEndPoint(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestMetadataThroughTheClient: what the client writes is what it reads, and
// every word of it is understood.
func TestMetadataThroughTheClient(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := served.client(t)
	list := esdb.Acl{}
	list.AddReadRoles("li")
	list.AddWriteRoles("li")
	given := esdb.StreamMetadata{}
	given.SetMaxCount(3)
	given.SetMaxAge(time.Hour)
	given.SetTruncateBefore(2)
	given.SetAcl(list)
	given.AddCustomProperty("note", "x")
	if _, err := client.SetStreamMetadata(t.Context(), "s", esdb.AppendToStreamOptions{}, given); err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(served.read(t, "$$s")[0].Data, &document); err != nil {
		t.Fatal(err)
	}
	if document["$maxCount"] != 3.0 || document["$maxAge"] != 3600.0 || document["$tb"] != 2.0 || document["note"] != "x" {
		t.Errorf("the store holds %v", document)
	}
	got, err := client.GetStreamMetadata(t.Context(), "s", esdb.ReadStreamOptions{Direction: esdb.Backwards, From: esdb.End{}})
	if err != nil || got.MaxCount() == nil || *got.MaxCount() != 3 || got.TruncateBefore() == nil || *got.TruncateBefore() != 2 ||
		len(got.StreamAcl().ReadRoles()) != 1 {
		t.Errorf("the client reads %+v, %v", got, err)
	}
}
