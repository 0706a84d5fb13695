package gateway

import (
	"fmt"
	"strings"

	"guishu/eventstore"
)

// Likeness is whose ways a Server has where versions of EventStoreDB differ, so
// that what is built on the protocol can be tried on each of them (E-01, E-10,
// E-11, E-12, G). The zero value has this house's own: those of 24.10, but that a
// slow reader is waited for and no read is refused that can be answered.
type Likeness int

const (
	// LikeNone is the house's own way.
	LikeNone Likeness = iota
	// Like2310 is EventStoreDB 23.10.5: it says that a subscription to a stream has
	// caught up only once the stream exists, and ends the call of a slow reader.
	Like2310
	// Like24104 is EventStoreDB 24.10.4: a slow reader is told that it fell behind
	// and that it has caught up, in turns, and a filtered subscription that reaches
	// the end how far it was sent events.
	Like24104
	// Like24106 is EventStoreDB 24.10.6, and as far as is known 25.0: a filtered
	// subscription that reaches the end is told the place where the next event will
	// be written, with prepare 0: everything before it was examined.
	Like24106
)

// likenesses are the names by which they are chosen.
var likenesses = map[string]Likeness{"": LikeNone, "like-23.10": Like2310, "like-24.10.4": Like24104, "like-24.10.6": Like24106}

// Likenesses lists the names that ParseLikeness knows.
func Likenesses() []string { return []string{"like-23.10", "like-24.10.4", "like-24.10.6"} }

// ParseLikeness reads a likeness by its name, such as "like-23.10"; "" is
// LikeNone.
func ParseLikeness(name string) (Likeness, error) {
	likeness, known := likenesses[name]
	if !known {
		return LikeNone, fmt.Errorf("没有这种仿真 / there is no likeness %q: %s", name, strings.Join(Likenesses(), ", "))
	}
	return likeness, nil
}

// ways is what a likeness comes to.
type ways struct {
	version  string // of EventStoreDB, three numbers
	places   places // where events stand in $all
	slow     slowness
	atTheEnd endNote

	waitsForStream bool // a subscription has caught up once its stream exists
	refusesEnds    bool // reads from where there is nothing fail (G-22)
	dataAlone      bool // counts against the limit of an append (E-12)
	namesPlaces    bool // a place without an event is called invalid
}

// slowness is what is done about a reader for whom too many live events wait.
type slowness int

const (
	slowWaits slowness = iota // new events wait in the store
	slowEnds                  // the call ends
	slowTurns                 // fell behind, then caught up
)

// endNote is the checkpoint with which a filtered subscription learns that it has
// reached the end.
type endNote int

const (
	endExamined endNote = iota // how far was examined
	endNone                    // no checkpoint
	endSent                    // the event that was sent last
	endNext                    // before the place of the next event
)

func (l Likeness) ways() ways {
	file := places{stride: placeStride}
	switch l {
	case Like2310:
		return ways{version: "23.10.5", places: file, slow: slowEnds, atTheEnd: endNone, waitsForStream: true, refusesEnds: true, dataAlone: true}
	case Like24104:
		return ways{version: "24.10.4", places: file, slow: slowTurns, atTheEnd: endSent, refusesEnds: true, namesPlaces: true}
	case Like24106:
		return ways{version: "24.10.6", places: file, slow: slowTurns, atTheEnd: endNext, refusesEnds: true, namesPlaces: true}
	}
	return ways{version: protocolVersion}
}

// size is what an event counts against the limit of an append, in bytes: up to
// 24.6 its data, later its metadata and its type's name twice too (E-12).
func (w *ways) size(data, metadata []byte, eventType string) int {
	if w.dataAlone {
		return len(data)
	}
	return len(data) + len(metadata) + 2*len(eventType)
}

// placeStride is how far apart places in a likeness's file are, about.
const placeStride = 331

// places turns the store's positions into places in a file and back: rising, with
// gaps of uneven width, the first one well above 1. Its zero value leaves
// positions as they are.
type places struct{ stride eventstore.Position }

// of is the place of the event at one of the store's positions.
func (p places) of(position eventstore.Position) eventstore.Position {
	if p.stride == 0 || position <= 0 {
		return position
	}
	return position*p.stride + position%13
}

// upTo is the store's last position whose place is place or before it.
func (p places) upTo(place eventstore.Position) eventstore.Position {
	if p.stride == 0 || place <= 0 {
		return place
	}
	position := place / p.stride
	if p.of(position) > place {
		position--
	}
	return position
}

// names says whether an event stands at a place, or could.
func (p places) names(place eventstore.Position) bool { return p.of(p.upTo(place)) == place }
