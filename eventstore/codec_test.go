package eventstore_test

import (
	"testing"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/eventstore"
)

type filed struct {
	Customer uuid.UUID
	Amount   int64
	Note     string
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	registry, err := eventstore.NewRegistry([]domain.EventType{domain.DescribeEvent[filed]("test.filed", 1)})
	if err != nil {
		t.Fatal(err)
	}
	codec := eventstore.NewCodec(registry, nil)
	want := filed{Customer: uuid.New(), Amount: 12}
	stored, err := codec.Encode(t.Context(), "test-1", uuid.New(), want, eventstore.Metadata{Actor: uuid.New()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := codec.Decode(t.Context(), eventstore.Event{Type: stored.Type, Data: stored.Data, Metadata: stored.Metadata})
	if err != nil {
		t.Fatal(err)
	}
	if got.Event != any(want) {
		t.Errorf("stored %+v, read %+v", want, got.Event)
	}
}
