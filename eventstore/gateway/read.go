package gateway

import (
	"context"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"

	"guishu/eventstore"
)

// Read answers reads and subscriptions.
func (s *streamsService) Read(request *streams.ReadReq, stream streams.Streams_ReadServer) error {
	parsed, err := parseRead(request)
	if err != nil {
		return err
	}
	if err := s.mayRead(stream.Context(), parsed.source); err != nil {
		return err
	}
	r := &reader{Server: s.Server, readRequest: parsed, responses: stream}
	if err := r.refusedStart(stream.Context()); err != nil {
		return err
	}
	switch {
	case parsed.subscription && parsed.all():
		return r.followAll(stream.Context())
	case parsed.subscription:
		return r.followStream(stream.Context())
	case parsed.all():
		return r.readAll(stream.Context())
	}
	return r.readStream(stream.Context())
}

// reader answers one request.
type reader struct {
	*Server
	*readRequest
	responses grpc.ServerStream
}

// sendEvent sends an event, through its link if that was asked for.
func (r *reader) sendEvent(ctx context.Context, event *eventstore.Event) error {
	resolved := resolvedEvent{event: event}
	if r.resolveLinks {
		var err error
		if resolved, err = r.resolve(ctx, event); err != nil {
			return err
		}
	}
	return r.responses.SendMsg(encodeEvent(resolved, r.textIDs))
}

func (r *reader) sendNotFound() error {
	return r.responses.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_StreamNotFound_{
		StreamNotFound: &streams.ReadResp_StreamNotFound{StreamIdentifier: streamIdentifier(r.source)},
	}})
}

// readStream answers with a stream's events, as far as its metadata show them.
func (r *reader) readStream(ctx context.Context) error {
	state, err := r.streams.look(ctx, r.source)
	if err != nil {
		return err
	}
	if state.Tombstoned {
		return streamDeleted(r.source)
	}
	if state.SoftDeleted {
		return r.sendNotFound()
	}
	seen, err := r.visible(ctx, r.source, state.Metadata)
	if err != nil {
		return err
	}
	sent, err := r.sendStream(ctx, seen)
	if err != nil || sent > 0 && r.compatibility == 0 {
		return err
	}
	last, err := r.last(ctx, r.source)
	if err != nil {
		return err
	}
	if last == eventstore.NoRevision {
		return r.sendNotFound()
	}
	return r.sendBounds(sent, last)
}

// sendStream sends what is visible of what was asked for, and tells how many
// events that were.
func (r *reader) sendStream(ctx context.Context, seen visibility) (sent uint64, err error) {
	query, some := r.streamQuery(seen)
	if !some {
		return 0, nil
	}
	for event, err := range r.store.ReadStream(ctx, query) {
		if err != nil {
			return sent, err
		}
		if event.Type == tombstoneType {
			return sent, streamDeleted(r.source)
		}
		if r.backwards && event.Revision < seen.first {
			return sent, nil
		}
		if !seen.shows(&event) {
			continue
		}
		if err := r.sendEvent(ctx, &event); err != nil {
			return sent, err
		}
		if sent++; sent == r.count {
			return sent, nil
		}
	}
	return sent, nil
}

// streamQuery is what to ask the Store for, if anything.
func (r *reader) streamQuery(seen visibility) (eventstore.StreamQuery, bool) {
	query := eventstore.StreamQuery{Stream: r.source, From: eventstore.Revision(r.from.at), Backwards: r.backwards}
	if seen.oldest.IsZero() {
		query.Limit = r.limit()
	}
	if !r.backwards {
		query.From = max(query.From, seen.first)
		return query, r.count > 0 && r.from.kind != fromEnd
	}
	if r.from.kind == fromEnd {
		query.From = eventstore.NoRevision
	}
	return query, r.count > 0
}

// sendBounds tells clients that ask for it where the stream's events begin and
// end.
func (r *reader) sendBounds(sent uint64, last eventstore.Revision) error {
	if r.compatibility == 0 {
		return nil
	}
	next := uint64(last) + 1
	if sent == 0 && !r.backwards && (r.from.kind == fromEnd || uint64(r.from.at) != next) {
		err := r.responses.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_FirstStreamPosition{FirstStreamPosition: next}})
		if err != nil {
			return err
		}
	}
	return r.responses.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_LastStreamPosition{LastStreamPosition: uint64(last)}})
}

// readAll answers with the events of all streams.
func (r *reader) readAll(ctx context.Context) error {
	query, some := r.allQuery()
	if !some {
		return nil
	}
	left := r.count
	for {
		query.Limit = r.storeLimit(left)
		read := 0
		for event, err := range r.store.ReadAll(ctx, query) {
			if err != nil {
				return err
			}
			read++
			query.After, query.Before = event.Position, event.Position
			kept, err := r.filter.keeps(&event)
			if err != nil {
				return err
			}
			if !kept {
				continue
			}
			if err := r.sendEvent(ctx, &event); err != nil {
				return err
			}
			if left--; left == 0 {
				return nil
			}
		}
		if query.Limit == 0 || read < query.Limit {
			return nil
		}
	}
}

// storeLimit is how many events the Store should give when so many are wanted:
// no limit where it cannot know which of them are.
func (r *reader) storeLimit(wanted uint64) int {
	if wanted > 1<<20 || r.filter != nil && !r.filter.exact {
		return 0
	}
	return int(wanted)
}

// allQuery is what to ask the Store for, if anything. Forwards, the place asked
// for is the first event's; backwards, it stands after the first event.
func (r *reader) allQuery() (eventstore.AllQuery, bool) {
	query := eventstore.AllQuery{Backwards: r.backwards, Filter: r.filter.store()}
	at := eventstore.Position(r.from.at)
	if !r.backwards {
		query.After = max(at-1, 0)
		return query, r.count > 0 && r.from.kind != fromEnd
	}
	if r.from.kind != fromEnd {
		query.Before = at
		return query, r.count > 0 && at > 0
	}
	return query, r.count > 0
}
