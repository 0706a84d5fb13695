package eventstore

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// The limits every store keeps.
const (
	MaxNameBytes    = 512      // of a stream's name or an event's type
	MaxAppendEvents = 100_000  // in one append, however small
	MaxAppendBytes  = 32 << 20 // of data and metadata in one append
)

// Validate returns an *InvalidAppendError when a makes no sense: nothing to
// append, a nil id, the same id twice, a name that cannot be stored, an unknown
// expectation or scope, or more than one append may carry.
func (a Append) Validate() error {
	if err := validName("stream", string(a.Stream)); err != nil {
		return err
	}
	if a.Expected < StreamExists || a.Expected == -3 {
		return invalid("the expectation %d means nothing", a.Expected)
	}
	if a.Scope != InStream && a.Scope != InStore {
		return invalid("the id scope %d means nothing", a.Scope)
	}
	if len(a.Events) == 0 {
		return invalid("an append needs at least one event")
	}
	if len(a.Events) > MaxAppendEvents {
		return invalid("an append of %d events is more than %d", len(a.Events), MaxAppendEvents)
	}
	size := 0
	for _, event := range a.Events {
		if event.ID == uuid.Nil {
			return invalid("an event needs an id")
		}
		if err := validName("event type", event.Type); err != nil {
			return err
		}
		size += len(event.Data) + len(event.Metadata)
	}
	if size > MaxAppendBytes {
		return invalid("an append of %d bytes is more than %d", size, MaxAppendBytes)
	}
	return distinctIDs(a.Events)
}

func distinctIDs(events []NewEvent) error {
	if len(events) == 1 {
		return nil
	}
	seen := make(map[uuid.UUID]struct{}, len(events))
	for _, event := range events {
		if _, twice := seen[event.ID]; twice {
			return invalid("event id %s occurs twice in one append", event.ID)
		}
		seen[event.ID] = struct{}{}
	}
	return nil
}

// Validate returns an *InvalidAppendError when q cannot be asked.
func (q StreamQuery) Validate() error {
	if q.From < NoRevision {
		return invalid("the revision %d means nothing", q.From)
	}
	if q.Limit < 0 {
		return invalid("the limit %d means nothing", q.Limit)
	}
	return validName("stream", string(q.Stream))
}

// Validate returns an *InvalidAppendError when q cannot be asked.
func (q AllQuery) Validate() error {
	if q.After < 0 || q.Before < 0 {
		return invalid("a position is never below zero")
	}
	if q.Limit < 0 {
		return invalid("the limit %d means nothing", q.Limit)
	}
	return q.Filter.Validate()
}

// Validate returns an *InvalidAppendError when both fields are set or a prefix
// is empty.
func (f Filter) Validate() error {
	if len(f.Types) > 0 && len(f.StreamPrefixes) > 0 {
		return invalid("a filter is by type or by stream prefix, not both")
	}
	for _, name := range f.Types {
		if err := validName("event type", name); err != nil {
			return err
		}
	}
	for _, prefix := range f.StreamPrefixes {
		if err := validName("stream prefix", prefix); err != nil {
			return err
		}
	}
	return nil
}

// IsZero says whether f keeps everything.
func (f Filter) IsZero() bool { return len(f.Types) == 0 && len(f.StreamPrefixes) == 0 }

// Keeps says whether f lets an event of this stream and type through.
func (f Filter) Keeps(stream Stream, eventType string) bool {
	if f.IsZero() {
		return true
	}
	for _, kept := range f.Types {
		if kept == eventType {
			return true
		}
	}
	for _, prefix := range f.StreamPrefixes {
		if strings.HasPrefix(string(stream), prefix) {
			return true
		}
	}
	return false
}

func validName(what, name string) error {
	if name == "" {
		return invalid("the %s is empty", what)
	}
	if len(name) > MaxNameBytes {
		return invalid("the %s is longer than %d bytes", what, MaxNameBytes)
	}
	if !utf8.ValidString(name) || strings.IndexByte(name, 0) >= 0 {
		return invalid("the %s is not valid text", what)
	}
	return nil
}

func invalid(format string, arguments ...any) error {
	return &InvalidAppendError{Reason: fmt.Sprintf(format, arguments...)}
}
