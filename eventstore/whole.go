package eventstore

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// DamagedError says that a stream is not whole: events that stood in it cannot be
// read any more, because somebody deleted or hid them past this program (C-09).
type DamagedError struct {
	Stream  Stream
	Missing Revision // the first one that should be there and is not
	Reason  string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("event store: stream %s is damaged, revision %d is missing: %s", e.Stream, e.Missing, e.Reason)
}

// Witness is what a Store offers that knows of streams that yield nothing any more.
type Witness interface {
	// Vanished says how it is known that a stream which yields nothing had events
	// once; nothing where it never had any, for all the store knows.
	Vanished(ctx context.Context, stream Stream) (how string, err error)
}

// ReadWhole is Store.ReadStream for whoever decides on what is read: it ends with
// *DamagedError where an event is missing (C-09). From its beginning a stream begins
// at revision 0, from any other revision with that one, no revision is passed over,
// backwards it goes on to 0; and one that yields nothing has never had an event, as
// far as the store is a Witness.
func ReadWhole(ctx context.Context, store Store, q StreamQuery) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		w := &wholeness{query: q, due: max(0, q.From)}
		for event, err := range store.ReadStream(ctx, q) {
			if err == nil {
				err = w.next(event.Revision)
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			if !yield(event, nil) {
				return
			}
		}
		if err := w.end(ctx, store); err != nil {
			yield(Event{}, err)
		}
	}
}

// wholeness is how far a read has come without a gap.
type wholeness struct {
	query StreamQuery
	due   Revision // what comes next
	count int
}

func (w *wholeness) next(found Revision) error {
	free := w.query.Backwards && w.count == 0 // it begins where the stream ends
	if !free && found != w.due {
		return w.damaged(w.due, fmt.Sprintf("revision %d comes in its place", found))
	}
	w.count++
	w.due = found + 1
	if w.query.Backwards {
		w.due = found - 1
	}
	return nil
}

// end looks at what a read ended with.
func (w *wholeness) end(ctx context.Context, store Store) error {
	switch {
	case w.query.Limit > 0 && w.count >= w.query.Limit:
		return nil
	case w.count > 0 && w.query.Backwards && w.due >= 0:
		return w.damaged(w.due, "nothing comes before it")
	case w.count > 0 || w.query.From > 0 && !w.query.Backwards:
		return nil // an end, as any stream has one
	}
	witness, ok := store.(Witness)
	if !ok {
		return nil
	}
	how, err := witness.Vanished(ctx, w.query.Stream)
	if err != nil || how == "" {
		return err
	}
	return w.damaged(0, how)
}

func (w *wholeness) damaged(missing Revision, reason string) error {
	return &DamagedError{Stream: w.query.Stream, Missing: missing, Reason: reason}
}

// The stream of a stream's metadata and the types of events by which an EventStoreDB
// hides or deletes what a stream holds.
const (
	MetadataPrefix    = "$$"
	MetadataType      = "$metadata"
	StreamDeletedType = "$streamDeleted"
)

// Hides says which settings in a stream's metadata hide events of it, such as
// "$maxCount"; nothing where they hide none.
func Hides(metadata []byte) []string {
	decoder := jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(metadata, []byte("\ufeff"))))
	var members map[string]jsontext.Value
	if err := json.UnmarshalDecode(decoder, &members); err != nil {
		return nil
	}
	var found []string
	for _, name := range []string{"$maxAge", "$maxCount", "$tb"} {
		if value, set := members[name]; set && value.Kind() != 'n' {
			found = append(found, name)
		}
	}
	return slices.Clip(found)
}
