package gateway

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// virtualStreams are the streams that EventStoreDB's standard projections fill with
// links: one for each category, which is what stands before the first dash of a
// stream's name, and one for each type of event (F-13). Here they are read out of
// the log: their events are not stored. A stream of such a name that holds events
// of its own is that stream.
type virtualStreams struct {
	eventstore.Store
	counts *counts
	recent *recent
}

// The names of virtual streams begin so.
const (
	categoryPrefix  = "$ce-"
	eventTypePrefix = "$et-"
)

// virtualFilter is what a virtual stream holds links to; false for the name of any
// other stream, and for those that would show bookkeeping.
func virtualFilter(stream eventstore.Stream) (eventstore.Filter, bool) {
	filter := eventstore.Filter{}
	if category, ok := strings.CutPrefix(string(stream), categoryPrefix); ok {
		if category == "" || strings.Contains(category, "-") || category == "$persistentsubscription" {
			return filter, false
		}
		filter.StreamPrefixes = []string{category + "-"}
	}
	if eventType, ok := strings.CutPrefix(string(stream), eventTypePrefix); ok {
		switch eventType {
		case "", linkType, tombstoneType, "$SubscriptionCheckpoint":
			return filter, false
		}
		filter.Types = []string{eventType}
	}
	return filter, !filter.IsZero() && filter.Validate() == nil
}

func isVirtual(stream eventstore.Stream) bool {
	_, virtual := virtualFilter(stream)
	return virtual
}

// of gives what a virtual stream holds, false when the stream is a real one.
func (s *virtualStreams) of(ctx context.Context, stream eventstore.Stream) (*virtual, bool, error) {
	filter, named := virtualFilter(stream)
	if !named {
		return nil, false, nil
	}
	for _, err := range s.Store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, Limit: 1}) {
		return nil, false, err
	}
	return &virtual{store: s.Store, stream: stream, filter: filter, count: s.counts.of(stream), recent: s.recent}, true, nil
}

// ReadStream implements eventstore.Store.
func (s *virtualStreams) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	if !isVirtual(q.Stream) || q.Validate() != nil {
		return s.Store.ReadStream(ctx, q)
	}
	return func(yield func(eventstore.Event, error) bool) {
		v, virtual, err := s.of(ctx, q.Stream)
		events := s.Store.ReadStream(ctx, q)
		switch {
		case err != nil:
			yield(eventstore.Event{}, err)
			return
		case virtual && q.Backwards:
			events = v.backwards(ctx, q)
		case virtual:
			events = v.forwards(ctx, q)
		}
		given := 0
		for event, err := range events {
			if given++; !yield(event, err) || given == q.Limit {
				return
			}
		}
	}
}

// SubscribeStream implements eventstore.Store.
func (s *virtualStreams) SubscribeStream(ctx context.Context, stream eventstore.Stream, after eventstore.Revision) iter.Seq2[eventstore.Delivery, error] {
	if !isVirtual(stream) {
		return s.Store.SubscribeStream(ctx, stream, after)
	}
	return func(yield func(eventstore.Delivery, error) bool) {
		v, virtual, err := s.of(ctx, stream)
		deliveries := s.Store.SubscribeStream(ctx, stream, after)
		if err == nil && virtual {
			deliveries, err = v.follow(ctx, after)
		}
		if err != nil {
			yield(eventstore.Delivery{}, err)
			return
		}
		for delivery, err := range deliveries {
			if !yield(delivery, err) {
				return
			}
		}
	}
}

// virtual is one virtual stream.
type virtual struct {
	store  eventstore.Store
	stream eventstore.Stream
	filter eventstore.Filter
	count  *count
	recent *recent
}

