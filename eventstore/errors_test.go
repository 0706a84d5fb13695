package eventstore_test

import (
	"errors"
	"strings"
	"testing"

	"guishu/eventstore"
)

// E-14: whatever errors of a store are told on by others of them, the words that begin
// them are there once, and what is inside is found.
func TestErrorsOfAStoreBeginOnce(t *testing.T) {
	t.Parallel()
	inner := &eventstore.IDConflictError{Stream: "s", Holder: "other"}
	err := eventstore.Doing("settling an event id", errors.Join(&eventstore.UnknownOutcomeError{Err: inner}, eventstore.ErrClosed))
	if text := err.Error(); strings.Count(text, "event store: ") != 1 || !strings.HasPrefix(text, "event store: settling an event id: the outcome") {
		t.Errorf("it says %q", text)
	}
	var found *eventstore.IDConflictError
	if !errors.As(err, &found) || !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("what is inside is not found in %v", err)
	}
}
