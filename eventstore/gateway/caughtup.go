package gateway

import (
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// The fields that version 25 of the protocol has added to CaughtUp. The messages
// used here are older and carry them as fields they do not know; clients of
// version 25 take a CaughtUp without a timestamp for none at all.
const (
	fieldCaughtUpTimestamp = 1
	fieldCaughtUpRevision  = 2
	fieldCaughtUpPosition  = 3
)

// allCaughtUp says that a subscription to all has reached the end, at a
// position, 0 in an empty store.
func allCaughtUp(position eventstore.Position, now time.Time) *streams.ReadResp {
	added := caughtUpAt(now)
	if position > 0 {
		added = wire.AppendPair(added, fieldCaughtUpPosition, uint64(position), uint64(position))
	}
	return caughtUp(added)
}

// streamCaughtUp says that a subscription to a stream has reached the end, at a
// revision.
func streamCaughtUp(revision eventstore.Revision, now time.Time) *streams.ReadResp {
	added := caughtUpAt(now)
	if revision >= 0 {
		added = wire.AppendNumber(added, fieldCaughtUpRevision, uint64(revision))
	}
	return caughtUp(added)
}

func caughtUpAt(now time.Time) []byte {
	return wire.AppendPair(nil, fieldCaughtUpTimestamp, uint64(now.Unix()), uint64(now.Nanosecond()))
}

func caughtUp(added []byte) *streams.ReadResp {
	message := &streams.ReadResp_CaughtUp{}
	message.ProtoReflect().SetUnknown(added)
	return &streams.ReadResp{Content: &streams.ReadResp_CaughtUp_{CaughtUp: message}}
}