// forwards reads from a revision on. What is read is counted on the way.
func (v *virtual) forwards(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		from := max(q.From, 0)
		after, revision, err := v.before(ctx, from)
		var head eventstore.Position
		if err == nil {
			head, err = v.store.LastPosition(ctx)
		}
		if err != nil {
			yield(eventstore.Event{}, err)
			return
		}
		query := eventstore.AllQuery{After: after, Filter: v.filter}
		if q.Limit > 0 {
			query.Limit = q.Limit + int(from-revision)
		}
		read := 0
		for event, err := range v.store.ReadAll(ctx, query) {
			if err != nil {
				yield(event, err)
				return
			}
			read++
			v.count.note(revision, event.Position)
			if revision >= from && !yield(v.link(&event, revision), nil) {
				return
			}
			revision++
		}
		if query.Limit == 0 || read < query.Limit {
			v.count.examinedTo(revision, head)
		}
	}
}

// backwards reads from a revision, or from the end, down.
func (v *virtual) backwards(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		wanted := q.From
		if wanted == eventstore.NoRevision {
			wanted = lastPlace
		}
		if err := v.countTo(ctx, wanted); err != nil {
			yield(eventstore.Event{}, err)
			return
		}
		before, revision := v.count.after(wanted)
		if revision < 0 {
			return
		}
		for event, err := range v.store.ReadAll(ctx, eventstore.AllQuery{Backwards: true, Before: before, Filter: v.filter}) {
			if err != nil {
				yield(event, err)
				return
			}
			if revision <= wanted && !yield(v.link(&event, revision), nil) {
				return
			}
			revision--
		}
	}
}

// follow delivers what comes after a revision.
func (v *virtual) follow(ctx context.Context, after eventstore.Revision) (iter.Seq2[eventstore.Delivery, error], error) {
	position, revision, err := v.before(ctx, after+1)
	if err != nil {
		return nil, err
	}
	return func(yield func(eventstore.Delivery, error) bool) {
		for delivery, err := range v.store.SubscribeAll(ctx, position, v.filter) {
			if err != nil {
				yield(delivery, err)
				return
			}
			switch delivery.Kind {
			case eventstore.Checkpoint:
				v.count.examinedTo(revision, delivery.Position)
				continue
			case eventstore.CaughtUp:
				v.count.examinedTo(revision, delivery.Position)
			case eventstore.EventDelivered:
				v.count.note(revision, delivery.Position)
				event := delivery.Event
				delivery.Event = v.link(&event, revision)
				if revision++; revision-1 <= after {
					continue
				}
			}
			if !yield(delivery, nil) {
				return
			}
		}
	}, nil
}

// before is a position before the event of a revision, and the revision of the
// first event after that position.
func (v *virtual) before(ctx context.Context, revision eventstore.Revision) (eventstore.Position, eventstore.Revision, error) {
	if err := v.countTo(ctx, revision); err != nil {
		return 0, 0, err
	}
	position, first := v.count.before(revision)
	return position, first, nil
}

// countTo counts events until a revision is known, or all of them are. What was
// counted once is not counted again.
func (v *virtual) countTo(ctx context.Context, wanted eventstore.Revision) error {
	if v.count.knows(wanted) {
		return nil
	}
	release, err := v.count.begin(ctx)
	if err != nil {
		return err
	}
	defer release()
	head, err := v.store.LastPosition(ctx)
	if err != nil {
		return err
	}
	after, revision := v.count.reached()
	if after >= head {
		return nil
	}
	for event, err := range v.store.ReadAll(ctx, eventstore.AllQuery{After: after, Filter: v.filter}) {
		if err != nil {
			return err
		}
		v.count.note(revision, event.Position)
		if revision == wanted {
			return nil
		}
		revision++
	}
	v.count.examinedTo(revision, head)
	return nil
}

// link is the event that stands for another one. A link stands for what it leads to.
func (v *virtual) link(event *eventstore.Event, revision eventstore.Revision) eventstore.Event {
	v.recent.remember(event)
	link := eventstore.Event{
		Position: event.Position, Stream: v.stream, Revision: revision, Type: linkType, RecordedAt: event.RecordedAt,
		ID: uuid.NewSHA1(event.ID, []byte(v.stream)), Binary: true,
		Data: fmt.Appendf(nil, "%d@%s", event.Revision, event.Stream),
	}
	if event.Type == linkType {
		link.Data = event.Data
	}
	return link
}
