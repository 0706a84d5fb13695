package eventstore

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// opening begins what every error of a store says.
const opening = "event store: "

// Said is what an error says without the words that begin every error of a store: for
// one that tells it on and begins with them itself.
func Said(err error) string { return strings.ReplaceAll(err.Error(), opening, "") }

// Doing wraps an error of a store with what was being done. The words that begin such
// an error are there once.
func Doing(what string, err error) error { return &doingError{what, err} }

type doingError struct {
	what string
	err  error
}

func (e *doingError) Error() string { return opening + e.what + ": " + Said(e.err) }

func (e *doingError) Unwrap() error { return e.err }

// ErrClosed is returned by every method of a store that has been closed.
var ErrClosed = errors.New("event store: closed")

// WrongRevisionError says that a stream was not where an append expected it.
type WrongRevisionError struct {
	Stream   Stream
	Expected Expectation
	Actual   Revision // NoRevision when the stream has no event
}

func (e *WrongRevisionError) Error() string {
	return fmt.Sprintf("event store: stream %s is at revision %d, expected %d", e.Stream, e.Actual, e.Expected)
}

// IDConflictError says that an append names an event id that is taken: on
// another stream (Scope InStore), or on the same stream while another id of the
// same append is not there or stands in another order.
type IDConflictError struct {
	Stream Stream
	ID     uuid.UUID
	Holder Stream // the stream that holds the id
}

func (e *IDConflictError) Error() string {
	return fmt.Sprintf("event store: event id %s, appended to %s, is already taken on %s", e.ID, e.Stream, e.Holder)
}

// InvalidAppendError says what makes an append or a query unusable, such as an
// empty stream name, no events, a nil id or the same id twice.
type InvalidAppendError struct{ Reason string }

func (e *InvalidAppendError) Error() string { return "event store: " + e.Reason }

// UnknownOutcomeError says that the connection was lost after an append was
// sent and the store could not be asked whether it took effect. Repeating the
// append with the same event ids is always safe.
type UnknownOutcomeError struct{ Err error }

func (e *UnknownOutcomeError) Error() string {
	return "event store: the outcome of an append is unknown, repeat it with the same event ids: " + Said(e.Err)
}

func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

// GapError says that a store with contiguous positions skipped or repeated one:
// something outside the store has changed the ledger, and reading on would give
// wrong answers. Readers stop.
type GapError struct {
	After Position // the last position read
	Next  Position // what followed it, where After+1 was due
}

func (e *GapError) Error() string {
	return fmt.Sprintf("event store: position %d is followed by %d: the ledger has been tampered with or damaged", e.After, e.Next)
}
