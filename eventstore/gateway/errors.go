package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway/expression"
)

// exception is a failure as EventStoreDB's clients know it: a status, and in
// its trailers the exception's name and what belongs to it. Handlers return it
// like any error; the interceptors put it on the wire.
type exception struct {
	code     codes.Code
	name     string // the trailer "exception"; empty for none
	message  string
	trailers []string // further ones: key, value, key, value …

	about eventstore.Stream // the stream that is deleted
	limit int               // the limit that was exceeded
}

func (e *exception) Error() string { return e.message }

// GRPCStatus lets the status package understand an exception.
func (e *exception) GRPCStatus() *status.Status { return status.New(e.code, e.message) }

// trailer is what goes with the status.
func (e *exception) trailer() metadata.MD {
	if e.name == "" {
		return nil
	}
	pairs := []string{"exception", e.name}
	for i, text := range e.trailers {
		if i%2 == 1 {
			text = visible(text)
		}
		pairs = append(pairs, text)
	}
	return metadata.Pairs(pairs...)
}

// visible is a text as trailers can carry it: what is not visible ASCII is
// percent-encoded, so that a stream's name in Chinese arrives too.
func visible(text string) string {
	if strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var encoded strings.Builder
	for i := range len(text) {
		if unprintable(rune(text[i])) {
			fmt.Fprintf(&encoded, "%%%02X", text[i])
			continue
		}
		encoded.WriteByte(text[i])
	}
	return encoded.String()
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

// errClosing ends what would go on for ever when the server closes.
var errClosing = &exception{code: codes.Unavailable, message: "the server is shutting down"}

func accessDenied() *exception {
	return &exception{code: codes.PermissionDenied, name: "access-denied", message: "Access Denied"}
}

func unauthenticated() *exception {
	return &exception{code: codes.Unauthenticated, message: "Unauthenticated"}
}

func rightsChanged() *exception {
	return &exception{code: codes.Unavailable, message: "the caller may do more or less than when the call began, call again"}
}

func signInUnavailable() *exception {
	return &exception{code: codes.Unavailable, message: "sign-ins cannot be checked at the moment, try again later"}
}

func streamDeleted(stream eventstore.Stream) *exception {
	return &exception{
		code: codes.FailedPrecondition, name: "stream-deleted", message: fmt.Sprintf("Event stream '%s' is deleted.", stream),
		trailers: []string{"stream-name", string(stream)}, about: stream,
	}
}

// wrongExpectedVersion is how Delete and Tombstone say that a stream is not
// where it was expected. Appends say it in their response.
func wrongExpectedVersion(stream eventstore.Stream, expected eventstore.Expectation, actual eventstore.Revision) *exception {
	return &exception{
		code: codes.FailedPrecondition, name: "wrong-expected-version",
		message: fmt.Sprintf("Delete failed due to WrongExpectedVersion. Stream: %s, Expected version: %d, Actual version: %d", stream, expected, actual),
		trailers: []string{
			"stream-name", string(stream),
			"expected-version", strconv.FormatInt(int64(expected), 10),
			"actual-version", strconv.FormatInt(int64(actual), 10),
		},
	}
}

func maximumAppendSizeExceeded(limit int) *exception {
	return &exception{
		code: codes.InvalidArgument, name: "maximum-append-size-exceeded",
		message:  fmt.Sprintf("Maximum Append Size of %d Exceeded.", limit),
		trailers: []string{"maximum-append-size", strconv.Itoa(limit)}, limit: limit,
	}
}

func maximumAppendEventSizeExceeded(id string, size, limit int) *exception {
	return &exception{
		code: codes.InvalidArgument, name: "maximum-append-event-size-exceeded",
		message: fmt.Sprintf("Maximum Append Event Size of %d Exceeded: the event %s has %d bytes.", limit, id, size),
		trailers: []string{
			"event-id", id, "proposed-event-size", strconv.Itoa(size), "maximum-append-event-size", strconv.Itoa(limit),
		},
		limit: limit,
	}
}

func missingMetadataProperty(name string) *exception {
	return &exception{
		code: codes.InvalidArgument, name: "missing-required-metadata-property",
		message:  fmt.Sprintf("Required Metadata Property '%s' is missing", name),
		trailers: []string{"required-metadata-properties", "type,content-type"},
	}
}

func invalidArgument(format string, arguments ...any) *exception {
	return &exception{code: codes.InvalidArgument, message: fmt.Sprintf(format, arguments...)}
}

// invalidName refuses a name that no store can hold although EventStoreDB would
// (G-21), in a form that clients show as it is.
func invalidName(format string, arguments ...any) *exception {
	refused := invalidArgument(format, arguments...)
	refused.name = "invalid-argument"
	return refused
}

func serverBusy() *exception {
	return &exception{code: codes.Unavailable, message: "the server is too busy, try again later"}
}

func timedOut() *exception {
	return &exception{code: codes.Aborted, message: "Operation timed out: the outcome is not known, repeating it with the same event ids is safe"}
}

// gaveUp says that an append was not received in time. Unlike timedOut, it is
// known that nothing came of it.
func gaveUp() *exception {
	return &exception{code: codes.Aborted, message: "Operation timed out: the append did not come in time and was given up, nothing was written"}
}

func outOfScope(what string) *exception {
	return &exception{code: codes.Unimplemented, message: what + " is not part of this server: it appends, reads, deletes and subscribes"}
}

// unknownMethod answers for services that this server does not have.
func unknownMethod(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	return outOfScope(serviceOf(method))
}

// asException gives every error its place in the protocol. What is not for the
// caller's eyes is only logged.
func asException(err error, log *slog.Logger) error {
	var known *exception
	if errors.As(err, &known) {
		return known
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	var invalid *eventstore.InvalidAppendError
	var slow *expression.SlowError
	var unknown *eventstore.UnknownOutcomeError
	var wrong *eventstore.WrongRevisionError
	switch {
	case errors.As(err, &invalid):
		return invalidArgument("%s", invalid.Reason)
	case errors.As(err, &slow):
		return invalidArgument("%v", slow)
	case errors.As(err, &wrong):
		return wrongExpectedVersion(wrong.Stream, wrong.Expected, wrong.Actual)
	case errors.As(err, &unknown):
		return timedOut()
	case errors.Is(err, eventstore.ErrClosed):
		return errClosing
	case errors.Is(err, context.Canceled):
		return &exception{code: codes.Canceled, message: "the call was cancelled"}
	case errors.Is(err, context.DeadlineExceeded):
		return &exception{code: codes.DeadlineExceeded, message: "the call's time is up"}
	}
	log.Error("an EventStoreDB client's call failed", "error", err)
	return &exception{code: codes.Internal, message: "the server failed; its log says why"}
}
