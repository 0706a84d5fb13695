//lint:file-ignore SA1019 older clients say it in the deprecated fields

package gateway

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc/codes"

	"guishu/eventstore"
	subscriptions "guishu/eventstore/gateway/persistent"
)

// tick is the unit of the durations of old clients.
const tick = 100 * time.Nanosecond

// errNoStart says that nothing was said of where to start (G-16).
var errNoStart = invalidArgument("the option that says where to start is missing")

// allByName refuses a subscription to $all under the option for one stream, which
// EventStoreDB makes but cannot answer for (G-16).
func allByName(stream *shared.StreamIdentifier) error {
	if eventstore.Stream(stream.GetStreamName()) != allStream {
		return nil
	}
	return &exception{code: codes.Unknown, message: "'$all' is subscribed to with the option for all streams"}
}

// nameOf reads which subscription is meant: to a stream, or to all.
func nameOf(group string, stream *shared.StreamIdentifier, all *shared.Empty) (subscriptions.Name, error) {
	if group == "" {
		return subscriptions.Name{}, invalidArgument("the group's name is missing")
	}
	if all != nil {
		return subscriptions.Name{Source: subscriptions.All, Group: group}, nil
	}
	source, err := parseStream(stream)
	return subscriptions.Name{Source: source, Group: group}, err
}

// listedSource reads whose subscriptions are to be listed; "" for all.
func listedSource(options *persistent.ListReq_Options) (eventstore.Stream, error) {
	if options.GetListAllSubscriptions() != nil {
		return "", nil
	}
	listed := options.GetListForStream()
	if listed.GetAll() != nil {
		return subscriptions.All, nil
	}
	return parseStream(listed.GetStream())
}

// streamStart is where a subscription to a stream is to start. Creation and
// update each have messages of their own for the same.
type streamStart interface {
	GetStreamIdentifier() *shared.StreamIdentifier
	GetRevision() uint64
	GetEnd() *shared.Empty
}

// allStart is where a subscription to all is to start: at the end, where that is
// said, else at a position.
type allStart struct {
	commit, prepare uint64
	end             *shared.Empty
}

// settingsMessage are the settings that creation and update have in common.
type settingsMessage interface {
	GetResolveLinks() bool
	GetExtraStatistics() bool
	GetMaxRetryCount() int32
	GetMinCheckpointCount() int32
	GetMaxCheckpointCount() int32
	GetMaxSubscriberCount() int32
	GetLiveBufferSize() int32
	GetReadBatchSize() int32
	GetHistoryBufferSize() int32
	GetMessageTimeoutTicks() int64
	GetMessageTimeoutMs() int32
	GetCheckpointAfterTicks() int64
	GetCheckpointAfterMs() int32
}

// parseCreation reads a request to make a subscription.
func parseCreation(options *persistent.CreateReq_Options) (subscriptions.Name, subscriptions.Settings, error) {
	if options == nil || options.Settings == nil {
		return subscriptions.Name{}, subscriptions.Settings{}, invalidArgument("the options are missing")
	}
	settings := settingsOf(options.Settings)
	settings.Strategy = strategyNamed(options.Settings.GetConsumerStrategy(), options.Settings.GetNamedConsumerStrategy().String())
	var err error
	switch source := options.StreamOption.(type) {
	case *persistent.CreateReq_Options_All:
		if source.All.GetAllOption() == nil {
			return subscriptions.Name{}, subscriptions.Settings{}, errNoStart
		}
		if settings.Filter, err = persistentFilter(source.All.GetFilter()); err == nil {
			position := source.All.GetPosition()
			settings.Start, err = startOfAll(allStart{
				commit: position.GetCommitPosition(), prepare: position.GetPreparePosition(), end: source.All.GetEnd(),
			})
		}
		return subscriptions.Name{Source: subscriptions.All, Group: options.GroupName}, settings, err
	case *persistent.CreateReq_Options_Stream:
		if source.Stream.GetRevisionOption() == nil {
			return subscriptions.Name{}, subscriptions.Settings{}, errNoStart
		}
		settings.Start, err = startOfStream(source.Stream)
		if err = errors.Join(err, allByName(source.Stream.GetStreamIdentifier())); err != nil {
			return subscriptions.Name{}, subscriptions.Settings{}, err
		}
		name, err := nameOf(options.GroupName, source.Stream.GetStreamIdentifier(), nil)
		return name, settings, err
	}
	settings.Start, err = startAtRevision(options.Settings.GetRevision())
	if err != nil {
		return subscriptions.Name{}, subscriptions.Settings{}, err
	}
	name, err := nameOf(options.GroupName, options.GetStreamIdentifier(), nil)
	return name, settings, err
}

