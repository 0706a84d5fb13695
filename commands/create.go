package commands

import (
	"context"
	"errors"

	"guishu/eventstore"

	"github.com/google/uuid"
)

// creation is how a command brings something new into the ledger: its id, and
// with it its stream, follows from the command, so that a retry finds it.
type creation struct {
	kind   string // of thing, such as "customer"
	stream func(uuid.UUID) eventstore.Stream
	keys   []uniqueKey // what must be unique
	events func(ctx context.Context, id uuid.UUID) ([]any, error)
}

// create reserves what must be unique, appends the first events of a new stream
// and confirms the reservations. It may be cut off anywhere: a retry with the
// same key finishes it, and a rival settles what it left (see settle).
func (t *task) create(ctx context.Context, c creation) (Answer, error) {
	for n := range attempts {
		id := t.made(c.kind, n)
		stream := c.stream(id)
		answer, err := t.createAs(ctx, c, id, stream)
		var moved *eventstore.WrongRevisionError
		if !errors.As(err, &moved) {
			return t.named(c, answer), err
		}
		// Somebody settled our reservation while we were slow or down, and closed
		// the stream for it: go on under the next id.
	}
	return Answer{}, errStreamsAbandoned
}

var errStreamsAbandoned = errors.New("commands: every stream this command could begin has been abandoned")

func (t *task) createAs(ctx context.Context, c creation, id uuid.UUID, stream eventstore.Stream) (Answer, error) {
	t.id, t.stream = id, stream
	events, err := c.events(ctx, id)
	if err != nil {
		return t.before(ctx, err)
	}
	if err := t.reserveAll(ctx, c.keys); err != nil {
		return t.before(ctx, err)
	}
	answer, err := t.append(ctx, outcome{Revision: eventstore.NoRevision, Events: events})
	if err != nil {
		// Whether it took effect may be unknown; then the reservation must stay
		// until it is settled.
		var moved *eventstore.WrongRevisionError
		if errors.As(err, &moved) {
			err = errors.Join(err, t.ledger.registry.release(context.WithoutCancel(ctx), stream, c.keys))
		}
		return answer, err
	}
	if len(c.keys) > 0 && !answer.Repeated {
		if err := t.ledger.registry.confirm(context.WithoutCancel(ctx), stream, c.keys); err != nil {
			// The customer is there; the reservation is settled later.
			t.ledger.log.Warn("a reservation could not be confirmed and waits to be settled", "stream", stream, "error", err)
		}
	}
	return answer, nil
}

// named puts the id of what the first try made into a repeated answer.
func (t *task) named(c creation, answer Answer) Answer {
	for n := range attempts {
		if id := t.made(c.kind, n); answer.Stream == c.stream(id) {
			answer.ID = id
		}
	}
	return answer
}
