package eventstore

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// ForeignError says that an event is none of the ledger's: the store keeps it for
// its own use, or another program wrote it, which is its right in an
// EventStoreDB. Readers pass it over and count it.
type ForeignError struct {
	Type     string
	Stream   Stream
	Position Position
	System   bool // the store's own: its stream or type begins with $
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("event at position %d (%q on stream %q) is not this ledger's", e.Position, e.Type, e.Stream)
}

// isSystem says whether an event is one that a store keeps for its own use.
func isSystem(stream Stream, eventType string) bool {
	return strings.HasPrefix(string(stream), "$") || strings.HasPrefix(eventType, "$")
}

// Owns says whether readers would take an event for the ledger's own, wherever it
// stands, so that nobody but a command may append it.
func (c *Codec) Owns(stream Stream, event NewEvent) bool {
	return c.foreign(Event{Stream: stream, Type: event.Type, Metadata: event.Metadata}) == nil
}

// foreign gives a *ForeignError for an event that is certainly not the ledger's.
// An event of an unknown type is the ledger's all the same where its metadata are
// in the ledger's form: then a newer program wrote it, and no reader may pass it
// over.
func (c *Codec) foreign(e Event) error {
	system := isSystem(e.Stream, e.Type)
	if _, known := c.registry.kinds[e.Type]; !system && (known || ownMetadata(e.Metadata)) {
		return nil
	}
	return &ForeignError{Type: e.Type, Stream: e.Stream, Position: e.Position, System: system}
}

// ownMetadata says whether metadata are those that EncodeMetadata writes, by this
// version of the program or a later one.
func ownMetadata(data []byte) bool {
	var m struct{ SchemaVersion int }
	return len(data) > 0 && json.Unmarshal(data, &m) == nil && m.SchemaVersion > 0
}
