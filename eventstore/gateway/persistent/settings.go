package persistent

import (
	"math"
	"time"

	"guishu/eventstore"
)

// Strategy says which consumer of a group gets an event. The names are those of
// the EventStoreDB protocol.
type Strategy string

// The strategies.
const (
	RoundRobin          Strategy = "RoundRobin"          // each in turn
	DispatchToSingle    Strategy = "DispatchToSingle"    // the first that has room
	Pinned              Strategy = "Pinned"              // always the same for a stream
	PinnedByCorrelation Strategy = "PinnedByCorrelation" // always the same for a correlation id
)

// Start is where a subscription without a checkpoint begins: at Place,
// inclusive, or at the end of its source.
type Start struct {
	End   bool
	Place Place
}

// Settings are what a subscription is created with.
type Settings struct {
	Start           Start
	Filter          Filter // only on All
	ResolveLinks    bool
	ExtraStatistics bool
	Strategy        Strategy

	MessageTimeout time.Duration // until an event is handed out again; 0: never
	MaxRetries     int           // before an event is parked
	MaxSubscribers int           // consumers at once; 0: any number

	CheckpointAfter time.Duration // at most this often, with fewer than MaxCheckpoint events
	MinCheckpoint   int           // events processed before a checkpoint may be written
	MaxCheckpoint   int           // events processed that force one

	LiveBuffer    int
	ReadBatch     int
	HistoryBuffer int // events read ahead of the consumers
}

// Limits of what one subscription keeps in memory, whatever its settings say.
const (
	maxAhead   = 10_000   // events read ahead
	maxSlots   = 10_000   // events handed to one consumer and not acknowledged
	maxBytes   = 16 << 20 // of events in memory, beyond which none is read ahead
	maxParking = 1_000    // events waiting to be parked, beyond which none is handed out
)

// validate gives an *InvalidError when s makes no sense for a source.
func (s *Settings) validate(source eventstore.Stream) error {
	switch s.Strategy {
	case RoundRobin, DispatchToSingle, Pinned, PinnedByCorrelation:
	default:
		return invalid("Consumer strategy %s does not exist.", truncated(string(s.Strategy), 100))
	}
	for _, number := range []struct {
		what  string
		value int
	}{
		{"max retry count", s.MaxRetries}, {"max subscriber count", s.MaxSubscribers},
		{"min checkpoint count", s.MinCheckpoint}, {"max checkpoint count", s.MaxCheckpoint},
		{"live buffer size", s.LiveBuffer}, {"read batch size", s.ReadBatch},
		{"history buffer size", s.HistoryBuffer},
	} {
		if number.value < 0 || number.value > math.MaxInt32 {
			return invalid("the %s %d means nothing", number.what, number.value)
		}
	}
	if s.MessageTimeout < 0 || s.CheckpointAfter < 0 {
		return invalid("a time is never below zero")
	}
	if s.MessageTimeout.Milliseconds() > math.MaxInt32 || s.CheckpointAfter.Milliseconds() > math.MaxInt32 {
		return invalid("a time is longer than %d ms", math.MaxInt32)
	}
	if !s.Start.End && s.Start.Place < 0 {
		return invalid("a subscription cannot start at %d", s.Start.Place)
	}
	if source != All && !s.Filter.IsZero() {
		return invalid("only a subscription to $all can have a filter")
	}
	return s.Filter.compile()
}

// ahead is how many events are read before consumers ask for them.
func (s *Settings) ahead() int {
	wanted := max(s.HistoryBuffer, s.LiveBuffer)
	if wanted == 0 {
		wanted = 500
	}
	return min(wanted, maxAhead)
}

func truncated(text string, bytes int) string {
	if len(text) <= bytes {
		return text
	}
	return text[:bytes]
}
