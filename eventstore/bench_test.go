package eventstore_test

import (
	stdjson "encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/sealing"
)

// confirmed is a typical event: about 250 bytes, nothing sealed.
type confirmed struct {
	Payment     uuid.UUID
	Customer    uuid.UUID
	Product     uuid.UUID
	Amount      int64
	ConfirmedOn string
	Channel     string
	Exceptions  []string
}

// registered is an event with five personal texts.
type registered struct {
	Customer                          uuid.UUID
	Kind                              string
	Name, Phone, Identity, Card, Note domain.Personal
}

func (e registered) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

func benchCodec(b *testing.B) *eventstore.Codec {
	registry, err := eventstore.NewRegistry([]domain.EventType{
		domain.DescribeEvent[confirmed]("bench.confirmed", 1),
		domain.DescribeEvent[registered]("bench.registered", 1),
	})
	if err != nil {
		b.Fatal(err)
	}
	return eventstore.NewCodec(registry, sealing.NewSealer(sealing.NewMemoryRing(uuid.New())))
}

func benchMetadata() eventstore.Metadata {
	return eventstore.Metadata{
		EffectiveAt: time.Date(2026, 3, 1, 10, 0, 0, 123456000, time.UTC),
		Actor:       uuid.New(), Unit: uuid.New(), Role: "advisor", Command: "confirm-payment",
		CommandID: uuid.New(), RequestHash: "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		CorrelationID: uuid.New(), CausationID: uuid.New(), PolicyVersion: 3,
	}
}

func benchEvents() map[string]any {
	return map[string]any{
		"plain": confirmed{
			Payment: uuid.New(), Customer: uuid.New(), Product: uuid.New(), Amount: 12_000_000,
			ConfirmedOn: "2026-03-01", Channel: "direct", Exceptions: []string{"payment/missing-papers"},
		},
		"sealed": registered{
			Customer: uuid.New(), Kind: "person", Name: domain.NewPersonal("欧阳晓梅"), Phone: domain.NewPersonal("+8613800000000"),
			Identity: domain.NewPersonal("320106199001011234"), Card: domain.NewPersonal("6222020000000000000"),
			Note: domain.NewPersonal("下周回访"),
		},
	}
}

func BenchmarkEncode(b *testing.B) {
	codec, meta, id := benchCodec(b), benchMetadata(), uuid.New()
	for name, event := range benchEvents() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Encode(b.Context(), "payment-1", id, event, meta); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	codec := benchCodec(b)
	for name, event := range benchEvents() {
		n, err := codec.Encode(b.Context(), "payment-1", uuid.New(), event, benchMetadata())
		if err != nil {
			b.Fatal(err)
		}
		stored := eventstore.Event{Stream: "payment-1", ID: n.ID, Type: n.Type, Data: n.Data, Metadata: n.Metadata}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Decode(b.Context(), stored); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(n.Data)), "data-bytes")
			b.ReportMetric(float64(len(n.Metadata)), "metadata-bytes")
		})
	}
}

func BenchmarkDecodeMetadata(b *testing.B) {
	data, err := eventstore.EncodeMetadata(benchMetadata())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := eventstore.DecodeMetadata(data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStandardLibrary is what the same event costs with encoding/json.
func BenchmarkStandardLibrary(b *testing.B) {
	data, err := stdjson.Marshal(benchEvents()["plain"])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var event confirmed
		if err := stdjson.Unmarshal(data, &event); err != nil {
			b.Fatal(err)
		}
	}
}
