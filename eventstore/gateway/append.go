package gateway

import (
	"errors"
	"io"
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"

	"guishu/eventstore"
)

// streamsService appends, reads and deletes.
type streamsService struct {
	streams.UnimplementedStreamsServer
	*Server
}

// Append takes one append as a stream of messages: where to, then the events.
// A stream that is not where it was expected is an answer, not a failure.
func (s *streamsService) Append(stream streams.Streams_AppendServer) error {
	request := receiving{server: s.Server}
	defer request.release()
	if err := s.receiveAppend(stream, &request); err != nil {
		request.release()
		drain(stream)
		return err
	}
	result, err := s.write(stream.Context(), request.proposal)
	var wrong *eventstore.WrongRevisionError
	if errors.As(err, &wrong) {
		return stream.SendAndClose(&streams.AppendResp{Result: &streams.AppendResp_WrongExpectedVersion_{
			WrongExpectedVersion: wrongVersionOf(wrong),
		}})
	}
	if err != nil {
		return err
	}
	return stream.SendAndClose(&streams.AppendResp{Result: &streams.AppendResp_Success_{Success: successOf(result)}})
}

func (s *streamsService) receiveAppend(stream streams.Streams_AppendServer, request *receiving) error {
	var message appendMessage
	err := stream.RecvMsg(&message)
	if errors.Is(err, io.EOF) || err == nil && message.kind != optionsMessage {
		return invalidArgument("an append begins with its options")
	}
	if err != nil {
		return err
	}
	if request.stream, err = parseStreamName(message.options.stream); err != nil {
		return err
	}
	if request.expected, err = message.options.expectation(); err != nil {
		return err
	}
	if err := s.may(stream.Context(), writeStream, request.stream); err != nil {
		return err
	}
	for {
		err := stream.RecvMsg(&message)
		if errors.Is(err, io.EOF) {
			return request.complete()
		}
		if err != nil {
			return err
		}
		if message.kind != eventMessage {
			return invalidArgument("an append's options are followed by its events only")
		}
		if err := request.add(message.event); err != nil {
			return err
		}
	}
}

// expectationOf reads the revision that a request expects a stream at. Delete
// and Tombstone each have types of their own for the same four words.
func expectationOf(given any) (eventstore.Expectation, error) {
	switch expected := given.(type) {
	case *streams.DeleteReq_Options_Revision:
		return parseRevision(expected.Revision)
	case *streams.TombstoneReq_Options_Revision:
		return parseRevision(expected.Revision)
	case *streams.DeleteReq_Options_NoStream, *streams.TombstoneReq_Options_NoStream:
		return eventstore.NoStream, nil
	case *streams.DeleteReq_Options_Any, *streams.TombstoneReq_Options_Any:
		return eventstore.AnyRevision, nil
	case *streams.DeleteReq_Options_StreamExists, *streams.TombstoneReq_Options_StreamExists:
		return eventstore.StreamExists, nil
	}
	return 0, errNoExpectation
}

// drainedMessages is how many messages of a refused call are still taken in, so
// that its client comes to read why.
const drainedMessages = 10_000

// drain takes in what a client is still sending.
func drain(stream grpc.ServerStream) {
	var message appendMessage
	for range drainedMessages {
		if stream.RecvMsg(&message) != nil {
			return
		}
	}
}

func successOf(result written) *streams.AppendResp_Success {
	success := &streams.AppendResp_Success{}
	if result.last == eventstore.NoRevision {
		success.CurrentRevisionOption = &streams.AppendResp_Success_NoStream{NoStream: &shared.Empty{}}
	} else {
		success.CurrentRevisionOption = &streams.AppendResp_Success_CurrentRevision{CurrentRevision: uint64(result.last)}
	}
	if result.position == 0 {
		success.PositionOption = &streams.AppendResp_Success_NoPosition{NoPosition: &shared.Empty{}}
		return success
	}
	success.PositionOption = &streams.AppendResp_Success_Position{Position: &streams.AppendResp_Position{
		CommitPosition: uint64(result.position), PreparePosition: uint64(result.position),
	}}
	return success
}

// wrongVersionOf says where a stream is, once in the words of version 20.6 and
// once in those since.
func wrongVersionOf(wrong *eventstore.WrongRevisionError) *streams.AppendResp_WrongExpectedVersion {
	answer := &streams.AppendResp_WrongExpectedVersion{}
	if wrong.Actual == eventstore.NoRevision {
		answer.CurrentRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_NoStream_20_6_0{NoStream_20_6_0: &shared.Empty{}}
		answer.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentNoStream{CurrentNoStream: &shared.Empty{}}
	} else {
		answer.CurrentRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_CurrentRevision_20_6_0{CurrentRevision_20_6_0: uint64(wrong.Actual)}
		answer.CurrentRevisionOption = &streams.AppendResp_WrongExpectedVersion_CurrentRevision{CurrentRevision: uint64(wrong.Actual)}
	}
	switch wrong.Expected {
	case eventstore.AnyRevision:
		answer.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_Any_20_6_0{Any_20_6_0: &shared.Empty{}}
		answer.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedAny{ExpectedAny: &shared.Empty{}}
	case eventstore.StreamExists:
		answer.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_StreamExists_20_6_0{StreamExists_20_6_0: &shared.Empty{}}
		answer.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: &shared.Empty{}}
	case eventstore.NoStream:
		answer.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision_20_6_0{ExpectedRevision_20_6_0: math.MaxUint64}
		answer.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: &shared.Empty{}}
	default:
		answer.ExpectedRevisionOption_20_6_0 = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision_20_6_0{ExpectedRevision_20_6_0: uint64(wrong.Expected)}
		answer.ExpectedRevisionOption = &streams.AppendResp_WrongExpectedVersion_ExpectedRevision{ExpectedRevision: uint64(wrong.Expected)}
	}
	return answer
}
