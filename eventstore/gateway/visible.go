package gateway

import (
	"context"
	"time"

	"guishu/eventstore"
)

// visibility says which events of a stream its metadata let a reader see. It
// holds for streams read by themselves; $all shows everything.
type visibility struct {
	first  eventstore.Revision // the first one
	oldest time.Time           // zero for any age
}

func (v visibility) shows(event *eventstore.Event) bool {
	return event.Revision >= v.first && (v.oldest.IsZero() || !event.RecordedAt.Before(v.oldest))
}

// visible is what can be seen of a stream now.
func (s *Server) visible(ctx context.Context, stream eventstore.Stream, metadata streamMetadata) (visibility, error) {
	v := visibility{first: metadata.TruncateBefore}
	if metadata.MaxAge > 0 {
		v.oldest = time.Now().Add(-metadata.MaxAge)
	}
	if metadata.MaxCount > 0 {
		last, err := s.lastRevision(ctx, stream)
		if err != nil {
			return visibility{}, err
		}
		v.first = max(v.first, last-eventstore.Revision(metadata.MaxCount)+1)
	}
	return v, nil
}

// lastRevision is the revision of a stream's last event, NoRevision when there
// is none.
func (s *Server) lastRevision(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	query := eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range s.store.ReadStream(ctx, query) {
		return event.Revision, err
	}
	return eventstore.NoRevision, nil
}
