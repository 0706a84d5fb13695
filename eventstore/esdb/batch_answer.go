package esdb

import (
	"fmt"
	"math"

	"google.golang.org/genproto/googleapis/rpc/status"

	"guishu/eventstore"
)

// batchError is what became of an append that was sent along with others, if it
// was not written.
type batchError struct {
	what verdict
	text string
}

func (e *batchError) Error() string { return e.text }

// meanings are the verdicts on the refusals that EventStoreDB's clients know, by
// the names of their messages.
var meanings = map[string]verdict{
	"event_store.client.WrongExpectedVersion":      unexpected,
	"event_store.client.StreamDeleted":             deleted,
	"event_store.client.AccessDenied":              refused,
	"event_store.client.MaximumAppendSizeExceeded": senseless,
	"event_store.client.InvalidTransaction":        senseless,
	"event_store.client.Timeout":                   passing,
	"event_store.client.Unknown":                   passing,
}

// place is where the events of an append stand, so many of them.
func (a *batchAnswer) place(events int) (last eventstore.Revision, position eventstore.Position, err error) {
	switch {
	case a.refusal != nil:
		return 0, 0, refusalOf(a.refusal)
	case !a.hasRevision:
		return 0, 0, &batchError{what: passing, text: "the server did not say at which revision the stream stands"}
	case a.revision > math.MaxInt64 || a.revision+1 < uint64(events):
		return 0, 0, &batchError{what: passing, text: fmt.Sprintf("the server says that a stream stands at revision %d after an append of %d events", a.revision, events)}
	}
	return eventstore.Revision(a.revision), positionOf(a.position), nil
}

// badRequest is what servers also say when they failed to look at an append: it
// is asked for again with a call of its own.
const badRequest = "event_store.client.BadRequest"

// refusalOf reads a refusal. Its details tell what it is; without such as are
// known here, nobody knows what became of the append.
func refusalOf(refusal *status.Status) error {
	for _, detail := range refusal.GetDetails() {
		if detail.MessageName() == badRequest {
			return errNotBatched
		}
		if what, known := meanings[string(detail.MessageName())]; known {
			return &batchError{what: what, text: fmt.Sprintf("%s: %s", detail.MessageName().Name(), refusal.GetMessage())}
		}
	}
	return &batchError{what: passing, text: fmt.Sprintf("the server answers with code %d: %s", refusal.GetCode(), refusal.GetMessage())}
}
