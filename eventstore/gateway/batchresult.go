package gateway

import (
	"context"
	"errors"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	rpc "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"

	"guishu/eventstore"
)

func batchSuccess(result written) *streams.BatchAppendResp_Success_ {
	success := &streams.BatchAppendResp_Success{}
	if result.last == eventstore.NoRevision {
		success.CurrentRevisionOption = &streams.BatchAppendResp_Success_NoStream{NoStream: &emptypb.Empty{}}
	} else {
		success.CurrentRevisionOption = &streams.BatchAppendResp_Success_CurrentRevision{CurrentRevision: uint64(result.last)}
	}
	if result.position == 0 {
		success.PositionOption = &streams.BatchAppendResp_Success_NoPosition{NoPosition: &emptypb.Empty{}}
	} else {
		success.PositionOption = &streams.BatchAppendResp_Success_Position{Position: &shared.AllStreamPosition{
			CommitPosition: uint64(result.position), PreparePosition: uint64(result.position),
		}}
	}
	return &streams.BatchAppendResp_Success_{Success: success}
}

// heading begins the answer to an append whose first message this is: clients
// find the append by its correlation id and read where it went, whatever is wrong
// with it (G-01). Nothing else of the message stays in memory with it.
func heading(message *streams.BatchAppendReq) *streams.BatchAppendResp {
	answer := &streams.BatchAppendResp{StreamIdentifier: &shared.StreamIdentifier{
		StreamName: message.GetOptions().GetStreamIdentifier().GetStreamName(),
	}}
	if message.GetCorrelationId().GetValue() != nil {
		answer.CorrelationId = copyOfID(message.GetCorrelationId())
	}
	return answer
}

// copyOfID is an id in the form in which it was given.
func copyOfID(given *shared.UUID) *shared.UUID {
	if text, ok := given.GetValue().(*shared.UUID_String_); ok {
		return &shared.UUID{Value: &shared.UUID_String_{String_: text.String_}}
	}
	return &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{
		MostSignificantBits:  given.GetStructured().GetMostSignificantBits(),
		LeastSignificantBits: given.GetStructured().GetLeastSignificantBits(),
	}}}
}

// batchError is an error within the answers: a status whose message is the name of
// its details, whose type clients look for. err is the error, known what it is in the
// protocol.
func batchError(known, err error) *rpc.Status {
	code, details := batchDetails(known, err)
	answer := &rpc.Status{Code: int32(code), Message: string(details.ProtoReflect().Descriptor().Name())}
	packed, failed := anypb.New(details)
	if failed == nil {
		answer.Details = []*anypb.Any{packed}
	}
	return answer
}

func batchDetails(known, err error) (codes.Code, proto.Message) {
	var wrong *eventstore.WrongRevisionError
	if errors.As(err, &wrong) {
		return codes.AlreadyExists, wrongPositionOf(wrong)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return codes.DeadlineExceeded, &shared.Timeout{}
	}
	var named *exception
	if !errors.As(known, &named) {
		return codes.Unknown, &shared.Unknown{}
	}
	switch {
	case named.name == "stream-deleted":
		return codes.NotFound, &shared.StreamDeleted{StreamIdentifier: &shared.StreamIdentifier{StreamName: []byte(named.about)}}
	case named.name == "access-denied":
		return codes.PermissionDenied, &shared.AccessDenied{}
	case named.name == "maximum-append-size-exceeded" || named.name == "maximum-append-event-size-exceeded":
		return codes.InvalidArgument, &shared.MaximumAppendSizeExceeded{MaxAppendSize: uint32(named.limit)}
	case named.code == codes.InvalidArgument:
		return codes.InvalidArgument, &shared.BadRequest{Message: named.message}
	case named.code == codes.Aborted:
		return codes.DeadlineExceeded, &shared.Timeout{}
	}
	return codes.Unknown, &shared.Unknown{}
}

func wrongPositionOf(wrong *eventstore.WrongRevisionError) *shared.WrongExpectedVersion {
	details := &shared.WrongExpectedVersion{}
	if wrong.Actual == eventstore.NoRevision {
		details.CurrentStreamRevisionOption = &shared.WrongExpectedVersion_CurrentNoStream{CurrentNoStream: &emptypb.Empty{}}
	} else {
		details.CurrentStreamRevisionOption = &shared.WrongExpectedVersion_CurrentStreamRevision{CurrentStreamRevision: uint64(wrong.Actual)}
	}
	switch wrong.Expected {
	case eventstore.AnyRevision:
		details.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedAny{ExpectedAny: &emptypb.Empty{}}
	case eventstore.StreamExists:
		details.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedStreamExists{ExpectedStreamExists: &emptypb.Empty{}}
	case eventstore.NoStream:
		details.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedNoStream{ExpectedNoStream: &emptypb.Empty{}}
	default:
		details.ExpectedStreamPositionOption = &shared.WrongExpectedVersion_ExpectedStreamPosition{ExpectedStreamPosition: uint64(wrong.Expected)}
	}
	return details
}
