package esdb

import (
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
)

// UnreachableError says that no server answered for as long as it was waited
// for.
type UnreachableError struct {
	Addresses string
	Err       error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("event store: EventStoreDB at %s cannot be reached: %s", e.Addresses, eventstore.Said(e.Err))
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// NothingWritten says that of an append which failed with this error nothing is
// there or will ever be.
func (*UnreachableError) NothingWritten() bool { return true }

// RefusedError says that the server does not let this user do what was asked,
// or cannot do it at all.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string {
	return "event store: EventStoreDB refuses: " + eventstore.Said(e.Err)
}

func (e *RefusedError) Unwrap() error { return e.Err }

// NothingWritten is as for an UnreachableError.
func (*RefusedError) NothingWritten() bool { return true }

// ServerError says that a server answers a read, with an error of its own that tells
// nothing of what was asked. It is there: the read is not tried again (E-09).
type ServerError struct{ Err error }

func (e *ServerError) Error() string {
	return "event store: EventStoreDB has failed: " + eventstore.Said(e.Err)
}

func (e *ServerError) Unwrap() error { return e.Err }

// NothingWritten is as for an UnreachableError.
func (*ServerError) NothingWritten() bool { return true }

// unwelcome says that what answers over a new connection is not used.
func unwelcome(err error) bool {
	var not *eventstore.UnwelcomeError
	return errors.As(err, &not)
}

// ownError says whether an error was made by a server, and not by its absence.
func ownError(err error) bool {
	var remote interface{ GRPCStatus() *status.Status }
	return errors.As(err, &remote) && remote.GRPCStatus().Code() == codes.Unknown
}

// NotLeaderError says that the server which was named does not lead its cluster, and
// did not for as long as it was waited for. What it holds may lag behind what was
// written: nothing is read from it.
type NotLeaderError struct{ Addresses string }

func (e *NotLeaderError) Error() string {
	return fmt.Sprintf("event store: EventStoreDB at %s does not lead its cluster: name the cluster, with esdb+discover:// or with all its members, so that the leader is found", e.Addresses)
}

// NothingWritten is as for an UnreachableError.
func (*NotLeaderError) NothingWritten() bool { return true }

// withoutCode is an error without the official client's own words around it, which are
// about a number that nobody knows.
func withoutCode(err error) error {
	if own, is := err.(*esdb.Error); is && own.Unwrap() != nil {
		return own.Unwrap()
	}
	return err
}

// ServerTooOldError says that a server lacks what the store needs of it: 23.10
// was the first to say when a subscription has caught up.
type ServerTooOldError struct{ Major, Minor int }

func (e *ServerTooOldError) Error() string {
	return fmt.Sprintf("event store: EventStoreDB %d.%d is too old, 23.10 or later is needed", e.Major, e.Minor)
}

// VersionError says that the official client cannot read what a server says of its
// version: it knows numbers only, and those of servers before their release are none.
type VersionError struct{ Version string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("event store: EventStoreDB says that its version is %s, which its official client cannot read: use a version that was released, 23.10 or later", e.Version)
}

// DeletedStreamError says that a stream was deleted for good: nothing can ever
// be appended to it.
type DeletedStreamError struct{ Stream eventstore.Stream }

func (e *DeletedStreamError) Error() string {
	return fmt.Sprintf("event store: stream %s has been deleted for good", e.Stream)
}

// NothingWritten is as for an UnreachableError.
func (*DeletedStreamError) NothingWritten() bool { return true }

// verdict is what an error of the client means.
type verdict int

const (
	// passing: the connection or the server is away, or nobody knows. What was
	// sent may or may not have taken effect.
	passing verdict = iota
	// refused: the server said no. Nothing was done, asking again is no use.
	refused
	// senseless: the server cannot do anything with what it was sent.
	senseless
	// unexpected: the stream was not at the revision expected.
	unexpected
	// missing: there is no such stream.
	missing
	// deleted: the stream was deleted.
	deleted
	// elsewhere: another server of the cluster has to be asked.
	elsewhere
)

// judge reads an error of the client. It wraps most of them in its own type;
// what it has no code for, such as a connection that died while an append was
// being sent (io.EOF), and the errors of running subscriptions come bare.
func judge(err error) verdict {
	var tooOld *ServerTooOldError
	var strange *VersionError
	if errors.As(err, &tooOld) || errors.As(err, &strange) || unwelcome(err) {
		return refused
	}
	var answer *batchError
	if errors.As(err, &answer) {
		return answer.what
	}
	var own *esdb.Error
	if errors.As(err, &own) {
		switch own.Code() {
		case esdb.ErrorCodeWrongExpectedVersion:
			return unexpected
		case esdb.ErrorCodeStreamDeleted:
			return deleted
		case esdb.ErrorCodeResourceNotFound:
			return missing
		case esdb.ErrorCodeNotLeader:
			return elsewhere
		case esdb.ErrorCodeAccessDenied, esdb.ErrorCodeUnauthenticated, esdb.ErrorCodeUnsupportedFeature:
			return refused
		}
	}
	var remote interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &remote) {
		return passing
	}
	switch remote.GRPCStatus().Code() {
	case codes.PermissionDenied, codes.Unauthenticated, codes.Unimplemented:
		return refused
	case codes.InvalidArgument, codes.ResourceExhausted, codes.OutOfRange:
		return senseless
	case codes.FailedPrecondition:
		return deleted
	}
	return passing
}
