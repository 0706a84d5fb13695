// Package wire writes and reads, by hand, the messages of EventStoreDB's protocol
// of which there are many: appends, their answers and recorded events. The client's
// end (esdb) and the server's (gateway) both stand on it. Generated messages, with a
// map for each event and a copy of its bytes, cost more than all the rest of an
// append; whatever is sent now and then stays with them.
package wire

import (
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
)

// The content types that the protocol knows.
const (
	JSON   = "application/json"
	Binary = "application/octet-stream"
)

// The properties that every event comes with.
const (
	PropertyType        = "type"
	PropertyContentType = "content-type"
)

// ContentType is how the protocol says whether an event's data is JSON.
func ContentType(binary bool) string {
	if binary {
		return Binary
	}
	return JSON
}

// The numbers of fields that stand in several messages.
const (
	// What an append expects, in the options of AppendReq and of BatchAppendReq,
	// beside the stream.
	FieldStream       = 1
	FieldAtRevision   = 2
	FieldNoStream     = 3
	FieldAny          = 4
	FieldStreamExists = 5

	// A proposed event, of both.
	FieldEventID       = 1
	FieldEventProperty = 2
	FieldEventMetadata = 3
	FieldEventData     = 4

	// FieldStreamName is StreamIdentifier's.
	FieldStreamName = 3

	// The halves of whatever has two: an entry of a map, a structured UUID, a
	// position, a timestamp.
	FieldFirst  = 1
	FieldSecond = 2
)

// Encoded is a message as it goes over the wire.
type Encoded []byte

// Decoder is a message that is read by hand. It may keep parts of what it reads.
type Decoder interface {
	Decode(message []byte) error
}

// Codec sends Encoded messages as they are and hands what comes to a Decoder. All
// other messages are generated ones.
type Codec struct{ generated encoding.CodecV2 }

// NewCodec gives the codec that both ends force upon their calls.
func NewCodec() Codec { return Codec{encoding.GetCodecV2(protocodec.Name)} }

// Name implements encoding.CodecV2.
func (c Codec) Name() string { return c.generated.Name() }

// Marshal implements encoding.CodecV2.
func (c Codec) Marshal(message any) (mem.BufferSlice, error) {
	if ready, ok := message.(Encoded); ok {
		return mem.BufferSlice{mem.SliceBuffer(ready)}, nil
	}
	return c.generated.Marshal(message)
}

// Unmarshal implements encoding.CodecV2.
func (c Codec) Unmarshal(data mem.BufferSlice, message any) error {
	if read, ok := message.(Decoder); ok {
		return read.Decode(data.Materialize())
	}
	return c.generated.Unmarshal(data, message)
}
