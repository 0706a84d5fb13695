package gateway

import (
	"encoding/binary"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore"
)

// The content types that the protocol knows.
const (
	jsonContent   = "application/json"
	binaryContent = "application/octet-stream"
)

// ticksPerMicrosecond counts the units of time in which the protocol says when
// an event was recorded: 100 ns, since 1970.
const ticksPerMicrosecond = 10

func ticksOf(recorded time.Time) int64 { return recorded.UnixMicro() * ticksPerMicrosecond }

func contentType(event *eventstore.Event) string {
	if event.Binary {
		return binaryContent
	}
	return jsonContent
}

// encoded is a response that is on the wire as it is. Events are written by
// hand: generated marshalling, with a map for each, takes longer than reading
// them (BenchmarkRecorded).
type encoded struct{ buffers mem.BufferSlice }

// encodedCodec lets a server send encoded responses beside generated messages.
type encodedCodec struct{ encoding.CodecV2 }

// Marshal implements encoding.CodecV2.
func (c encodedCodec) Marshal(message any) (mem.BufferSlice, error) {
	if ready, ok := message.(*encoded); ok {
		return ready.buffers, nil
	}
	return c.CodecV2.Marshal(message)
}

// sendEncoded is the server option without which encoded responses cannot be
// sent.
func sendEncoded() grpc.ServerOption {
	return grpc.ForceServerCodecV2(encodedCodec{encoding.GetCodecV2(protocodec.Name)})
}

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

	fieldStructuredID = 1 // UUID
	fieldTextID       = 2
	fieldStreamName   = 3 // StreamIdentifier
	fieldKey          = 1 // an entry of a map, and the halves of a UUID
	fieldValue        = 2
)

// encodeEvent writes a ReadResp that holds an event.
func encodeEvent(resolved resolvedEvent, textIDs bool) *encoded {
	position := uint64(resolved.original().Position)
	event, link := measure(resolved.event, textIDs), measure(resolved.link, textIDs)
	inner := event.field(fieldEvent) + link.field(fieldLink) + sizeVarintField(fieldCommitPosition, position)
	size := sizeBytesField(fieldReadRespEvent, inner)
	b := appendLength(make([]byte, 0, size), fieldReadRespEvent, inner)
	b = event.append(b, fieldEvent)
	b = link.append(b, fieldLink)
	b = appendVarintField(b, fieldCommitPosition, position)
	return &encoded{mem.BufferSlice{mem.SliceBuffer(b)}}
}

// record is a RecordedEvent about to be written.
type record struct {
	event       *eventstore.Event // nil for none
	contentType string
	textIDs     bool
	created     [20]byte // digits
	digits      int
	id          int // length of the UUID message
	stream      int // of the StreamIdentifier
	size        int // of all
}

func measure(event *eventstore.Event, textIDs bool) (r record) {
	if event == nil {
		return r
	}
	r.event, r.textIDs, r.contentType = event, textIDs, contentType(event)
	r.digits = len(strconv.AppendInt(r.created[:0], ticksOf(event.RecordedAt), 10))
	most, least := halves(event)
	r.id = sizeBytesField(fieldTextID, 36)
	if !textIDs {
		r.id = sizeBytesField(fieldStructuredID, sizeVarintField(fieldKey, most)+sizeVarintField(fieldValue, least))
	}
	r.stream = sizeBytesField(fieldStreamName, len(event.Stream))
	r.size = sizeBytesField(fieldID, r.id) +
		sizeBytesField(fieldStream, r.stream) +
		sizeVarintField(fieldRevision, uint64(event.Revision)) +
		sizeVarintField(fieldRecordPrepare, uint64(event.Position)) +
		sizeVarintField(fieldRecordCommit, uint64(event.Position)) +
		sizeEntry("type", len(event.Type)) +
		sizeEntry("created", r.digits) +
		sizeEntry("content-type", len(r.contentType)) +
		sizeBytesField(fieldCustomMetadata, len(event.Metadata)) +
		sizeBytesField(fieldData, len(event.Data))
	return r
}

// field is the length of the record as a field.
func (r *record) field(number protowire.Number) int {
	if r.event == nil {
		return 0
	}
	return sizeBytesField(number, r.size)
}

func (r *record) append(b []byte, number protowire.Number) []byte {
	if r.event == nil {
		return b
	}
	event := r.event
	b = appendLength(b, number, r.size)
	b = r.appendID(b)
	b = appendLength(b, fieldStream, r.stream)
	b = appendText(b, fieldStreamName, string(event.Stream))
	b = appendVarintField(b, fieldRevision, uint64(event.Revision))
	b = appendVarintField(b, fieldRecordPrepare, uint64(event.Position))
	b = appendVarintField(b, fieldRecordCommit, uint64(event.Position))
	b = appendEntry(b, "type", len(event.Type))
	b = append(b, event.Type...)
	b = appendEntry(b, "created", r.digits)
	b = append(b, r.created[:r.digits]...)
	b = appendEntry(b, "content-type", len(r.contentType))
	b = append(b, r.contentType...)
	b = appendLength(b, fieldCustomMetadata, len(event.Metadata))
	b = append(b, event.Metadata...)
	b = appendLength(b, fieldData, len(event.Data))
	return append(b, event.Data...)
}

func (r *record) appendID(b []byte) []byte {
	b = appendLength(b, fieldID, r.id)
	if r.textIDs {
		return appendText(b, fieldTextID, r.event.ID.String())
	}
	most, least := halves(r.event)
	b = appendLength(b, fieldStructuredID, sizeVarintField(fieldKey, most)+sizeVarintField(fieldValue, least))
	b = appendVarintField(b, fieldKey, most)
	return appendVarintField(b, fieldValue, least)
}

// halves are an id as two numbers.
func halves(event *eventstore.Event) (most, least uint64) {
	return binary.BigEndian.Uint64(event.ID[:8]), binary.BigEndian.Uint64(event.ID[8:])
}

func sizeBytesField(number protowire.Number, length int) int {
	return protowire.SizeTag(number) + protowire.SizeBytes(length)
}

func sizeVarintField(number protowire.Number, value uint64) int {
	return protowire.SizeTag(number) + protowire.SizeVarint(value)
}

func sizeEntry(key string, length int) int {
	return sizeBytesField(fieldMetadata, sizeBytesField(fieldKey, len(key))+sizeBytesField(fieldValue, length))
}

// appendEntry begins an entry of the metadata, whose value follows.
func appendEntry(b []byte, key string, length int) []byte {
	b = appendLength(b, fieldMetadata, sizeBytesField(fieldKey, len(key))+sizeBytesField(fieldValue, length))
	b = appendText(b, fieldKey, key)
	return appendLength(b, fieldValue, length)
}

func appendLength(b []byte, number protowire.Number, length int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.BytesType), uint64(length))
}

func appendText(b []byte, number protowire.Number, text string) []byte {
	return append(appendLength(b, number, len(text)), text...)
}

func appendVarintField(b []byte, number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), value)
}
