package gateway

import (
	"errors"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore"
)

// appendMessage is a streams.AppendReq, read by hand: generated messages take
// longer to read, with a map for each event and a copy of its bytes, than all
// the rest of an append (BenchmarkAppendMessage).
type appendMessage struct {
	kind    messageKind
	options appendOptions
	event   proposedEvent
}

// messageKind is what an appendMessage holds.
type messageKind int

const (
	emptyMessage messageKind = iota
	optionsMessage
	eventMessage
)

// appendOptions says where an append goes.
type appendOptions struct {
	stream   []byte
	expects  expectationKind
	revision uint64
}

type expectationKind int

const (
	expectsNothing expectationKind = iota // the expectation is missing
	expectsRevision
	expectsNoStream
	expectsAny
	expectsStreamExists
)

// proposedEvent is an event on its way in.
type proposedEvent struct {
	id             uuid.UUID
	idErr          error // why there is no id
	eventType      string
	hasType        bool
	isJSON         bool
	hasContentType bool
	metadata       []byte
	data           []byte
	wire           int // length of the message that metadata and data are parts of
}

// The field numbers of what is read here.
const (
	fieldOptions         = 1 // AppendReq
	fieldProposedMessage = 2

	fieldIdentifier   = 1 // AppendReq.Options
	fieldAtRevision   = 2
	fieldNoStream     = 3
	fieldAny          = 4
	fieldStreamExists = 5

	fieldProposedID       = 1 // AppendReq.ProposedMessage
	fieldProposedProperty = 2
	fieldProposedMetadata = 3
	fieldProposedData     = 4
)

// errMalformed says that bytes are no message.
var errMalformed = errors.New("event store gateway: a message is malformed")

// Unmarshal implements encoding.CodecV2.
func (c encodedCodec) Unmarshal(data mem.BufferSlice, message any) error {
	if request, ok := message.(*appendMessage); ok {
		return request.decode(data.Materialize())
	}
	return c.CodecV2.Unmarshal(data, message)
}

// decode reads a message and keeps parts of b.
func (m *appendMessage) decode(b []byte) error {
	*m = appendMessage{}
	return eachField(b, func(number protowire.Number, value field) error {
		switch number {
		case fieldOptions:
			if m.kind != optionsMessage {
				m.kind, m.options = optionsMessage, appendOptions{}
			}
			return value.message(m.options.set)
		case fieldProposedMessage:
			if m.kind != eventMessage {
				m.kind, m.event = eventMessage, proposedEvent{idErr: errNoID, wire: len(b)}
			}
			return value.message(m.event.set)
		}
		return nil
	})
}

func (o *appendOptions) set(number protowire.Number, value field) error {
	switch number {
	case fieldIdentifier:
		return value.message(func(number protowire.Number, value field) error {
			if number != fieldStreamName {
				return nil
			}
			return value.bytes(&o.stream)
		})
	case fieldAtRevision:
		o.expects = expectsRevision
		return value.varint(&o.revision)
	case fieldNoStream:
		o.expects = expectsNoStream
		return value.message(ignored)
	case fieldAny:
		o.expects = expectsAny
		return value.message(ignored)
	case fieldStreamExists:
		o.expects = expectsStreamExists
		return value.message(ignored)
	}
	return nil
}

func ignored(protowire.Number, field) error { return nil }

// expectation is what the options expect of the stream.
func (o *appendOptions) expectation() (eventstore.Expectation, error) {
	switch o.expects {
	case expectsRevision:
		return parseRevision(o.revision)
	case expectsNoStream:
		return eventstore.NoStream, nil
	case expectsAny:
		return eventstore.AnyRevision, nil
	case expectsStreamExists:
		return eventstore.StreamExists, nil
	}
	return 0, errNoExpectation
}

func (e *proposedEvent) set(number protowire.Number, value field) error {
	switch number {
	case fieldProposedID:
		return e.setID(value)
	case fieldProposedProperty:
		return e.setProperty(value)
	case fieldProposedMetadata:
		return value.bytes(&e.metadata)
	case fieldProposedData:
		return value.bytes(&e.data)
	}
	return nil
}

func (e *proposedEvent) setID(value field) error {
	var most, least uint64
	var text []byte
	structured, textual := false, false
	err := value.message(func(number protowire.Number, value field) error {
		switch number {
		case fieldStructuredID:
			structured, textual = true, false
			return value.message(func(number protowire.Number, value field) error {
				switch number {
				case fieldKey:
					return value.varint(&most)
				case fieldValue:
					return value.varint(&least)
				}
				return nil
			})
		case fieldTextID:
			structured, textual = false, true
			return value.bytes(&text)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case structured:
		e.id, e.idErr = idOfHalves(most, least), nil
	case textual:
		e.id, e.idErr = idOfText(text)
	}
	return nil
}

// setProperty takes in an entry of the system metadata.
func (e *proposedEvent) setProperty(entry field) error {
	var key, value []byte
	err := entry.message(func(number protowire.Number, half field) error {
		switch number {
		case fieldKey:
			return half.bytes(&key)
		case fieldValue:
			return half.bytes(&value)
		}
		return nil
	})
	switch string(key) {
	case propertyType:
		e.eventType, e.hasType = string(value), true
	case propertyContentType:
		e.isJSON, e.hasContentType = string(value) == contentTypeJSON, true
	}
	return err
}

// batchedEvent is an event that came in a generated message.
func batchedEvent(message *streams.BatchAppendReq_ProposedMessage) proposedEvent {
	event := proposedEvent{metadata: message.GetCustomMetadata(), data: message.GetData()}
	event.id, event.idErr = parseID(message.GetId())
	event.eventType, event.hasType = message.GetMetadata()[propertyType]
	contentType, ok := message.GetMetadata()[propertyContentType]
	event.isJSON, event.hasContentType = contentType == contentTypeJSON, ok
	return event
}

// field is a field's value on the wire.
type field struct {
	kind   protowire.Type
	number uint64 // of a varint
	raw    []byte // of bytes
}

func (f field) bytes(to *[]byte) error {
	if f.kind != protowire.BytesType {
		return errMalformed
	}
	*to = f.raw
	return nil
}

func (f field) varint(to *uint64) error {
	if f.kind != protowire.VarintType {
		return errMalformed
	}
	*to = f.number
	return nil
}

func (f field) message(take func(protowire.Number, field) error) error {
	if f.kind != protowire.BytesType {
		return errMalformed
	}
	return eachField(f.raw, take)
}

// eachField goes through a message's fields.
func eachField(b []byte, take func(protowire.Number, field) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errMalformed
		}
		b = b[n:]
		value := field{kind: kind}
		switch kind {
		case protowire.VarintType:
			value.number, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			value.raw, n = protowire.ConsumeBytes(b)
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return errMalformed
		}
		b = b[n:]
		if err := take(number, value); err != nil {
			return err
		}
	}
	return nil
}
