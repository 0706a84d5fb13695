package esdb_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
)

func quiet() esdb.Options { return esdb.Options{Log: slog.New(slog.DiscardHandler)} }

func TestAServerThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := esdb.Open(t.Context(), "esdb://admin:kennwort@"+address+"?tls=false&maxDiscoverAttempts=2&discoveryInterval=1", quiet())
	var unreachable *esdb.UnreachableError
	if !errors.As(err, &unreachable) || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "kennwort") {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := esdb.Open(ended, connectionString(address), quiet()); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

// people lets one person in.
type people struct{}

func (people) Authenticate(_ context.Context, given gateway.Credentials) (gateway.Principal, error) {
	if given.Name != "auditor" || given.Secret != "kenn/wort" {
		return gateway.Principal{}, gateway.ErrRefused
	}
	return *gateway.Administrator(given.Name), nil
}

func guarded(config *gateway.Config) { config.Access = gateway.Access{Authenticator: people{}} }

func TestCredentialsWithoutTLSGoToThisMachineOnly(t *testing.T) {
	t.Parallel()
	h := serve(t, memory.New(), guarded)
	store, err := esdb.Open(t.Context(), "esdb://auditor:kenn%2Fwort@"+h.address+"?tls=false", quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)}); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"esdb://auditor:guess@", "esdb://"} {
		_, err = esdb.Open(t.Context(), wrong+h.address+"?tls=false", quiet())
		if refused := (*esdb.RefusedError)(nil); !errors.As(err, &refused) || strings.Contains(err.Error(), "guess") {
			t.Errorf("%s: got %v", wrong, err)
		}
	}
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	certificate, file := selfSigned(t)
	h := serve(t, memory.New(), guarded, func(config *gateway.Config) {
		config.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	})
	store, err := esdb.Open(t.Context(), "esdb://auditor:kenn%2Fwort@"+h.address+"?tlsCAFile="+file, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)}); err != nil {
		t.Error(err)
	}
	var refused *esdb.RefusedError
	if _, err = esdb.Open(t.Context(), "esdb://auditor:guess@"+h.address+"?tlsCAFile="+file, quiet()); !errors.As(err, &refused) || strings.Contains(err.Error(), "guess") {
		t.Errorf("a wrong password: %v", err)
	}
	var unreachable *esdb.UnreachableError
	_, err = esdb.Open(t.Context(), "esdb://auditor:kenn%2Fwort@"+h.address+"?maxDiscoverAttempts=1", quiet())
	if !errors.As(err, &unreachable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
}

func TestAClusterIsAskedForItsMembers(t *testing.T) {
	t.Parallel()
	gone := listen(t)
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	h := serve(t, memory.New())
	for _, text := range []string{"esdb+discover://" + h.address, "esdb+discover://" + gone.Addr().String() + "," + h.address, "esdb://" + h.address + "," + gone.Addr().String()} {
		store, err := esdb.Open(t.Context(), text+"?tls=false", quiet())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(1)}); err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Appends that share a call go to the leader, whichever member was asked first, and
// nowhere while there is none.
func TestAppendsThatShareACallGoToTheLeader(t *testing.T) {
	t.Parallel()
	leader := serveCrooked(t, memory.New(), &crooked{offers: true, call: passingOn(asItIs)})
	follower := serveCrooked(t, memory.New(), &crooked{offers: true, call: passingOn(asItIs)})
	member := func(c *crooked, state gossip.MemberInfo_VNodeState) *gossip.MemberInfo {
		host, port, _ := net.SplitHostPort(c.address)
		number, _ := strconv.ParseUint(port, 10, 16)
		return &gossip.MemberInfo{State: state, IsAlive: true, HttpEndPoint: &gossip.EndPoint{Address: host, Port: uint32(number)}}
	}
	append := func(text string) {
		store, err := esdb.Open(t.Context(), text, quiet())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		defer store.Close()
		if _, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.AnyRevision, Events: made(1)}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	follower.members = []*gossip.MemberInfo{member(follower, gossip.MemberInfo_Follower), member(leader, gossip.MemberInfo_Leader)}
	leader.members = follower.members
	append("esdb://" + follower.address + "," + leader.address + "?tls=false")
	append("esdb+discover://" + follower.address + "?tls=false")
	sent := leader.sent.Load()
	if leader.shared.Load() != 2 || follower.shared.Load() != 0 || !slices.Equal(sent.Get("requires-leader"), []string{"true"}) {
		t.Errorf("the leader was sent %d appends, the follower %d; with %v", leader.shared.Load(), follower.shared.Load(), sent)
	}
	append("esdb://" + follower.address + "?tls=false")
	if leader.shared.Load() != 3 {
		t.Errorf("the leader was sent %d appends when a follower was named alone", leader.shared.Load())
	}
	follower.members, leader.members = follower.members[:1], nil
	options := quiet()
	options.Patience = 50 * time.Millisecond
	_, err := esdb.Open(t.Context(), "esdb+discover://"+follower.address+"?tls=false&maxDiscoverAttempts=2&discoveryInterval=1", options)
	if unreachable := (*esdb.UnreachableError)(nil); !errors.As(err, &unreachable) || !strings.Contains(err.Error(), "no member of the cluster says that it leads") {
		t.Errorf("without a leader: %v", err)
	}
}