// parseUpdate reads a request to change a subscription. What a request cannot
// say, its filter, stays as it is.
func parseUpdate(options *persistent.UpdateReq_Options) (subscriptions.Name, func(subscriptions.Settings) subscriptions.Settings, error) {
	if options == nil || options.Settings == nil {
		return subscriptions.Name{}, nil, invalidArgument("the options are missing")
	}
	settings := settingsOf(options.Settings)
	settings.Strategy = strategyNamed("", options.Settings.GetNamedConsumerStrategy().String())
	var (
		name subscriptions.Name
		err  error
	)
	switch source := options.StreamOption.(type) {
	case *persistent.UpdateReq_Options_All:
		if source.All.GetAllOption() == nil {
			return subscriptions.Name{}, nil, errNoStart
		}
		position := source.All.GetPosition()
		settings.Start, err = startOfAll(allStart{
			commit: position.GetCommitPosition(), prepare: position.GetPreparePosition(), end: source.All.GetEnd(),
		})
		name = subscriptions.Name{Source: subscriptions.All, Group: options.GroupName}
	case *persistent.UpdateReq_Options_Stream:
		if source.Stream.GetRevisionOption() == nil {
			return subscriptions.Name{}, nil, errNoStart
		}
		if err := allByName(source.Stream.GetStreamIdentifier()); err != nil {
			return subscriptions.Name{}, nil, err
		}
		if settings.Start, err = startOfStream(source.Stream); err == nil {
			name, err = nameOf(options.GroupName, source.Stream.GetStreamIdentifier(), nil)
		}
	default:
		if settings.Start, err = startAtRevision(options.Settings.GetRevision()); err == nil {
			name, err = nameOf(options.GroupName, options.GetStreamIdentifier(), nil)
		}
	}
	return name, func(old subscriptions.Settings) subscriptions.Settings {
		changed := settings
		changed.Filter = old.Filter
		return changed
	}, err
}

func settingsOf(given settingsMessage) subscriptions.Settings {
	return subscriptions.Settings{
		ResolveLinks: given.GetResolveLinks(), ExtraStatistics: given.GetExtraStatistics(),
		MaxRetries: int(given.GetMaxRetryCount()), MaxSubscribers: int(given.GetMaxSubscriberCount()),
		MinCheckpoint: int(given.GetMinCheckpointCount()), MaxCheckpoint: int(given.GetMaxCheckpointCount()),
		LiveBuffer: int(given.GetLiveBufferSize()), ReadBatch: int(given.GetReadBatchSize()),
		HistoryBuffer:   int(given.GetHistoryBufferSize()),
		MessageTimeout:  durationOf(given.GetMessageTimeoutMs(), given.GetMessageTimeoutTicks()),
		CheckpointAfter: durationOf(given.GetCheckpointAfterMs(), given.GetCheckpointAfterTicks()),
	}
}

// durationOf is a duration given in one of two units; the other is zero.
func durationOf(milliseconds int32, ticks int64) time.Duration {
	if ticks == 0 {
		return time.Duration(milliseconds) * time.Millisecond
	}
	if ticks > math.MaxInt64/int64(tick) || ticks < math.MinInt64/int64(tick) {
		return math.MaxInt64
	}
	return time.Duration(ticks) * tick
}

// strategyNamed is the strategy by its name, which wins over the enumeration of
// old clients.
func strategyNamed(name, enumerated string) subscriptions.Strategy {
	if name == "" {
		name = enumerated
	}
	return subscriptions.Strategy(name)
}

func startOfStream(given streamStart) (subscriptions.Start, error) {
	if given.GetEnd() != nil {
		return subscriptions.Start{End: true}, nil
	}
	if given.GetRevision() > math.MaxInt64 {
		return subscriptions.Start{}, invalidArgument("the revision %d is out of range", given.GetRevision())
	}
	return subscriptions.Start{Place: subscriptions.Place(given.GetRevision())}, nil
}

// startAtRevision reads the start in the form of clients before version 21,
// where the largest number is the end.
func startAtRevision(revision uint64) (subscriptions.Start, error) {
	if revision == math.MaxUint64 {
		return subscriptions.Start{End: true}, nil
	}
	if revision > math.MaxInt64 {
		return subscriptions.Start{}, invalidArgument("the revision %d is out of range", revision)
	}
	return subscriptions.Start{Place: subscriptions.Place(revision)}, nil
}

func startOfAll(given allStart) (subscriptions.Start, error) {
	if given.end != nil {
		return subscriptions.Start{End: true}, nil
	}
	if given.commit == math.MaxUint64 && given.prepare == math.MaxUint64 {
		return subscriptions.Start{End: true}, nil
	}
	if given.commit > math.MaxInt64 || given.prepare > math.MaxInt64 {
		return subscriptions.Start{}, &subscriptions.InvalidError{Reason: invalidStart +
			"prepare and commit positions must be greater than or equal to 0 or both equal to -1."}
	}
	if given.prepare > given.commit {
		return subscriptions.Start{}, &subscriptions.InvalidError{Reason: invalidStart + "prepare position must be less than or equal to the commit position."}
	}
	return subscriptions.Start{Place: subscriptions.Place(given.commit)}, nil
}

