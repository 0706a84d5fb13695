package gateway

import (
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// appendMessage is a streams.AppendReq, read by hand (BenchmarkAppendMessage).
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

// The numbers of AppendReq's fields.
const (
	fieldOptions         = 1
	fieldProposedMessage = 2
)

// Decode implements wire.Decoder. It keeps parts of b.
func (m *appendMessage) Decode(b []byte) error {
	*m = appendMessage{}
	return wire.Each(b, func(number protowire.Number, value wire.Field) error {
		switch number {
		case fieldOptions:
			if m.kind != optionsMessage {
				m.kind, m.options = optionsMessage, appendOptions{}
			}
			return value.Message(m.options.set)
		case fieldProposedMessage:
			if m.kind != eventMessage {
				m.kind, m.event = eventMessage, proposedEvent{idErr: errNoID, wire: len(b)}
			}
			return value.Message(m.event.set)
		}
		return nil
	})
}

func (o *appendOptions) set(number protowire.Number, value wire.Field) error {
	switch number {
	case wire.FieldStream:
		return value.Message(func(number protowire.Number, value wire.Field) error {
			if number != wire.FieldStreamName {
				return nil
			}
			return value.Bytes(&o.stream)
		})
	case wire.FieldAtRevision:
		o.expects = expectsRevision
		return value.Number(&o.revision)
	case wire.FieldNoStream:
		o.expects = expectsNoStream
		return value.Message(ignored)
	case wire.FieldAny:
		o.expects = expectsAny
		return value.Message(ignored)
	case wire.FieldStreamExists:
		o.expects = expectsStreamExists
		return value.Message(ignored)
	}
	return nil
}

func ignored(protowire.Number, wire.Field) error { return nil }

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

func (e *proposedEvent) set(number protowire.Number, value wire.Field) error {
	switch number {
	case wire.FieldEventID:
		return e.setID(value)
	case wire.FieldEventProperty:
		return e.setProperty(value)
	case wire.FieldEventMetadata:
		return value.Bytes(&e.metadata)
	case wire.FieldEventData:
		return value.Bytes(&e.data)
	}
	return nil
}

func (e *proposedEvent) setID(value wire.Field) error {
	id, wrong, err := value.ID()
	if err != nil {
		return err
	}
	e.id, e.idErr = id, asRefusal(wrong)
	return nil
}

// setProperty takes in an entry of the system metadata.
func (e *proposedEvent) setProperty(entry wire.Field) error {
	var key, value []byte
	err := entry.Entry(&key, &value)
	switch string(key) {
	case wire.PropertyType:
		e.eventType, e.hasType = string(value), true
	case wire.PropertyContentType:
		e.isJSON, e.hasContentType = string(value) == wire.JSON, true
	}
	return err
}

// batchedEvent is an event that came in a generated message.
func batchedEvent(message *streams.BatchAppendReq_ProposedMessage) proposedEvent {
	event := proposedEvent{metadata: message.GetCustomMetadata(), data: message.GetData()}
	event.id, event.idErr = parseID(message.GetId())
	event.eventType, event.hasType = message.GetMetadata()[wire.PropertyType]
	contentType, ok := message.GetMetadata()[wire.PropertyContentType]
	event.isJSON, event.hasContentType = contentType == wire.JSON, ok
	return event
}
