package persistent

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"strings"
)

// strategy chooses who gets a message.
type strategy interface {
	// choose gives the consumer for m, or nil, and then whether a later message
	// may find one.
	choose(m *message, consumers []*Consumer) (*Consumer, bool)
	// changed tells that consumers have joined or left.
	changed(consumers []*Consumer)
	// handed and released tell when a message has a holder and when no longer.
	handed(m *message)
	released(m *message)
}

func newStrategy(name Strategy) strategy {
	switch name {
	case DispatchToSingle:
		return &dispatchToSingle{}
	case Pinned:
		return &pinned{key: streamKey}
	case PinnedByCorrelation:
		return &pinned{key: correlationKey}
	}
	return &roundRobin{}
}

// unpinned is what strategies have in common that remember nothing of messages.
type unpinned struct{}

func (unpinned) changed([]*Consumer) {}
func (unpinned) handed(*message)     {}
func (unpinned) released(*message)   {}

type roundRobin struct {
	unpinned
	next int
}

func (r *roundRobin) choose(m *message, consumers []*Consumer) (*Consumer, bool) {
	for i := range consumers {
		at := (r.next + i) % len(consumers)
		if consumers[at].takes(m) {
			r.next = at + 1
			return consumers[at], true
		}
	}
	return nil, false
}

type dispatchToSingle struct{ unpinned }

func (dispatchToSingle) choose(m *message, consumers []*Consumer) (*Consumer, bool) {
	for _, c := range consumers {
		if c.takes(m) {
			return c, true
		}
	}
	return nil, false
}

// buckets is into how many parts pinned strategies divide the sources.
const buckets = 1_024

// pinned gives all messages of a bucket to one consumer. A bucket moves to
// another consumer only when nothing of it is held any more, so that its events
// stay in order.
type pinned struct {
	key      func(*message) []byte
	assigned [buckets]*Consumer
	inFlight [buckets]int
}

func (p *pinned) choose(m *message, consumers []*Consumer) (*Consumer, bool) {
	if m.bucket == 0 {
		m.bucket = 1 + int(hashOf(p.key(m))%buckets)
	}
	bucket := m.bucket - 1
	if p.assigned[bucket] == nil {
		p.assigned[bucket] = highest(uint64(bucket), consumers)
	}
	if c := p.assigned[bucket]; c != nil && c.takes(m) {
		return c, true
	}
	return nil, true
}

// highest is the consumer with the highest hash together with a bucket: when
// one comes or goes, only its own share moves.
func highest(bucket uint64, consumers []*Consumer) *Consumer {
	var best *Consumer
	var bestHash uint64
	for _, c := range consumers {
		hash := mixed(bucket<<32 ^ mixed(c.ordinal))
		if best == nil || hash > bestHash {
			best, bestHash = c, hash
		}
	}
	return best
}

func (p *pinned) changed(consumers []*Consumer) {
	for bucket := range p.assigned {
		if p.inFlight[bucket] == 0 {
			p.assigned[bucket] = nil
		}
	}
}

func (p *pinned) handed(m *message) { p.inFlight[m.bucket-1]++ }

func (p *pinned) released(m *message) {
	bucket := m.bucket - 1
	p.inFlight[bucket]--
	if p.inFlight[bucket] == 0 {
		p.assigned[bucket] = nil
	}
}

// streamKey is the stream an event was written to first.
func streamKey(m *message) []byte {
	if target := m.entry.target(); target != nil && !isLink(target.Type) {
		return []byte(target.Stream)
	}
	if _, stream, ok := bytes.Cut(m.entry.Original.Data, []byte("@")); ok {
		return stream
	}
	return []byte(m.entry.Original.Stream)
}

// correlationKey is an event's correlation id, or else its stream.
func correlationKey(m *message) []byte {
	target := m.entry.target()
	if target == nil {
		return streamKey(m)
	}
	var metadata struct {
		CorrelationID string `json:"$correlationId"`
	}
	if json.Unmarshal(target.Metadata, &metadata) != nil || strings.TrimSpace(metadata.CorrelationID) == "" {
		return streamKey(m)
	}
	return []byte(metadata.CorrelationID)
}

// linkType is the type of events that stand for another one: "revision@stream".
const linkType = "$>"

func isLink(eventType string) bool { return eventType == linkType }

func hashOf(key []byte) uint64 {
	hash := fnv.New64a()
	hash.Write(key)
	return mixed(hash.Sum64())
}

// mixed spreads the bits of a number over all of it.
func mixed(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
