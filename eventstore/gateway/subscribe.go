package gateway

import (
	"context"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"

	"guishu/eventstore"
)

// confirm tells the client that the subscription has begun: whatever is written
// from now on will come.
func (r *reader) confirm() error {
	return r.responses.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_Confirmation{
		Confirmation: &streams.ReadResp_SubscriptionConfirmation{SubscriptionId: uuid.NewString()},
	}})
}

// followAll sends the events of all streams and goes on with new ones. A client
// that is slow is waited for: the Store holds a bounded batch and lets the
// subscription fall back to reading.
func (r *reader) followAll(ctx context.Context) error {
	ctx, release := r.untilClose(ctx)
	defer release()
	after, err := r.allAfter(ctx)
	if err != nil {
		return cause(ctx, err)
	}
	if err := r.confirm(); err != nil {
		return err
	}
	examined := &examination{reader: r, told: after}
	for delivery, err := range r.store.SubscribeAll(ctx, after, r.filter.store()) {
		if err != nil {
			return cause(ctx, err)
		}
		switch delivery.Kind {
		case eventstore.EventDelivered:
			if r.filter.keeps(&delivery.Event) {
				err = r.sendEvent(ctx, &delivery.Event)
			}
			if err == nil {
				err = examined.upTo(delivery.Position)
			}
		case eventstore.Checkpoint:
			err = examined.upTo(delivery.Position)
		case eventstore.CaughtUp:
			err = examined.caughtUp(delivery.Position)
		}
		if err != nil {
			return cause(ctx, err)
		}
	}
	return cause(ctx, errClosing)
}

// allAfter is the position that the subscription's first event comes after.
func (r *reader) allAfter(ctx context.Context) (eventstore.Position, error) {
	switch {
	case r.from.kind == fromEnd:
		return r.store.LastPosition(ctx)
	case r.from.between:
		return eventstore.Position(r.from.at - 1), nil
	}
	return eventstore.Position(r.from.at), nil
}

// examination counts what a filtered subscription has looked at, so that a
// client to whom nothing is sent still learns how far it need not look again.
type examination struct {
	*reader
	told eventstore.Position // in a checkpoint, or by the client
}

// upTo sends a checkpoint when enough has been examined since the last.
func (e *examination) upTo(position eventstore.Position) error {
	if e.filter == nil || int64(position-e.told) < e.interval {
		return nil
	}
	return e.checkpoint(position)
}

func (e *examination) caughtUp(position eventstore.Position) error {
	if e.filter != nil && position > e.told {
		if err := e.checkpoint(position); err != nil {
			return err
		}
	}
	return e.responses.SendMsg(allCaughtUp(position, time.Now()))
}

func (e *examination) checkpoint(position eventstore.Position) error {
	e.told = position
	return e.responses.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_Checkpoint_{
		Checkpoint: &streams.ReadResp_Checkpoint{CommitPosition: uint64(position), PreparePosition: uint64(position)},
	}})
}

// followStream sends a stream's events and goes on with new ones until the
// stream is deleted for ever.
func (r *reader) followStream(ctx context.Context) error {
	ctx, release := r.untilClose(ctx)
	defer release()
	after, seen, err := r.streamAfter(ctx)
	if err != nil {
		return cause(ctx, err)
	}
	if err := r.confirm(); err != nil {
		return err
	}
	for delivery, err := range r.store.SubscribeStream(ctx, r.source, after) {
		if err != nil {
			return cause(ctx, err)
		}
		if delivery.Kind == eventstore.EventDelivered {
			after = delivery.Event.Revision
		}
		switch {
		case delivery.Kind == eventstore.CaughtUp:
			seen = visibility{} // what is new is shown, whatever its age
			err = r.responses.SendMsg(streamCaughtUp(after, time.Now()))
		case delivery.Kind != eventstore.EventDelivered:
		case delivery.Event.Type == tombstoneType:
			return streamDeleted(r.source)
		case seen.shows(&delivery.Event):
			err = r.sendEvent(ctx, &delivery.Event)
		}
		if err != nil {
			return cause(ctx, err)
		}
	}
	return cause(ctx, errClosing)
}

// streamAfter is the revision that the subscription's first event comes after,
// and what can be seen of the events that are there already.
func (r *reader) streamAfter(ctx context.Context) (eventstore.Revision, visibility, error) {
	state, err := r.streams.look(ctx, r.source)
	if err != nil {
		return 0, visibility{}, err
	}
	if state.Tombstoned {
		return 0, visibility{}, streamDeleted(r.source)
	}
	if state.SoftDeleted || r.from.kind == fromEnd {
		last, err := r.last(ctx, r.source)
		return max(last, r.afterPlace()), visibility{}, err
	}
	seen, err := r.visible(ctx, r.source, state.Metadata)
	return max(r.afterPlace(), seen.first-1), seen, err
}

// afterPlace is the revision that the client names, NoRevision for none.
func (r *reader) afterPlace() eventstore.Revision {
	if r.from.kind != fromPlace {
		return eventstore.NoRevision
	}
	return eventstore.Revision(r.from.at)
}

// cause prefers why a call ended to how that looked from below.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
