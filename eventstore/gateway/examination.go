package gateway

import (
	"context"
	"math"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"

	"guishu/eventstore"
)

// examination counts what a filtered subscription has looked at, so that a
// client to whom nothing is sent still learns how far it need not look again.
type examination struct {
	*reader
	after eventstore.Position // looked at so far
	told  eventstore.Position // up to where the client knows, by a checkpoint or by itself
	sent  eventstore.Position // of the last event or checkpoint sent, nothingSent for none
	next  eventstore.Position // the place that a checkpoint told last as the next event's
	live  bool
}

// nothingSent is a position that stands for none.
const nothingSent = eventstore.Position(-1)

// sentBefore is what a client that begins after a position has been sent.
func (r *reader) sentBefore(after eventstore.Position) eventstore.Position {
	if r.from.kind == fromStart {
		return nothingSent
	}
	return after
}

// take handles what the subscription comes to next.
func (e *examination) take(ctx context.Context, next *step) error {
	switch {
	case next.fellBehind:
		return e.fellBehind()
	case next.Kind == eventstore.EventDelivered:
		kept, err := e.filter.keeps(&next.Event)
		if err == nil && kept {
			err = e.event(ctx, &next.Event)
		}
		if err != nil {
			return err
		}
		return e.upTo(next.Position)
	case next.Kind == eventstore.Checkpoint:
		return e.upTo(next.Position)
	}
	return e.caughtUp(next.Position)
}

func (e *examination) event(ctx context.Context, event *eventstore.Event) error {
	if e.filter != nil && e.live && e.ways.atTheEnd == endNext && e.next != event.Position {
		if err := e.before(event.Position); err != nil {
			return err
		}
	}
	e.sent = event.Position
	return e.sendEvent(ctx, event)
}

// upTo sends a checkpoint when enough has been examined since the last.
func (e *examination) upTo(position eventstore.Position) error {
	e.after = max(e.after, position)
	places := &e.ways.places
	if e.filter == nil || int64(places.upTo(position)-places.upTo(e.told)) < e.interval {
		return nil
	}
	return e.checkpoint(position)
}

func (e *examination) caughtUp(position eventstore.Position) error {
	e.after = max(e.after, position)
	if err := e.atTheEnd(position); err != nil {
		return err
	}
	e.live = true
	return e.responses.SendMsg(allCaughtUp(position, time.Now()))
}

// atTheEnd sends the checkpoint that belongs to having caught up.
func (e *examination) atTheEnd(position eventstore.Position) error {
	if e.filter == nil {
		return nil
	}
	switch e.ways.atTheEnd {
	case endSent:
		return e.repeat()
	case endNext:
		if e.contiguous {
			e.told = position
			return e.before(e.ways.places.of(e.ways.places.upTo(position) + 1))
		}
	case endNone:
		return nil
	}
	if position <= e.told {
		return nil
	}
	return e.checkpoint(position)
}

// before tells that everything before the place of the next event was examined.
func (e *examination) before(next eventstore.Position) error {
	e.next = next
	return e.sendCheckpoint(uint64(next), 0)
}

// repeat tells once more what was sent last.
func (e *examination) repeat() error {
	if e.sent == nothingSent {
		return e.sendCheckpoint(math.MaxUint64, math.MaxUint64)
	}
	return e.sendCheckpoint(uint64(e.sent), uint64(e.sent))
}

func (e *examination) fellBehind() error {
	e.live = false
	if err := e.responses.SendMsg(fellBehind()); err != nil || e.filter == nil {
		return err
	}
	return e.repeat()
}

func (e *examination) checkpoint(position eventstore.Position) error {
	e.told, e.sent = position, position
	return e.sendCheckpoint(uint64(position), uint64(position))
}

func (e *examination) sendCheckpoint(commit, prepare uint64) error {
	return e.responses.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_Checkpoint_{
		Checkpoint: &streams.ReadResp_Checkpoint{CommitPosition: commit, PreparePosition: prepare},
	}})
}

// fellBehind says that a subscription is too slow for live events.
func fellBehind() *streams.ReadResp {
	return &streams.ReadResp{Content: &streams.ReadResp_FellBehind_{FellBehind: &streams.ReadResp_FellBehind{}}}
}
