package gateway_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"net/http"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// G-03: clients may compress what they send.
func TestCompressedRequests(t *testing.T) {
	t.Parallel()
	served := serve(t, open)
	client := streams.NewStreamsClient(served.raw(t))
	for _, name := range []string{"gzip", "deflate"} {
		call, err := client.Append(t.Context(), grpc.UseCompressor(name))
		if err != nil {
			t.Fatal(err)
		}
		_ = call.Send(to("account-1"))
		_ = call.Send(message(sized(10_000)))
		if answer, err := call.CloseAndRecv(); err != nil || answer.GetSuccess() == nil {
			t.Errorf("%s: %v, %v", name, answer, err)
		}
	}
	// The bare stream, as some clients send it.
	var frames bytes.Buffer
	for _, each := range []*streams.AppendReq{to("account-1"), message(sized(100))} {
		encoded, err := proto.Marshal(each)
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		writer, err := flate.NewWriter(&packed, flate.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = writer.Write(encoded)
		_ = writer.Close()
		frames.WriteByte(1)
		_ = binary.Write(&frames, binary.BigEndian, uint32(packed.Len()))
		frames.Write(packed.Bytes())
	}
	trailer, _ := served.wireCallOf(t, "streams.Streams/Append", http.Header{"Grpc-Encoding": {"deflate"}}, &frames)
	if got := trailer.Get("grpc-status"); got != "0" {
		t.Errorf("a bare stream: %s %s", got, trailer.Get("grpc-message"))
	}
	if events := served.read(t, "account-1"); len(events) != 3 || len(events[0].Data) != 10_000 {
		t.Errorf("%d events came", len(events))
	}
}
