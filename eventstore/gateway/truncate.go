package gateway

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// errMetadataChanged says that another process has changed a stream's metadata
// while this one was about to.
var errMetadataChanged = errors.New("the stream's metadata has changed")

// metastreamEnd is the last of a metastream: what a change has to be based on.
type metastreamEnd struct {
	revision eventstore.Revision // NoRevision without any
	document map[string]json.RawMessage
}

// only is the part of the metadata that has this name.
func (m metastreamEnd) only(name string) map[string]json.RawMessage {
	kept := map[string]json.RawMessage{}
	if value, ok := m.document[name]; ok {
		kept[name] = value
	}
	return kept
}

// readMetadata reads a stream's metadata from the store and lets the directory
// know it, so that what others have written counts too.
func (s *Server) readMetadata(ctx context.Context, stream eventstore.Stream) (metastreamEnd, error) {
	end := metastreamEnd{revision: eventstore.NoRevision, document: map[string]json.RawMessage{}}
	event, found, err := s.lastEvent(ctx, metastreamOf(stream))
	if err != nil || !found {
		return end, err
	}
	end.revision = event.Revision
	s.streams.learn(event)
	if document, ok := metadataFields(event.Data); ok && !event.Binary {
		end.document = document
	}
	return end, nil
}

// truncateBefore changes $tb in a stream's metadata and leaves the rest as it
// is. Errors: errMetadataChanged when end is not the metastream's end any more.
func (s *Server) truncateBefore(ctx context.Context, stream eventstore.Stream, end metastreamEnd, first eventstore.Revision) (eventstore.Appended, error) {
	var err error
	if end.document["$tb"], err = json.Marshal(first); err != nil {
		return eventstore.Appended{}, err
	}
	data, err := json.Marshal(end.document)
	if err != nil {
		return eventstore.Appended{}, err
	}
	change := proposal{
		stream: metastreamOf(stream), expected: eventstore.AtRevision(end.revision),
		events: []eventstore.NewEvent{{ID: uuid.New(), Type: metadataType, Data: data}},
	}
	appended, err := s.store.Append(ctx, eventstore.Append{Stream: change.stream, Expected: change.expected, Events: change.events})
	var wrong *eventstore.WrongRevisionError
	if errors.As(err, &wrong) {
		return eventstore.Appended{}, errMetadataChanged
	}
	if err != nil {
		return eventstore.Appended{}, err
	}
	s.told(change, appended)
	return appended, nil
}

// describe writes a stream's metadata. A stream that was deleted softly is there
// again then, and empty: what was deleted stays hidden although the new metadata
// do not say so.
func (s *Server) describe(ctx context.Context, p proposal, original eventstore.Stream) (written, error) {
	stripe := s.streams.stripe(original)
	stripe.Lock()
	defer stripe.Unlock()
	own, err := s.streams.look(ctx, p.stream)
	if err != nil {
		return written{}, err
	}
	described, err := s.streams.look(ctx, original)
	switch {
	case err != nil:
		return written{}, err
	case len(p.events) == 0:
		return s.check(ctx, p, own)
	case own.Tombstoned:
		return written{}, streamDeleted(p.stream)
	}
	result, err := s.append(ctx, p, own)
	if err != nil || !described.SoftDeleted {
		return result, err
	}
	return result, s.keepHidden(context.WithoutCancel(ctx), original)
}

// keepHidden sees that a stream shows none of the events it has.
func (s *Server) keepHidden(ctx context.Context, stream eventstore.Stream) error {
	for range attempts {
		end, err := s.readMetadata(ctx, stream)
		if err != nil {
			return err
		}
		state, err := s.streams.look(ctx, stream)
		if err != nil {
			return err
		}
		last, err := s.last(ctx, stream)
		if err != nil || state.Metadata.TruncateBefore > last {
			return err
		}
		if _, err := s.truncateBefore(ctx, stream, end, last+1); !errors.Is(err, errMetadataChanged) {
			return err
		}
	}
	return serverBusy()
}
