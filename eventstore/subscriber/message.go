package subscriber

import (
	"context"
	"strconv"
	"time"

	"guishu/eventstore"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The keys under which a message's metadata tells the event's place.
const (
	StreamKey     = "stream"
	RevisionKey   = "revision"
	PositionKey   = "position"
	TypeKey       = "type"
	RecordedAtKey = "recorded_at"
)

type eventKey struct{}

// messageOf is the message that carries an event: its data as payload, its place
// and the texts of its own metadata as metadata, the whole of it in the context.
func messageOf(ctx context.Context, event eventstore.Event) *message.Message {
	msg := message.NewMessage(event.ID.String(), event.Data)
	for key, value := range texts(event.Metadata) {
		msg.Metadata[key] = value
	}
	msg.Metadata[StreamKey] = string(event.Stream)
	msg.Metadata[RevisionKey] = strconv.FormatInt(int64(event.Revision), 10)
	msg.Metadata[PositionKey] = strconv.FormatInt(int64(event.Position), 10)
	msg.Metadata[TypeKey] = event.Type
	msg.Metadata[RecordedAtKey] = event.RecordedAt.Format(time.RFC3339Nano)
	msg.SetContext(context.WithValue(ctx, eventKey{}, event))
	return msg
}

// EventOf is the event that a message from a Subscriber carries.
func EventOf(msg *message.Message) (eventstore.Event, bool) {
	event, ok := msg.Context().Value(eventKey{}).(eventstore.Event)
	return event, ok
}

// texts are the members of an object that are strings: what of an event's metadata
// a message's can hold. Metadata that is no object, as foreign events may have it,
// has none.
func texts(metadata []byte) map[string]string {
	var members map[string]jsontext.Value
	if err := json.Unmarshal(metadata, &members); err != nil {
		return nil
	}
	found := map[string]string{}
	for name, value := range members {
		var text string
		if value.Kind() == '"' && json.Unmarshal(value, &text) == nil {
			found[name] = text
		}
	}
	return found
}
