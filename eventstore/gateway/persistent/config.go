package persistent

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// The types of events of the configuration stream. Each carries one
// subscription, so that what is stored grows with the changes and not with
// their number times the number of subscriptions.
const (
	createdType = "$PersistentSubscriptionCreated"
	updatedType = "$PersistentSubscriptionUpdated"
	deletedType = "$PersistentSubscriptionDeleted"
)

// entry is a subscription as the configuration stream keeps it. The names of
// the fields are those of EventStoreDB's own configuration.
type entry struct {
	Stream                string       `json:"stream"`
	Group                 string       `json:"group"`
	Filter                *entryFilter `json:"filter,omitempty"`
	ResolveLinkTos        bool         `json:"resolveLinkTos"`
	ExtraStatistics       bool         `json:"extraStatistics"`
	MessageTimeout        int64        `json:"messageTimeout"` // ms
	StartPosition         string       `json:"startPosition"`
	ResumeAfter           int64        `json:"resumeAfter"` // where StartPosition was then
	LiveBufferSize        int          `json:"liveBufferSize"`
	HistoryBufferSize     int          `json:"historyBufferSize"`
	MaxRetryCount         int          `json:"maxRetryCount"`
	ReadBatchSize         int          `json:"readBatchSize"`
	CheckPointAfter       int64        `json:"checkPointAfter"` // ms
	MinCheckPointCount    int          `json:"minCheckPointCount"`
	MaxCheckPointCount    int          `json:"maxCheckPointCount"`
	MaxSubscriberCount    int          `json:"maxSubscriberCount"`
	NamedConsumerStrategy string       `json:"namedConsumerStrategy"`
}

type entryFilter struct {
	ByStream bool     `json:"byStream"`
	Regex    string   `json:"regex,omitempty"`
	Prefixes []string `json:"prefixes,omitempty"`
}

func entryOf(name Name, s *Settings, after Place) entry {
	e := entry{
		Stream: string(name.Source), Group: name.Group,
		ResolveLinkTos: s.ResolveLinks, ExtraStatistics: s.ExtraStatistics,
		MessageTimeout: s.MessageTimeout.Milliseconds(),
		StartPosition:  s.Start.Text(name.Source), ResumeAfter: int64(after),
		LiveBufferSize: s.LiveBuffer, HistoryBufferSize: s.HistoryBuffer,
		MaxRetryCount: s.MaxRetries, ReadBatchSize: s.ReadBatch,
		CheckPointAfter:    s.CheckpointAfter.Milliseconds(),
		MinCheckPointCount: s.MinCheckpoint, MaxCheckPointCount: s.MaxCheckpoint,
		MaxSubscriberCount: s.MaxSubscribers, NamedConsumerStrategy: string(s.Strategy),
	}
	if !s.Filter.IsZero() {
		e.Filter = &entryFilter{ByStream: s.Filter.ByStream, Regex: s.Filter.Regex, Prefixes: s.Filter.Prefixes}
	}
	return e
}

func (e *entry) name() Name { return Name{Source: eventstore.Stream(e.Stream), Group: e.Group} }

func (e *entry) settings() (Settings, error) {
	s := Settings{
		ResolveLinks: e.ResolveLinkTos, ExtraStatistics: e.ExtraStatistics,
		MessageTimeout: time.Duration(e.MessageTimeout) * time.Millisecond,
		LiveBuffer:     e.LiveBufferSize, HistoryBuffer: e.HistoryBufferSize,
		MaxRetries: e.MaxRetryCount, ReadBatch: e.ReadBatchSize,
		CheckpointAfter: time.Duration(e.CheckPointAfter) * time.Millisecond,
		MinCheckpoint:   e.MinCheckPointCount, MaxCheckpoint: e.MaxCheckPointCount,
		MaxSubscribers: e.MaxSubscriberCount, Strategy: Strategy(e.NamedConsumerStrategy),
	}
	start, err := parsePlace(e.StartPosition)
	if err != nil {
		return Settings{}, err
	}
	s.Start = Start{End: start == -1, Place: max(start, 0)}
	if e.Filter != nil {
		s.Filter = Filter{ByStream: e.Filter.ByStream, Regex: e.Filter.Regex, Prefixes: e.Filter.Prefixes}
	}
	return s, s.validate(e.name().Source)
}

// Text writes a start as the protocol does: the end is -1.
func (s Start) Text(source eventstore.Stream) string {
	if s.End {
		return Place(-1).Text(source)
	}
	return s.Place.Text(source)
}

func changeOf(eventType string, e entry) (eventstore.NewEvent, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return eventstore.NewEvent{}, fmt.Errorf("writing the configuration of a persistent subscription: %w", err)
	}
	return eventstore.NewEvent{ID: uuid.New(), Type: eventType, Data: data}, nil
}
