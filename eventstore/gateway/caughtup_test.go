package gateway

import (
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// addedFields are the fields of a CaughtUp as its receiver finds them.
func addedFields(t *testing.T, response *streams.ReadResp) map[protowire.Number][]byte {
	t.Helper()
	wire, err := proto.Marshal(response)
	if err != nil {
		t.Fatal(err)
	}
	var received streams.ReadResp
	if err := proto.Unmarshal(wire, &received); err != nil {
		t.Fatal(err)
	}
	fields := map[protowire.Number][]byte{}
	for rest := []byte(received.GetCaughtUp().ProtoReflect().GetUnknown()); len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		length := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if tag < 0 || length < 0 {
			t.Fatalf("the fields cannot be read: %x", rest)
		}
		value := rest[tag : tag+length]
		if kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(value)
		}
		fields[number], rest = value, rest[tag+length:]
	}
	return fields
}

func TestCaughtUpSaysWhenAndWhere(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC)
	all := addedFields(t, allCaughtUp(300, now))
	var at timestamppb.Timestamp
	if err := proto.Unmarshal(all[fieldCaughtUpTimestamp], &at); err != nil || !at.AsTime().Equal(now) {
		t.Errorf("caught up at %v (%v)", at.AsTime(), err)
	}
	var position streams.AppendResp_Position // two numbers, as here
	if err := proto.Unmarshal(all[fieldCaughtUpPosition], &position); err != nil ||
		position.GetCommitPosition() != 300 || position.GetPreparePosition() != 300 {
		t.Errorf("caught up at %v (%v)", &position, err)
	}
	stream := addedFields(t, streamCaughtUp(7, now))
	if revision, _ := protowire.ConsumeVarint(stream[fieldCaughtUpRevision]); revision != 7 || stream[fieldCaughtUpPosition] != nil {
		t.Errorf("caught up at revision %d", revision)
	}
	for _, empty := range []*streams.ReadResp{allCaughtUp(0, now), streamCaughtUp(-1, now)} {
		if fields := addedFields(t, empty); len(fields) != 1 {
			t.Errorf("where there is nothing, it is said where: %v", fields)
		}
	}
}
