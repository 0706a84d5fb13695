package esdb

import (
	"context"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
)

var (
	_ eventstore.Witness   = (*Store)(nil)
	_ eventstore.Connector = (*Store)(nil)
)

// Connections implements eventstore.Connector.
func (s *Store) Connections() uint64 { return s.links.made.Load() }

// Vanished implements eventstore.Witness: a stream was there if it was deleted for
// good, or if its metadata hide events, as those of a deleted stream do.
func (s *Store) Vanished(ctx context.Context, stream eventstore.Stream) (string, error) {
	bounded, release := s.bound(ctx)
	defer release()
	if _, err := s.lastOf(bounded, stream); err != nil {
		if judge(err) == deleted {
			return "it was deleted for good", nil
		}
		return "", s.translate(ctx, "reading a stream", err)
	}
	var hides []string
	q := eventstore.StreamQuery{Stream: eventstore.MetadataPrefix + stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	err := s.readRecorded(bounded, q, none, func(recorded *esdb.RecordedEvent) bool {
		hides = eventstore.Hides(recorded.Data)
		return false
	})
	if err != nil {
		return "", s.translate(ctx, "reading a stream's metadata", err)
	}
	if len(hides) == 0 {
		return "", nil
	}
	return "its metadata hide events (" + strings.Join(hides, ", ") + ")", nil
}
