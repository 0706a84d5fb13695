package gateway

import "guishu/eventstore"

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

// overhead is what an event holds in memory besides its own bytes, roughly.
const overhead = 256

// add takes in an event, or says what is wrong with it.
func (p *proposal) add(event proposedEvent) error {
	switch {
	case event.idErr != nil:
		return event.idErr
	case !event.hasType:
		return missingMetadataProperty(propertyType)
	case !event.hasContentType:
		return missingMetadataProperty(propertyContentType)
	}
	limits := &p.server.config
	size := len(event.data) + len(event.metadata)
	if size > limits.MaxEventBytes {
		return maximumAppendEventSizeExceeded(event.id.String(), size, limits.MaxEventBytes)
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
		ID: event.id, Type: event.eventType, Data: event.data, Metadata: event.metadata, Binary: !event.isJSON,
	})
	return nil
}

// release gives back what the proposal holds of the budget.
func (p *proposal) release() {
	p.server.budget.giveBack(p.held)
	p.held = 0
}