// invalidStart begins the reasons why a subscription cannot start where it should.
const invalidStart = "Invalid Start From position: "

// checkSettings refuses what EventStoreDB does not run (G-15): batches as large as
// the buffer they go to, and a start beyond the end.
func (p *persistentService) checkSettings(ctx context.Context, name subscriptions.Name, settings *subscriptions.Settings) error {
	if settings.ReadBatch >= settings.HistoryBuffer {
		return &subscriptions.InvalidError{Reason: "ReadBatchSize may not be greater than or equal to BufferSize"}
	}
	if name.Source != subscriptions.All || settings.Start.End {
		return nil
	}
	last, err := p.store.LastPosition(ctx)
	if err == nil && eventstore.Position(settings.Start.Place) > last {
		return &subscriptions.InvalidError{Reason: invalidStart +
			"commit position must be less than or equal to the last commit position in the transaction file."}
	}
	return err
}

func persistentFilter(given *persistent.CreateReq_AllOptions_FilterOptions) (subscriptions.Filter, error) {
	if given == nil {
		return subscriptions.Filter{}, nil
	}
	var filter subscriptions.Filter
	expression := given.GetEventType()
	if given.GetStreamIdentifier() != nil {
		filter.ByStream, expression = true, given.GetStreamIdentifier()
	}
	filter.Regex, filter.Prefixes = expression.GetRegex(), expression.GetPrefix()
	if filter.IsZero() {
		return subscriptions.Filter{}, invalidArgument("the filter is empty")
	}
	return filter, nil
}

// infoOf tells of a subscription in the protocol's words.
func infoOf(s *subscriptions.Statistics) *persistent.SubscriptionInfo {
	source, settings := s.Name.Source, &s.Settings
	info := &persistent.SubscriptionInfo{
		EventSource: string(source), GroupName: s.Name.Group, Status: s.Status,
		AveragePerSecond: int32(min(s.AveragePerSecond, math.MaxInt32)), TotalItems: s.Total, CountSinceLastMeasurement: s.SinceLast,
		ResolveLinkTos: settings.ResolveLinks, StartFrom: settings.Start.Text(source),
		MessageTimeoutMilliseconds: int32(settings.MessageTimeout.Milliseconds()), ExtraStatistics: settings.ExtraStatistics,
		MaxRetryCount: int32(settings.MaxRetries), LiveBufferSize: int32(settings.LiveBuffer), BufferSize: int32(settings.HistoryBuffer),
		ReadBatchSize: int32(settings.ReadBatch), CheckPointAfterMilliseconds: int32(settings.CheckpointAfter.Milliseconds()),
		MinCheckPointCount: int32(settings.MinCheckpoint), MaxCheckPointCount: int32(settings.MaxCheckpoint),
		ReadBufferCount: int32(s.ReadBuffer), LiveBufferCount: int64(s.LiveBuffer), RetryBufferCount: int32(s.RetryBuffer),
		TotalInFlightMessages: int32(s.InFlight), OutstandingMessagesCount: int32(s.Outstanding),
		NamedConsumerStrategy: string(settings.Strategy), MaxSubscriberCount: int32(settings.MaxSubscribers),
		ParkedMessageCount: s.Parked,
	}
	if s.HasCheckpoint {
		info.LastCheckpointedEventPosition = s.Checkpoint.Text(source)
	}
	if s.HasLastKnown {
		info.LastKnownEventPosition = s.LastKnown.Text(source)
	}
	for i := range s.Consumers {
		info.Connections = append(info.Connections, connectionOf(&s.Consumers[i]))
	}
	return info
}

func connectionOf(c *subscriptions.ConsumerStatistics) *persistent.SubscriptionInfo_ConnectionInfo {
	connection := &persistent.SubscriptionInfo_ConnectionInfo{
		From: c.From, Username: c.Username, ConnectionName: c.Label,
		AverageItemsPerSecond: int32(min(c.AveragePerSecond, math.MaxInt32)), TotalItems: c.Total, CountSinceLastMeasurement: c.SinceLast,
		AvailableSlots: int32(c.Slots), InFlightMessages: int32(c.InFlight),
	}
	for _, measurement := range c.Measurements {
		connection.ObservedMeasurements = append(connection.ObservedMeasurements,
			&persistent.SubscriptionInfo_Measurement{Key: measurement.Key, Value: measurement.Value})
	}
	return connection
}
