package gateway

import (
	"errors"
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"

	"guishu/eventstore"
	"guishu/eventstore/gateway/expression"
)

// readRequest is a ReadReq that makes sense.
type readRequest struct {
	source        eventstore.Stream // allStream for everything
	from          startingPoint
	backwards     bool
	subscription  bool
	count         uint64 // of a read
	resolveLinks  bool
	textIDs       bool
	compatibility uint32
	filter        *eventFilter // nil for all events
	interval      int64        // of a subscription's checkpoints, in events examined
}

func (r *readRequest) all() bool { return r.source == allStream }

// limit is the count as the Store takes it: 0 for no limit.
func (r *readRequest) limit() int {
	if r.count > math.MaxInt32 {
		return 0
	}
	return int(r.count)
}

// startingPoint is where reading starts: a place at or before the first event,
// one after the last, or one between.
type startingPoint struct {
	kind pointKind
	at   int64 // a revision or a position
	// between is true when the place lies before the event at this position
	// although the number is the event's.
	between bool
}

// lastPlace is a revision and a position that no event reaches, with room to
// count on.
const lastPlace = 1 << 62

type pointKind int

const (
	fromStart pointKind = iota
	fromEnd
	fromPlace
)

// parseRead reads a request to read or to subscribe. Errors: invalid argument
// with what is wrong.
func parseRead(request *streams.ReadReq) (*readRequest, error) {
	options := request.GetOptions()
	if options == nil {
		return nil, invalidArgument("the options are missing")
	}
	if options.GetUuidOption() == nil {
		return nil, invalidArgument("the option that says how ids are written is missing")
	}
	r := &readRequest{
		resolveLinks:  options.GetResolveLinks(),
		compatibility: options.GetControlOption().GetCompatibility(),
	}
	_, r.textIDs = options.GetUuidOption().GetContent().(*streams.ReadReq_Options_UUIDOption_String_)
	for _, parse := range []func(*streams.ReadReq_Options) error{r.parseSource, r.parseCount, r.parseFilter} {
		if err := parse(options); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *readRequest) parseSource(options *streams.ReadReq_Options) (err error) {
	switch source := options.GetStreamOption().(type) {
	case *streams.ReadReq_Options_Stream:
		if r.source, err = parseStream(source.Stream.GetStreamIdentifier()); err != nil {
			return err
		}
		if r.all() {
			return invalidArgument("'%s' is read with the option for all streams", allStream)
		}
		r.from, err = parseRevisionOption(source.Stream)
	case *streams.ReadReq_Options_All:
		r.source = allStream
		r.from, err = parseAllOption(source.All)
	default:
		return invalidArgument("the option that says what to read is missing")
	}
	return err
}

func parseRevisionOption(options *streams.ReadReq_Options_StreamOptions) (startingPoint, error) {
	switch from := options.GetRevisionOption().(type) {
	case *streams.ReadReq_Options_StreamOptions_Start:
		return startingPoint{kind: fromStart}, nil
	case *streams.ReadReq_Options_StreamOptions_End:
		return startingPoint{kind: fromEnd}, nil
	case *streams.ReadReq_Options_StreamOptions_Revision:
		if from.Revision == math.MaxUint64 {
			return startingPoint{kind: fromEnd}, nil
		}
		if from.Revision > math.MaxInt64 {
			return startingPoint{}, invalidArgument("the revision %d is out of range", from.Revision)
		}
		return startingPoint{kind: fromPlace, at: int64(min(from.Revision, lastPlace))}, nil
	}
	return startingPoint{}, invalidArgument("the option that says where to start is missing")
}

func parseAllOption(options *streams.ReadReq_Options_AllOptions) (startingPoint, error) {
	switch from := options.GetAllOption().(type) {
	case *streams.ReadReq_Options_AllOptions_Start:
		return startingPoint{kind: fromStart}, nil
	case *streams.ReadReq_Options_AllOptions_End:
		return startingPoint{kind: fromEnd}, nil
	case *streams.ReadReq_Options_AllOptions_Position:
		return parsePosition(from.Position.GetCommitPosition(), from.Position.GetPreparePosition())
	}
	return startingPoint{}, invalidArgument("the option that says where to start is missing")
}

// parsePosition reads a position of two parts. This server's are always equal;
// another's, whose second part is smaller, lie before the event.
func parsePosition(commit, prepare uint64) (startingPoint, error) {
	if commit == math.MaxUint64 && prepare == math.MaxUint64 {
		return startingPoint{kind: fromEnd}, nil
	}
	if commit > math.MaxInt64 || prepare > commit {
		return startingPoint{}, invalidArgument("the position C:%d/P:%d is impossible", commit, prepare)
	}
	return startingPoint{kind: fromPlace, at: int64(min(commit, lastPlace)), between: prepare < commit}, nil
}

func (r *readRequest) parseCount(options *streams.ReadReq_Options) error {
	direction := options.GetReadDirection()
	r.backwards = direction == streams.ReadReq_Options_Backwards
	if !r.backwards && direction != streams.ReadReq_Options_Forwards {
		return invalidArgument("the direction %d means nothing", direction)
	}
	switch count := options.GetCountOption().(type) {
	case *streams.ReadReq_Options_Count:
		r.count = count.Count
	case *streams.ReadReq_Options_Subscription:
		r.subscription = true
		if r.backwards {
			return invalidArgument("a subscription goes forwards only")
		}
	default:
		return invalidArgument("the option that says how much to read is missing")
	}
	return nil
}

func (r *readRequest) parseFilter(options *streams.ReadReq_Options) error {
	switch filter := options.GetFilterOption().(type) {
	case *streams.ReadReq_Options_NoFilter:
		return nil
	case *streams.ReadReq_Options_Filter:
		if !r.all() {
			return invalidArgument("a filter is for reading all streams")
		}
		return r.useFilter(filter.Filter)
	}
	return invalidArgument("the option that says which events to filter is missing")
}

func (r *readRequest) useFilter(options *streams.ReadReq_Options_FilterOptions) error {
	var given *streams.ReadReq_Options_FilterOptions_Expression
	byStream := false
	switch filter := options.GetFilter().(type) {
	case *streams.ReadReq_Options_FilterOptions_StreamIdentifier:
		given, byStream = filter.StreamIdentifier, true
	case *streams.ReadReq_Options_FilterOptions_EventType:
		given = filter.EventType
	default:
		return invalidArgument("the filter says neither streams nor types")
	}
	window, err := parseWindow(options)
	if err != nil {
		return err
	}
	multiplier := options.GetCheckpointIntervalMultiplier()
	if r.subscription && multiplier == 0 {
		return invalidArgument("the multiplier of the checkpoint interval must be above zero")
	}
	r.interval = min(window, 1<<31) * min(int64(multiplier), 1<<31)
	r.filter, err = newEventFilter(byStream, given.GetRegex(), given.GetPrefix())
	if errors.Is(err, errLargeFilter) {
		return invalidArgument("a filter has %d prefixes at most, or an expression of %d bytes and %d instructions", maxPrefixes, expression.MaxBytes, expression.MaxInstructions)
	}
	if err != nil {
		return invalidArgument("the filter's expression cannot be read: %v", err)
	}
	return nil
}

// defaultWindow is how many events are examined at a time when the client does
// not say.
const defaultWindow = 32

func parseWindow(options *streams.ReadReq_Options_FilterOptions) (int64, error) {
	switch window := options.GetWindow().(type) {
	case *streams.ReadReq_Options_FilterOptions_Count:
		return defaultWindow, nil
	case *streams.ReadReq_Options_FilterOptions_Max:
		if window.Max == 0 {
			return 0, invalidArgument("the filter's window must be above zero")
		}
		return int64(window.Max), nil
	}
	return 0, invalidArgument("the option that says the filter's window is missing")
}
