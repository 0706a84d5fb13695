package commands

import (
	"context"
	"errors"

	"guishu/domain"
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

// lives is under how many ids a command may begin: it loses one whenever somebody
// settles its reservation first.
const lives = 8

// create appends the first events of a new stream. When somebody settled its
// reservation while it was slow or down, the stream that it began with is closed
// for ever, and it goes on under the next id.
func (t *task) create(ctx context.Context, c creation) (Answer, error) {
	ids := make(map[eventstore.Stream]uuid.UUID, lives)
	for n := range lives {
		id := t.made(c.kind, n)
		stream := c.stream(id)
		ids[stream], t.streams = id, append(t.streams, stream)
	}
	for n, stream := range t.streams {
		t.id, t.stream = t.made(c.kind, n), stream
		answer, err := t.createHere(ctx, c)
		var moved *eventstore.WrongRevisionError
		if !errors.As(err, &moved) {
			if err == nil {
				answer.ID = ids[answer.Stream]
			}
			return answer, err
		}
	}
	return Answer{}, domain.ErrLedgerBusy
}

func (t *task) createHere(ctx context.Context, c creation) (Answer, error) {
	if t.refusal != nil {
		return t.before(ctx, t.refusal)
	}
	events, err := c.events(ctx, t.id)
	if err != nil {
		return t.before(ctx, err)
	}
	return t.carryOut(ctx, outcome{Revision: eventstore.NoRevision, Events: events, Keys: c.keys})
}
