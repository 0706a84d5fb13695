package ledger

import (
	"context"

	"guishu/domain"
	"guishu/eventstore"
)

// before answers with what the same actor and key wrote earlier, if anything:
// a reply that was lost is given again, and a key that was used for something
// else is refused. Otherwise it answers with refusal or, without one, with
// the answer given.
func (t *Task) before(ctx context.Context, refusal error, otherwise ...Answer) (Answer, error) {
	if t.call.Key != "" {
		first, found, err := t.find(ctx)
		if err != nil {
			return Answer{}, err
		}
		if found {
			return t.repeat(ctx, first)
		}
	}
	if refusal != nil {
		return Answer{}, refusal
	}
	return otherwise[0], nil
}

// find looks for the first event that this very command wrote.
func (t *Task) find(ctx context.Context) (eventstore.Event, bool, error) {
	first := t.event(0)
	if finder, ok := t.ledger.store.(eventstore.IDFinder); ok {
		event, found, err := finder.FindID(ctx, first)
		if err != nil {
			return event, false, Unavailable("look for an earlier try", err)
		}
		return event, found, nil
	}
	for _, stream := range append(t.streams, t.stream) {
		for event, err := range eventstore.ReadWhole(ctx, t.ledger.store, eventstore.StreamQuery{Stream: stream}) {
			if err != nil {
				return event, false, Unavailable("look for an earlier try", err)
			}
			if event.ID == first {
				return event, true, nil
			}
		}
	}
	return eventstore.Event{}, false, nil
}

// repeat gives the answer that the first try got or lost.
func (t *Task) repeat(ctx context.Context, first eventstore.Event) (Answer, error) {
	meta, err := eventstore.DecodeMetadata(first.Metadata)
	if err != nil {
		return Answer{}, Unavailable("read an earlier try", err)
	}
	if meta.RequestHash != t.hash || meta.CommandID != t.command {
		return Answer{}, domain.ErrIdempotencyKeyReused
	}
	answer := Answer{ID: t.id, Stream: first.Stream, Revision: first.Revision, Position: first.Position, Repeated: true}
	query := eventstore.StreamQuery{Stream: first.Stream, From: first.Revision + 1}
	for event, err := range eventstore.ReadWhole(ctx, t.ledger.store, query) {
		if err != nil {
			return Answer{}, Unavailable("read an earlier try", err)
		}
		meta, err := eventstore.DecodeMetadata(event.Metadata)
		if err != nil || meta.CommandID != t.command {
			break
		}
		answer.Revision, answer.Position = event.Revision, event.Position
	}
	return answer, nil
}
