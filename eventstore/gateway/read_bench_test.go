package gateway_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/postgres"
	"guishu/internal/pgtest"
)

// benchEvents is how many events a benchmark reads in one go.
const benchEvents = 100_000

// BenchmarkReadAll reads everything through the gateway: with the official
// client, whose own work is the larger part, with a client that throws away
// what it gets, and from the store directly.
func BenchmarkReadAll(b *testing.B) {
	stores := map[string]func(b *testing.B) func(*gateway.Config){
		"memory": func(*testing.B) func(*gateway.Config) { return func(*gateway.Config) {} },
		"postgres": func(b *testing.B) func(*gateway.Config) {
			store, err := postgres.Open(b.Context(), pgtest.New(b), postgres.Options{AllowUnsafe: true})
			if err != nil {
				b.Fatal(err)
			}
			return func(config *gateway.Config) { config.Store = store }
		},
	}
	for name, store := range stores {
		b.Run(name, func(b *testing.B) {
			served := serve(b, open, store(b))
			served.load(b, benchEvents)
			b.Run("client", func(b *testing.B) {
				client := served.client(b)
				for b.Loop() {
					stream, err := client.ReadAll(b.Context(), esdb.ReadAllOptions{From: esdb.Start{}}, math.MaxUint64)
					if err != nil {
						b.Fatal(err)
					}
					count := 0
					for ; ; count++ {
						if _, err = stream.Recv(); err != nil {
							break
						}
					}
					stream.Close()
					if count != benchEvents || !errors.Is(err, io.EOF) {
						b.Fatal(count, err)
					}
				}
				perSecond(b)
			})
			b.Run("wire", func(b *testing.B) {
				discard := grpc.ForceCodecV2(discarding{encoding.GetCodecV2("proto")})
				raw := streams.NewStreamsClient(served.raw(b))
				for b.Loop() {
					stream, err := raw.Read(b.Context(), everything(), discard)
					if err != nil {
						b.Fatal(err)
					}
					var response streams.ReadResp
					for err == nil {
						err = stream.RecvMsg(&response)
					}
					if !errors.Is(err, io.EOF) {
						b.Fatal(err)
					}
				}
				perSecond(b)
			})
			b.Run("store", func(b *testing.B) {
				for b.Loop() {
					for _, err := range served.store.ReadAll(b.Context(), eventstore.AllQuery{}) {
						if err != nil {
							b.Fatal(err)
						}
					}
				}
				perSecond(b)
			})
		})
	}
}

// load appends events of a ledger's usual size.
func (s served) load(b *testing.B, count int) {
	data, metadata := []byte(`{"d":"`+strings.Repeat("d", 220)+`"}`), []byte(`{"m":"`+strings.Repeat("m", 280)+`"}`)
	for written := 0; written < count; written += 1_000 {
		events := make([]eventstore.NewEvent, 1_000)
		for i := range events {
			events[i] = eventstore.NewEvent{ID: uuid.New(), Type: "payment.confirmed", Data: data, Metadata: metadata}
		}
		stream := eventstore.Stream(fmt.Sprintf("payment-%s", uuid.New()))
		if _, err := s.store.Append(b.Context(), eventstore.Append{Stream: stream, Expected: eventstore.NoStream, Events: events}); err != nil {
			b.Fatal(err)
		}
	}
}

func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)*benchEvents/b.Elapsed().Seconds(), "events/s")
}

// discarding is a codec that does not look at responses.
type discarding struct{ encoding.CodecV2 }

func (discarding) Unmarshal(mem.BufferSlice, any) error { return nil }
