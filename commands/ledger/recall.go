package ledger

import (
	"context"

	"guishu/domain"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Recalled is what a command once wrote.
type Recalled struct {
	Answer      Answer    // as of the command's first event; its ID only if that made something
	Correlation uuid.UUID // the one it was given
}

// Recall finds what the command with this actor's idempotency key wrote, if it
// ever took effect; it writes nothing and asks nobody's permission, so it is for
// programs that go on with work of their own, such as an import.
func (l *Ledger) Recall(ctx context.Context, actor domain.StaffID, key string) (Recalled, bool, error) {
	t := &Task{ledger: l, command: l.commandOf(Call{Actor: actor, Key: key})}
	finder, ok := l.store.(eventstore.IDFinder)
	if !ok || key == "" {
		return Recalled{}, false, nil
	}
	first, found, err := finder.FindID(ctx, t.event(0))
	if err != nil || !found {
		if err != nil {
			err = Unavailable("look for an earlier command", err)
		}
		return Recalled{}, false, err
	}
	meta, err := eventstore.DecodeMetadata(first.Metadata)
	if err != nil {
		return Recalled{}, false, Unavailable("read an earlier command", err)
	}
	id, err := l.madeBy(ctx, first)
	return Recalled{
		Answer:      Answer{ID: id, Stream: first.Stream, Revision: first.Revision, Position: first.Position, Repeated: true},
		Correlation: meta.CorrelationID,
	}, true, err
}

// madeBy is the id of what an event brought into the ledger; zero when it brought
// nothing.
func (l *Ledger) madeBy(ctx context.Context, recorded eventstore.Event) (uuid.UUID, error) {
	event, _, err := l.decode(ctx, recorded)
	if made, is := event.(domain.HasMade); is && err == nil {
		return made.Made(), nil
	}
	return uuid.Nil, err
}
