package gateway

import (
	"bytes"
	"context"
	"strconv"

	"guishu/eventstore"
)

// linkType is the type of events that stand for another one: their data is its
// revision, an @ and its stream.
const linkType = "$>"

// resolvedEvent is an event as a reader meets it: by itself, through a link, or
// a link whose event cannot be seen.
type resolvedEvent struct {
	event *eventstore.Event // nil when the link leads nowhere
	link  *eventstore.Event // nil without a link
}

// original is the event that stands where the reader reads.
func (r resolvedEvent) original() *eventstore.Event {
	if r.link != nil {
		return r.link
	}
	return r.event
}

// resolve follows a link. An event of that type whose data is no link stands for
// itself (G-10). What the caller may not read is as invisible to them
// through a link as what is deleted, hidden or was never there.
func (s *Server) resolve(ctx context.Context, event *eventstore.Event) (resolvedEvent, error) {
	if event.Type != linkType {
		return resolvedEvent{event: event}, nil
	}
	stream, revision, ok := parseLink(event.Data)
	if !ok {
		return resolvedEvent{event: event}, nil
	}
	unresolved := resolvedEvent{link: event}
	if !validName(stream) {
		return unresolved, nil
	}
	err := s.mayRead(ctx, stream)
	if isAccessDenied(err) {
		return unresolved, nil
	}
	if err != nil {
		return unresolved, err
	}
	target, found, err := s.find(ctx, stream, revision)
	if err != nil || !found {
		return unresolved, err
	}
	return resolvedEvent{event: &target, link: event}, nil
}

// find gives the event that a link leads to, unless it is deleted or hidden.
func (s *Server) find(ctx context.Context, stream eventstore.Stream, revision eventstore.Revision) (eventstore.Event, bool, error) {
	state, err := s.streams.look(ctx, stream)
	if err != nil || state.Tombstoned || state.SoftDeleted {
		return eventstore.Event{}, false, err
	}
	seen, err := s.visible(ctx, stream, state.Metadata)
	if err != nil {
		return eventstore.Event{}, false, err
	}
	if event, known := s.recent.find(stream, revision); known {
		return event, seen.shows(&event), nil
	}
	query := eventstore.StreamQuery{Stream: stream, From: revision, Limit: 1}
	for event, err := range s.store.ReadStream(ctx, query) {
		return event, err == nil && event.Revision == revision && seen.shows(&event), err
	}
	return eventstore.Event{}, false, nil
}

// parseLink reads a link's data. The stream's name may be one that no stream has.
func parseLink(data []byte) (eventstore.Stream, eventstore.Revision, bool) {
	number, stream, ok := bytes.Cut(data, []byte("@"))
	if !ok || len(stream) == 0 {
		return "", 0, false
	}
	revision, err := strconv.ParseUint(string(number), 10, 63)
	if err != nil {
		return "", 0, false
	}
	return eventstore.Stream(stream), eventstore.Revision(revision), true
}

// validName says whether a stream can have this name.
func validName(stream eventstore.Stream) bool {
	_, err := parseStreamName([]byte(stream))
	return err == nil
}