// The call that appends share is made with the credentials, over TLS as well as
// to this machine.
func TestTheCallThatAppendsShareCarriesTheCredentials(t *testing.T) {
	t.Parallel()
	certificate, file := selfSigned(t)
	secured := []grpc.ServerOption{grpc.Creds(credentials.NewServerTLSFromCert(&certificate))}
	for settings, options := range map[string][]grpc.ServerOption{"tls=false": nil, "tlsCAFile=" + file: secured, "tlsVerifyCert=false": secured} {
		c := serveCrooked(t, memory.New(), &crooked{offers: true, call: passingOn(asItIs), options: options})
		store, err := esdb.Open(t.Context(), "esdb://auditor:kenn%2Fwort@"+c.address+"?"+settings, quiet())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if _, err := store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)}); err != nil {
			t.Errorf("%s: %v", settings, err)
		}
		want := []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("auditor:kenn/wort"))}
		if sent := c.sent.Load(); sent == nil || !slices.Equal(sent.Get("authorization"), want) {
			t.Errorf("%s: the call came with %v", settings, sent)
		}
	}
}

// oldServer says that it is one.
type oldServer struct {
	serverfeatures.UnimplementedServerFeaturesServer
	version string
}

func (o oldServer) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	return &serverfeatures.SupportedMethods{EventStoreServerVersion: o.version}, nil
}

// A server that is too old is refused, and one before its release, whose version the
// official client cannot read (E-14): at once and by its version.
func TestAServerThatIsTooOldOrNotReleasedIsRefused(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{
		"22.10.5": true, "23.6.0": true, "5.0.11": true, "22.10.0-rc.1": true, "": true,
		"24.10.0-rc.1": false, "25.1-alpha": false, "23.10.0-nightly": false,
	} {
		listener := listen(t)
		server := grpc.NewServer()
		serverfeatures.RegisterServerFeaturesServer(server, oldServer{version: version})
		done := make(chan error, 1)
		go func() { done <- server.Serve(listener) }()
		_, err := esdb.Open(t.Context(), connectionString(listener.Addr().String()), quiet())
		var tooOld *esdb.ServerTooOldError
		var strange *esdb.VersionError
		var refused *esdb.RefusedError
		if !errors.As(err, &refused) || errors.As(err, &tooOld) != old || errors.As(err, &strange) == old || !old && !strings.Contains(err.Error(), version) {
			t.Errorf("%s: got %v", version, err)
		}
		if strings.Count(fmt.Sprint(err), "event store:") != 1 {
			t.Errorf("%s: it says %q", version, err)
		}
		server.Stop()
		<-done
	}
}

// Whoever is locked out while reading is told so.
func TestALockedOutSubscriberIsTold(t *testing.T) {
	t.Parallel()
	door := &lockable{open: make(chan struct{})}
	behind := memory.New()
	h := serve(t, behind, func(config *gateway.Config) {
		config.Access = gateway.Access{Authenticator: door, CheckAgain: time.Millisecond}
	})
	store, err := esdb.Open(t.Context(), "esdb://auditor:word@"+h.address+"?tls=false", quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var last error
	for delivery, err := range store.SubscribeAll(t.Context(), 0, eventstore.Filter{}) {
		if last = err; err == nil && delivery.Kind == eventstore.CaughtUp {
			close(door.open)
		}
	}
	if refused := (*esdb.RefusedError)(nil); !errors.As(last, &refused) {
		t.Errorf("following: %v", last)
	}
	_, err = store.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)})
	// Where the refusal cuts the sending off, the client says only that it broke, and
	// nothing can be read back.
	unknown := (*eventstore.UnknownOutcomeError)(nil)
	if refused := (*esdb.RefusedError)(nil); !errors.As(err, &refused) && !errors.As(err, &unknown) {
		t.Errorf("appending: %v", err)
	}
	if last, err := behind.LastPosition(t.Context()); last != 0 || err != nil {
		t.Errorf("the refused append was written: %d, %v", last, err)
	}
	_, err = storetest.Collect(store.ReadAll(t.Context(), eventstore.AllQuery{}))
	if refused := (*esdb.RefusedError)(nil); !errors.As(err, &refused) {
		t.Errorf("reading: %v", err)
	}
}

// lockable lets everybody in until it is locked.
type lockable struct{ open chan struct{} }

func (l *lockable) Authenticate(_ context.Context, given gateway.Credentials) (gateway.Principal, error) {
	select {
	case <-l.open:
		return gateway.Principal{}, gateway.ErrRefused
	default:
		return *gateway.Administrator(given.Name), nil
	}
}

func selfSigned(t *testing.T) (tls.Certificate, string) {
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
	file := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func ExampleOpen() {
	_, err := esdb.Open(context.Background(), "esdb://admin:p@ss/word@host", esdb.Options{})
	fmt.Println(err)
	// Output:
	// event store: the EventStoreDB connection string holds a user name or password that is not percent-encoded; it has the form esdb://user:password@host:2113?tls=true, or esdb+discover:// for a cluster
}
