package gateway

import (
	"context"
	"errors"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"

	"guishu/eventstore"
)

// Delete hides a stream's events; whoever writes it again goes on with its
// revisions. The events stay in the store.
func (s *streamsService) Delete(ctx context.Context, request *streams.DeleteReq) (*streams.DeleteResp, error) {
	options := request.GetOptions()
	position, err := s.deleteBy(ctx, s.deleteSoftly, options.GetStreamIdentifier(), options.GetExpectedStreamRevision())
	if err != nil {
		return nil, err
	}
	return &streams.DeleteResp{PositionOption: &streams.DeleteResp_Position_{Position: &streams.DeleteResp_Position{
		CommitPosition: position, PreparePosition: position,
	}}}, nil
}

// Tombstone ends a stream for ever: it can neither be read nor written again.
func (s *streamsService) Tombstone(ctx context.Context, request *streams.TombstoneReq) (*streams.TombstoneResp, error) {
	options := request.GetOptions()
	position, err := s.deleteBy(ctx, s.tombstone, options.GetStreamIdentifier(), options.GetExpectedStreamRevision())
	if err != nil {
		return nil, err
	}
	return &streams.TombstoneResp{PositionOption: &streams.TombstoneResp_Position_{Position: &streams.TombstoneResp_Position{
		CommitPosition: position, PreparePosition: position,
	}}}, nil
}

// deletion is one of the two ways in which a stream ends. Callers hold its stripe.
type deletion func(context.Context, eventstore.Stream, eventstore.Expectation) (eventstore.Position, error)

// deleteBy ends a stream that may be, in one of the ways, and gives the position
// of the event that says so.
func (s *streamsService) deleteBy(ctx context.Context, way deletion, name *shared.StreamIdentifier, revision any) (uint64, error) {
	stream, expected, err := s.mayDelete(ctx, name, revision)
	if err != nil {
		return 0, err
	}
	stripe := s.streams.stripe(stream)
	stripe.Lock()
	defer stripe.Unlock()
	position, err := way(ctx, stream, expected)
	return uint64(position), err
}

// mayDelete reads what is to be deleted, and refuses where nothing may be.
func (s *streamsService) mayDelete(ctx context.Context, name *shared.StreamIdentifier, revision any) (eventstore.Stream, eventstore.Expectation, error) {
	stream, err := parseStream(name)
	if err != nil {
		return "", 0, err
	}
	expected, err := expectationOf(revision)
	if err != nil {
		return "", 0, err
	}
	if err := s.may(ctx, deleteStream, stream); err != nil {
		return "", 0, err
	}
	if !s.config.Deletable {
		return "", 0, accessDenied()
	}
	if _, isMetastream := originalOf(stream); isMetastream {
		return "", 0, invalidArgument("a stream's metadata is deleted with its stream")
	}
	return stream, expected, nil
}

// deleteSoftly writes metadata that hides every event.
func (s *Server) deleteSoftly(ctx context.Context, stream eventstore.Stream, expected eventstore.Expectation) (eventstore.Position, error) {
	for range attempts {
		position, err := s.tryDelete(ctx, stream, expected)
		if !errors.Is(err, errMetadataChanged) {
			return position, err
		}
	}
	return 0, serverBusy()
}

func (s *Server) tryDelete(ctx context.Context, stream eventstore.Stream, expected eventstore.Expectation) (eventstore.Position, error) {
	end, err := s.readMetadata(ctx, stream)
	if err != nil {
		return 0, err
	}
	last, state, err := s.endable(ctx, stream, expected)
	if err != nil {
		return 0, err
	}
	if last == eventstore.NoRevision && !state.HasMetadata() { // even "any" wants a stream that was written once
		return 0, wrongExpectedVersion(stream, expected, last)
	}
	// Who may do what outlives a deletion; limits do not.
	kept := metastreamEnd{revision: end.revision, document: end.only("$acl")}
	appended, err := s.truncateBefore(ctx, stream, kept, everything)
	return appended.Position, err
}

// endable checks the expectation of a deletion and gives where the stream stands.
func (s *Server) endable(ctx context.Context, stream eventstore.Stream, expected eventstore.Expectation) (eventstore.Revision, streamState, error) {
	state, err := s.streams.look(ctx, stream)
	if err != nil {
		return 0, streamState{}, err
	}
	if state.Tombstoned || state.SoftDeleted && expected == eventstore.StreamExists {
		return 0, streamState{}, streamDeleted(stream)
	}
	last, err := s.last(ctx, stream)
	if err != nil {
		return 0, streamState{}, err
	}
	if !holds(expected, last, state) {
		return 0, streamState{}, wrongExpectedVersion(stream, expected, last)
	}
	return last, state, nil
}

// tombstone appends the event that ends a stream. A stream that was never
// written can be ended too.
func (s *Server) tombstone(ctx context.Context, stream eventstore.Stream, expected eventstore.Expectation) (eventstore.Position, error) {
	last, _, err := s.endable(ctx, stream, expected)
	if err != nil {
		return 0, err
	}
	if expected != eventstore.AnyRevision {
		expected = eventstore.AtRevision(last)
	}
	event := eventstore.NewEvent{ID: uuid.New(), Type: tombstoneType, Binary: true}
	appended, err := s.store.Append(ctx, eventstore.Append{Stream: stream, Expected: expected, Events: []eventstore.NewEvent{event}})
	if err != nil {
		return 0, err
	}
	s.streams.learn(eventstore.Event{Stream: stream, Type: tombstoneType, Revision: appended.Last, Position: appended.Position})
	return appended.Position, nil
}
