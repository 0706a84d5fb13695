package gateway_test

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore/gateway"
	"guishu/eventstore/wire"
)

// page asks for a page and gives its status and text.
func page(t *testing.T, client *http.Client, address string, sign func(*http.Request)) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if sign != nil {
		sign(request)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// G-24: the pages beside gRPC.
func TestPages(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.createPersistent(t, "account-1", "group")
	for path, holds := range map[string]string{
		"/ping": `"text":"Ping request successfully handled"`, "/info": `"esVersion":"24.10.6"`, "/stats": `"proc":`,
		"/gossip": `"state":"Leader"`, "/subscriptions": `"groupName":"group"`, "/metrics": `eventstore_checkpoints{name="writer"`,
	} {
		response, body := page(t, http.DefaultClient, "http://"+served.address+path, nil)
		if response.StatusCode != http.StatusOK || !strings.Contains(body, holds) {
			t.Errorf("%s: %s %s", path, response.Status, body)
		}
		if path != "/metrics" && !json.Valid([]byte(body)) {
			t.Errorf("%s is no JSON: %s", path, body)
		}
	}
	if response, _ := page(t, http.DefaultClient, "http://"+served.address+"/nothing", nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("nothing: %s", response.Status)
	}
}

// Strangers hear what the server is, and not how it is doing.
func TestWhoReadsPages(t *testing.T) {
	t.Parallel()
	served := serve(t, guarded)
	for path, want := range map[string][3]int{ // nobody, li, the administrator
		"/ping": {200, 200, 200}, "/info": {200, 200, 200}, "/gossip": {200, 200, 200}, "/health/live": {204, 204, 204},
		"/stats": {401, 403, 200}, "/subscriptions": {401, 403, 200}, "/metrics": {401, 403, 200},
	} {
		for i, sign := range []func(*http.Request){
			nil, func(r *http.Request) { r.SetBasicAuth("li", "li's password") }, func(r *http.Request) { r.SetBasicAuth("admin", "changeit") },
		} {
			if response, _ := page(t, http.DefaultClient, "http://"+served.address+path, sign); response.StatusCode != want[i] {
				t.Errorf("%s for reader %d: %s, want %d", path, i, response.Status, want[i])
			}
		}
	}
	if response, _ := page(t, http.DefaultClient, "http://"+served.address+"/stats", func(r *http.Request) { r.SetBasicAuth("admin", "guess") }); response.StatusCode != 401 {
		t.Errorf("a wrong password: %s", response.Status)
	}
}

// G-02: pages over HTTP/2, on a port that gRPC is spoken on over TLS.
func TestHealthOverHTTP2(t *testing.T) {
	t.Parallel()
	certified := httptest.NewUnstartedServer(http.NotFoundHandler())
	certified.StartTLS()
	t.Cleanup(certified.Close)
	served := serve(t, open, func(c *gateway.Config) { c.TLS = &tls.Config{Certificates: certified.TLS.Certificates} })
	client := certified.Client()
	client.Transport.(*http.Transport).ForceAttemptHTTP2 = true
	response, _ := page(t, client, "https://"+served.address+"/health/live", nil)
	if response.StatusCode != http.StatusNoContent || response.ProtoMajor != 2 {
		t.Errorf("the answer is %s over %s", response.Status, response.Proto)
	}
	// gRPC from such a caller is understood too.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		"https://"+served.address+"/event_store.client.server_features.ServerFeatures/GetSupportedMethods", strings.NewReader("\x00\x00\x00\x00\x00"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(body), "24.10.6") || answer.Trailer.Get("grpc-status") != "0" {
		t.Errorf("features: %q, %v, %v", body, answer.Trailer, err)
	}
}

// figures is a StatsResp.
type figures map[string]string

// Decode implements wire.Decoder.
func (f figures) Decode(b []byte) error {
	return wire.Each(b, func(_ protowire.Number, value wire.Field) error {
		var name, figure []byte
		err := value.Entry(&name, &figure)
		f[string(name)] = string(figure)
		return err
	})
}

// G-25: monitoring tells figures again and again.
func TestMonitoring(t *testing.T) {
	t.Parallel()
	connection := serve(t, open).raw(t)
	call, err := connection.NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true}, "/event_store.client.monitoring.Monitoring/Stats", grpc.ForceCodecV2(wire.NewCodec()))
	if err != nil {
		t.Fatal(err)
	}
	if err := call.SendMsg(wire.Encoded{4 << 3, 100}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		told := figures{}
		if err := call.RecvMsg(told); err != nil || told["proc-id"] == "" {
			t.Fatalf("told %v, %v", told, err)
		}
	}
}
