package persistent

import (
	"slices"
	"time"
)

// Statistics tell how a subscription is doing.
type Statistics struct {
	Name      Name
	Settings  Settings
	Status    string
	Consumers []ConsumerStatistics

	Total            int64 // events handed out, retries too
	SinceLast        int64 // of these, since the statistics were last asked for
	AveragePerSecond int   // over the same time
	Checkpoint       Place
	HasCheckpoint    bool
	LastKnown        Place
	HasLastKnown     bool
	ReadBuffer       int // events read ahead while behind
	LiveBuffer       int // events read ahead at the end of the source
	RetryBuffer      int // events waiting to be handed out again
	InFlight         int // events with consumers
	Outstanding      int // events with consumers or being parked
	Parked           int64
}

// ConsumerStatistics tell how one consumer is doing.
type ConsumerStatistics struct {
	From, Username, Label string

	Total            int64
	SinceLast        int64
	AveragePerSecond int
	Slots            int // free ones
	InFlight         int
	Measurements     []Measurement // with Settings.ExtraStatistics
}

// Measurement is a figure of the times between handing out and acknowledgement,
// in milliseconds, under the protocol's name for it.
type Measurement struct {
	Key   string
	Value int64
}

// measure fills in what the group knows.
func (g *Group) measure(s *Statistics, now time.Time) {
	elapsed := now.Sub(g.measuredAt)
	s.Total, s.SinceLast = g.total, g.total-g.measured
	s.AveragePerSecond = perSecond(s.SinceLast, elapsed)
	s.RetryBuffer = g.retry.Len() + g.replay.Len()
	s.ReadBuffer = g.ahead.Len()
	s.InFlight = g.inFlight
	s.Outstanding = g.inFlight + len(g.parking)
	for _, c := range g.consumers {
		consumer := ConsumerStatistics{
			From: c.From, Username: c.Username, Label: c.Label,
			Total: c.total, SinceLast: c.total - c.measured, AveragePerSecond: perSecond(c.total-c.measured, elapsed),
			Slots: c.free(), InFlight: len(c.held),
		}
		if g.settings.ExtraStatistics {
			consumer.Measurements = c.latencies.measurements()
		}
		c.measured = c.total
		s.Consumers = append(s.Consumers, consumer)
	}
	g.measured, g.measuredAt = g.total, now
}

func perSecond(count int64, elapsed time.Duration) int {
	if elapsed <= 0 {
		return 0
	}
	return int(float64(count) / elapsed.Seconds())
}

func (l *latencies) measurements() []Measurement {
	if len(l.window) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(l.window))
	var sum time.Duration
	for _, latency := range sorted {
		sum += latency
	}
	at := func(perMille int) int64 {
		return sorted[min(perMille*len(sorted)/1_000, len(sorted)-1)].Milliseconds()
	}
	return []Measurement{
		{"Mean", (sum / time.Duration(len(sorted))).Milliseconds()},
		{"Median", at(500)}, {"Fastest", at(0)},
		{"Quintile 1", at(0)}, {"Quintile 2", at(200)}, {"Quintile 3", at(400)},
		{"Quintile 4", at(600)}, {"Quintile 5", at(800)},
		{"90%", at(900)}, {"95%", at(950)}, {"99%", at(990)},
		{"99.5%", at(995)}, {"99.9%", at(999)}, {"Highest", at(1_000)},
	}
}
