package gateway_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/protobuf/proto"

	"guishu/internal/waiting"
)

// wireCallOf makes a call as it stands on the wire, so that the server's own answer
// is seen, and gives the status in its trailers.
func (s served) wireCallOf(t *testing.T, method string, header http.Header, body io.Reader) (http.Header, []byte) {
	t.Helper()
	watch := waiting.Over(t)
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(watch.Context(), http.MethodPost, "http://"+s.address+"/event_store.client."+method, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header.Clone()
	request.Header.Set("content-type", "application/grpc")
	request.Header.Set("te", "trailers")
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.Header.Get("grpc-status") != "" {
		return response.Header, answer
	}
	return response.Trailer, answer
}

// G-08: a call that the client's deadline ends is answered with
// DEADLINE_EXCEEDED, each time.
func TestTheClientsDeadlineEndsACall(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	served.fill(t, "account-1", 1, "opened")
	one, all, filtered := oneStream("account-1"), allStreams(), streamsLike("account-")
	subscribe(one, all, filtered)
	stream := &persistent.ReadReq{Content: &persistent.ReadReq_Options_{Options: &persistent.ReadReq_Options{
		StreamOption: &persistent.ReadReq_Options_StreamIdentifier{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte("account-1")}},
		GroupName:    "group", BufferSize: 1,
		UuidOption: &persistent.ReadReq_Options_UUIDOption{Content: &persistent.ReadReq_Options_UUIDOption_Structured{Structured: &shared.Empty{}}},
	}}}
	served.createPersistent(t, "account-1", "group")
	for what, c := range map[string]struct {
		method string
		body   proto.Message
		open   bool // the client says no more, and does not end
	}{
		"a subscription to a stream": {"streams.Streams/Read", asked(one), false},
		"a subscription to all":      {"streams.Streams/Read", asked(all), false},
		"a filtered one":             {"streams.Streams/Read", asked(filtered), false},
		"a persistent one":           {"persistent_subscriptions.PersistentSubscriptions/Read", stream, true},
		"an append":                  {"streams.Streams/Append", to("account-1"), true},
		"a batch":                    {"streams.Streams/BatchAppend", whole("account-1", nil, batched(1)), true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var calls sync.WaitGroup
			for range 20 {
				calls.Go(func() {
					encoded, err := proto.Marshal(c.body)
					if err != nil {
						t.Error(err)
						return
					}
					frame := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(encoded)))
					body := io.Reader(bytes.NewReader(append(frame, encoded...)))
					if c.open {
						held, end := io.Pipe()
						calls.Go(func() { _, _ = io.Copy(end, body) })
						defer end.Close()
						trailer, _ := served.wireCallOf(t, c.method, http.Header{"Grpc-Timeout": {"2S"}}, held)
						wantDeadline(t, trailer)
						return
					}
					trailer, _ := served.wireCallOf(t, c.method, http.Header{"Grpc-Timeout": {"2S"}}, body)
					wantDeadline(t, trailer)
				})
			}
			calls.Wait()
		})
	}
}

func wantDeadline(t *testing.T, trailer http.Header) {
	t.Helper()
	if got := trailer.Get("grpc-status"); got != "4" {
		t.Errorf("the status is %s %s, want 4", got, trailer.Get("grpc-message"))
	}
}
