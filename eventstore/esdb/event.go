package esdb

import (
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

const (
	systemPrefix = "$"
	linkType     = "$>"
)

// eventOf makes a server's event the port's. A time it was loaded with is taken
// out of its metadata.
func eventOf(recorded *esdb.RecordedEvent) eventstore.Event {
	metadata, recordedAt, loaded := stripRecordedAt(recorded.UserMetadata)
	if !loaded || recordedAt.IsZero() {
		recordedAt = recorded.CreatedDate.UTC().Truncate(time.Microsecond)
	}
	return eventstore.Event{
		Position:   positionOf(recorded.Position.Commit),
		Stream:     eventstore.Stream(recorded.StreamID),
		Revision:   eventstore.Revision(recorded.EventNumber),
		ID:         recorded.EventID,
		Type:       recorded.EventType,
		RecordedAt: recordedAt,
		Data:       recorded.Data,
		Metadata:   metadata,
		Binary:     recorded.ContentType != wire.JSON,
	}
}

// passOver says whether an event of the whole store is one of the server's own,
// which a reader gets only when its filter names it, and why.
func passOver(recorded *esdb.RecordedEvent, filter eventstore.Filter) (Skip, bool) {
	if !isSystem(recorded) || named(filter, recorded) {
		return "", false
	}
	if recorded.EventType == linkType {
		return SkippedLink, true
	}
	return SkippedSystem, true
}

func isSystem(recorded *esdb.RecordedEvent) bool {
	return strings.HasPrefix(recorded.EventType, systemPrefix) || strings.HasPrefix(recorded.StreamID, systemPrefix)
}

// named says whether a filter asks for system events and keeps this one.
func named(filter eventstore.Filter, recorded *esdb.RecordedEvent) bool {
	for _, kept := range filter.Types {
		if kept == recorded.EventType && strings.HasPrefix(kept, systemPrefix) {
			return true
		}
	}
	for _, prefix := range filter.StreamPrefixes {
		if strings.HasPrefix(prefix, systemPrefix) && strings.HasPrefix(recorded.StreamID, prefix) {
			return true
		}
	}
	return false
}
