package gateway

import (
	"context"
	"iter"
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
	examined := &examination{reader: r, after: after, told: after, sent: r.sentBefore(after)}
	for step, err := range r.steps(ctx, func(ctx context.Context) iter.Seq2[eventstore.Delivery, error] {
		return r.store.SubscribeAll(ctx, examined.after, r.filter.store())
	}) {
		if err == nil {
			err = examined.take(ctx, &step)
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

// followStream sends a stream's events and goes on with new ones until the
// stream is deleted for ever: the tombstone is the last one (G-07).
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
	waits := r.ways.waitsForStream && r.from.kind != fromEnd && seen.none
	for step, err := range r.steps(ctx, func(ctx context.Context) iter.Seq2[eventstore.Delivery, error] {
		return r.store.SubscribeStream(ctx, r.source, after)
	}) {
		if err != nil {
			return cause(ctx, err)
		}
		switch {
		case step.fellBehind:
			err = r.responses.SendMsg(fellBehind())
		case step.Kind == eventstore.CaughtUp:
			seen = visibility{} // what is new is shown, whatever its age
			if !waits {
				err = r.responses.SendMsg(streamCaughtUp(after, time.Now()))
			}
		case step.Kind != eventstore.EventDelivered:
		case step.Event.Type == tombstoneType:
			if err = r.sendEvent(ctx, &step.Event); err == nil {
				err = streamDeleted(r.source)
			}
		default:
			after = step.Event.Revision
			if seen.shows(&step.Event) {
				err = r.sendEvent(ctx, &step.Event)
			}
			if err == nil && waits {
				waits = false
				err = r.responses.SendMsg(streamCaughtUp(after, time.Now()))
			}
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
		return max(last, r.afterPlace()), visibility{none: state.SoftDeleted}, err
	}
	seen, err := r.visible(ctx, r.source, state.Metadata)
	if err == nil && r.ways.waitsForStream {
		last, lastErr := r.last(ctx, r.source)
		seen.none, err = last == eventstore.NoRevision, lastErr
	}
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
