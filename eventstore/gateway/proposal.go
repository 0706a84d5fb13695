package gateway

import (
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"

	"guishu/eventstore"
)

// The system properties that every proposed event must have, and the content
// type whose data is JSON.
const (
	propertyType        = "type"
	propertyContentType = "content-type"
	contentTypeJSON     = "application/json"
)

// proposal is an append on its way in.
type proposal struct {
	server   *Server
	stream   eventstore.Stream
	expected eventstore.Expectation
	events   []eventstore.NewEvent
	size     int // of the events' data and metadata
	held     int // of the server's budget
}

// proposedMessage is an event as Append and BatchAppend send it.
type proposedMessage interface {
	GetId() *shared.UUID
	GetMetadata() map[string]string
	GetCustomMetadata() []byte
	GetData() []byte
}

// overhead is what an event holds in memory besides its own bytes, roughly.
const overhead = 256

// add takes in an event, or says what is wrong with it.
func (p *proposal) add(message proposedMessage) error {
	id, err := parseID(message.GetId())
	if err != nil {
		return err
	}
	eventType, ok := message.GetMetadata()[propertyType]
	if !ok {
		return missingMetadataProperty(propertyType)
	}
	contentType, ok := message.GetMetadata()[propertyContentType]
	if !ok {
		return missingMetadataProperty(propertyContentType)
	}
	limits := &p.server.config
	size := len(message.GetData()) + len(message.GetCustomMetadata())
	if size > limits.MaxEventBytes {
		return maximumAppendEventSizeExceeded(id.String(), size, limits.MaxEventBytes)
	}
	if p.size += size; p.size > limits.MaxAppendBytes {
		return maximumAppendSizeExceeded(limits.MaxAppendBytes)
	}
	if len(p.events) == eventstore.MaxAppendEvents {
		return invalidArgument("an append may hold %d events at most", eventstore.MaxAppendEvents)
	}
	if !p.server.budget.take(size + overhead) {
		return serverBusy()
	}
	p.held += size + overhead
	p.events = append(p.events, eventstore.NewEvent{
		ID: id, Type: eventType, Data: message.GetData(), Metadata: message.GetCustomMetadata(),
		Binary: contentType != contentTypeJSON,
	})
	return nil
}

// release gives back what the proposal holds of the budget.
func (p *proposal) release() {
	p.server.budget.giveBack(p.held)
	p.held = 0
}
