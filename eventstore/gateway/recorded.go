package gateway

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// ticksPerMicrosecond counts the units of time in which the protocol says when
// an event was recorded: 100 ns, since 1970.
const ticksPerMicrosecond = 10

func ticksOf(recorded time.Time) int64 { return recorded.UnixMicro() * ticksPerMicrosecond }

// The field numbers of the messages written here.
const (
	fieldReadRespEvent = 1 // ReadResp

	fieldEvent          = 1 // ReadResp.ReadEvent
	fieldLink           = 2
	fieldCommitPosition = 3

	fieldID             = 1 // ReadResp.ReadEvent.RecordedEvent
	fieldStream         = 2
	fieldRevision       = 3
	fieldRecordPrepare  = 4
	fieldRecordCommit   = 5
	fieldMetadata       = 6
	fieldCustomMetadata = 7
	fieldData           = 8
)

// encodeEvent writes a ReadResp that holds an event.
func encodeEvent(resolved resolvedEvent, textIDs bool) wire.Encoded {
	position := uint64(resolved.original().Position)
	event, link := measure(resolved.event, textIDs), measure(resolved.link, textIDs)
	inner := event.field(fieldEvent) + link.field(fieldLink) + wire.SizeOfNumber(fieldCommitPosition, position)
	size := wire.SizeOf(fieldReadRespEvent, inner)
	b := wire.AppendLength(make([]byte, 0, size), fieldReadRespEvent, inner)
	b = event.append(b, fieldEvent)
	b = link.append(b, fieldLink)
	b = wire.AppendNumber(b, fieldCommitPosition, position)
	return b
}

// record is a RecordedEvent about to be written.
type record struct {
	event       *eventstore.Event // nil for none
	contentType string
	textIDs     bool
	created     [20]byte // digits
	digits      int
	stream      int // length of the StreamIdentifier
	size        int // of all
}

func measure(event *eventstore.Event, textIDs bool) (r record) {
	if event == nil {
		return r
	}
	if event.Type == tombstoneType {
		event = tombstoneAsSeen(event)
	}
	r.event, r.textIDs, r.contentType = event, textIDs, wire.ContentType(event.Binary)
	r.digits = len(strconv.AppendInt(r.created[:0], ticksOf(event.RecordedAt), 10))
	r.stream = wire.SizeOf(wire.FieldStreamName, len(event.Stream))
	r.size = wire.SizeOf(fieldID, wire.SizeOfID(event.ID, textIDs)) +
		wire.SizeOf(fieldStream, r.stream) +
		wire.SizeOfNumber(fieldRevision, uint64(event.Revision)) +
		wire.SizeOfNumber(fieldRecordPrepare, uint64(event.Position)) +
		wire.SizeOfNumber(fieldRecordCommit, uint64(event.Position)) +
		sizeEntry(wire.PropertyType, len(event.Type)) +
		sizeEntry("created", r.digits) +
		sizeEntry(wire.PropertyContentType, len(r.contentType)) +
		wire.SizeOf(fieldCustomMetadata, len(event.Metadata)) +
		wire.SizeOf(fieldData, len(event.Data))
	return r
}

// tombstoneAsSeen is a tombstone as EventStoreDB shows it (G-19): at the largest
// revision there is, whatever it is called in the store, and with nothing in it.
func tombstoneAsSeen(event *eventstore.Event) *eventstore.Event {
	seen := *event
	seen.Revision, seen.Binary, seen.Data, seen.Metadata = longMax, true, nil, nil
	return &seen
}

// field is the length of the record as a field.
func (r *record) field(number protowire.Number) int {
	if r.event == nil {
		return 0
	}
	return wire.SizeOf(number, r.size)
}

func (r *record) append(b []byte, number protowire.Number) []byte {
	if r.event == nil {
		return b
	}
	event := r.event
	b = wire.AppendLength(b, number, r.size)
	b = wire.AppendID(b, fieldID, event.ID, r.textIDs)
	b = wire.AppendLength(b, fieldStream, r.stream)
	b = wire.AppendText(b, wire.FieldStreamName, string(event.Stream))
	b = wire.AppendNumber(b, fieldRevision, uint64(event.Revision))
	b = wire.AppendNumber(b, fieldRecordPrepare, uint64(event.Position))
	b = wire.AppendNumber(b, fieldRecordCommit, uint64(event.Position))
	b = appendEntry(b, wire.PropertyType, len(event.Type))
	b = append(b, event.Type...)
	b = appendEntry(b, "created", r.digits)
	b = append(b, r.created[:r.digits]...)
	b = appendEntry(b, wire.PropertyContentType, len(r.contentType))
	b = append(b, r.contentType...)
	b = wire.AppendLength(b, fieldCustomMetadata, len(event.Metadata))
	b = append(b, event.Metadata...)
	b = wire.AppendLength(b, fieldData, len(event.Data))
	return append(b, event.Data...)
}

func sizeEntry(key string, length int) int {
	return wire.SizeOf(fieldMetadata, wire.SizeOf(wire.FieldFirst, len(key))+wire.SizeOf(wire.FieldSecond, length))
}

// appendEntry begins an entry of the metadata, whose value follows.
func appendEntry(b []byte, key string, length int) []byte {
	b = wire.AppendLength(b, fieldMetadata, wire.SizeOf(wire.FieldFirst, len(key))+wire.SizeOf(wire.FieldSecond, length))
	b = wire.AppendText(b, wire.FieldFirst, key)
	return wire.AppendLength(b, wire.FieldSecond, length)
}
