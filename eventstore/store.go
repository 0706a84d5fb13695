// Package eventstore is the port through which the ledger is written and
// read: append with an expectation, read a stream, read everything, subscribe.
// Stores live in sub-packages (postgres, esdb); storetest is the contract that
// every one of them passes. The registry and codec beside it turn typed events
// into stored bytes and back.
//
// The port knows nothing of customers or commissions and imports nothing of
// ours.
package eventstore

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Position is an event's place in the order of the whole store, the only
// meaning of "earlier" in a rule of priority (design §4). The first event has a
// position above zero; zero stands before the first.
type Position int64

// Revision is an event's place in its stream: 0, 1, 2 … without a hole.
type Revision int64

// NoRevision is the revision of a stream that has no event.
const NoRevision Revision = -1

// Stream names a stream. A name never holds personal data: it is a category and
// an opaque id, such as "customer-0192…".
type Stream string

// Expectation is what a stream's last revision must be for an append to take
// effect: AtRevision(n), NoStream, StreamExists or AnyRevision.
type Expectation int64

// The expectations that name no revision. Their values are those of the
// EventStoreDB protocol.
const (
	NoStream     Expectation = -1 // the stream has no event yet
	AnyRevision  Expectation = -2 // whatever the stream holds
	StreamExists Expectation = -4 // the stream has at least one event
)

// AtRevision expects r to be the last revision. AtRevision(NoRevision) is
// NoStream, so a folded state's revision can be passed on as it is.
func AtRevision(r Revision) Expectation { return Expectation(r) }

// IDScope says where an event id must be new for an append to be a new append.
// Ids are looked for among those appended in the same scope: whoever appends to
// a stream in one scope keeps to it.
type IDScope int

const (
	// InStream: an id is known if its stream holds it (EventStoreDB's meaning).
	InStream IDScope = iota
	// InStore: an id is known if any stream holds it. Commands use it, so that
	// one idempotency key can never take effect on two streams.
	InStore
)

// NewEvent is an event on its way into the store. Data and metadata are kept as
// the exact bytes given.
type NewEvent struct {
	ID       uuid.UUID
	Type     string
	Data     []byte
	Metadata []byte
	Binary   bool // Data is not JSON: a hint to whoever shows it, nothing is checked
}

// Append is one atomic write of one or more events to one stream.
type Append struct {
	Stream   Stream
	Expected Expectation
	Scope    IDScope
	Events   []NewEvent
}

// Appended tells where an append's events stand.
type Appended struct {
	First    Revision // of the first event
	Last     Revision // of the last event
	Position Position // of the last event
	// Repeated is true when the store already held exactly these event ids on
	// this stream: nothing was written, and the places are the original ones.
	Repeated bool
}

// Event is an event as the store holds it. Its slices belong to the receiver.
type Event struct {
	Position   Position
	Stream     Stream
	Revision   Revision
	ID         uuid.UUID
	Type       string
	RecordedAt time.Time // the store's clock, UTC, microseconds; never used for order
	Data       []byte
	Metadata   []byte
	Binary     bool // Data was declared not to be JSON
}

// Filter keeps some events of a read or subscription over everything. At most
// one of its fields may be set; the zero Filter keeps all.
type Filter struct {
	Types          []string // exact event types
	StreamPrefixes []string // streams whose name begins with one of these
}

// StreamQuery asks for events of one stream. Forwards it starts at From
// (inclusive); backwards at From too, or at the stream's end when From is
// NoRevision.
type StreamQuery struct {
	Stream    Stream
	From      Revision
	Backwards bool
	Limit     int // 0: no limit
}

// AllQuery asks for events of the whole store in its order. Forwards it gives
// those after the position After; backwards those before Before, or from the
// end when Before is 0.
type AllQuery struct {
	After     Position
	Before    Position
	Backwards bool
	Filter    Filter
	Limit     int // events given, 0: no limit
}

// DeliveryKind tells what a subscription delivers.
type DeliveryKind int

const (
	// EventDelivered carries the next event.
	EventDelivered DeliveryKind = iota
	// CaughtUp says that every event up to Position has been delivered or
	// filtered out and the live tail begins. It is given at least once, and
	// again whenever a subscription that fell behind reaches the tail again.
	CaughtUp
	// Checkpoint says, on a filtered subscription, that everything up to
	// Position has been examined, so that a resume need not look at it again.
	Checkpoint
)

// Delivery is one step of a subscription.
type Delivery struct {
	Kind     DeliveryKind
	Position Position // of the event, or examined so far
	Event    Event    // set when Kind is EventDelivered
}

// Store is an append-only store of events. Reads and subscriptions are lazy,
// hold no more than a bounded batch in memory, stop when their context ends or
// the caller breaks off, and yield an error at most once, as their last step.
// All methods may be called concurrently.
type Store interface {
	// Append writes a's events at the end of its stream if a.Expected holds and
	// returns once they are durable.
	//
	// It is idempotent for ever: the same ids in the same order on the same
	// stream return the original result with Repeated set, whatever a.Expected
	// says. Errors: *WrongRevisionError when the expectation does not hold,
	// *IDConflictError when only some of the ids are known or an id stands
	// elsewhere, *InvalidAppendError when a makes no sense, *UnknownOutcomeError
	// when the connection was lost and the outcome could not be read back; the
	// context's error only when nothing of a will ever be written.
	Append(ctx context.Context, a Append) (Appended, error)

	// ReadStream yields a stream's events. A stream that does not exist yields
	// none.
	ReadStream(ctx context.Context, q StreamQuery) iter.Seq2[Event, error]

	// ReadAll yields the events of all streams in the store's order, as of the
	// moment the last page was read. Where positions are contiguous, a read or
	// subscription of everything without a filter ends with *GapError at a hole.
	ReadAll(ctx context.Context, q AllQuery) iter.Seq2[Event, error]

	// SubscribeStream yields a stream's events after the revision after
	// (exclusive; NoRevision for all), then CaughtUp, then new ones as they
	// come, without end.
	SubscribeStream(ctx context.Context, stream Stream, after Revision) iter.Seq2[Delivery, error]

	// SubscribeAll does the same for all streams after the position after
	// (exclusive), in the store's order.
	SubscribeAll(ctx context.Context, after Position, filter Filter) iter.Seq2[Delivery, error]

	// LastPosition is the position of the newest event, 0 when there is none.
	LastPosition(ctx context.Context) (Position, error)

	// Contiguous says whether positions are 1, 2, 3 … without a hole, so that a
	// reader may assert it.
	Contiguous() bool

	// Close stops subscriptions, lets accepted appends finish and frees what the
	// store holds.
	Close() error
}

// IDFinder is what a Store offers that can find an event by its id alone, among
// those appended with Scope InStore.
type IDFinder interface {
	FindID(ctx context.Context, id uuid.UUID) (Event, bool, error)
}

// ScopeTeller is what a Store offers that can tell in which scope ids were
// appended, as whoever copies a ledger must know.
type ScopeTeller interface {
	// Scopes gives, for each of events that were read from this store, the scope
	// in which its id was appended.
	Scopes(ctx context.Context, events []Event) ([]IDScope, error)
}
