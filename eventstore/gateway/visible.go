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
	none   bool                // there is nothing to see: a stream that is missing, or deleted softly
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
		last, err := s.last(ctx, stream)
		if err != nil {
			return visibility{}, err
		}
		v.first = max(v.first, last-eventstore.Revision(metadata.MaxCount)+1)
	}
	return v, nil
}
