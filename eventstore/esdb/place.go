package esdb

import (
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
)

// place is a position as servers have it: a pair. Events stand at places, the port's
// position of one is its commit, and both halves are the same but for events of the
// transactions that old clients could write. What comes before a place, stands at it
// and comes after it follows from the pair. A server also names places at which there
// is no event: from 24.10.5 on, a filtered subscription that has come to the end is
// told the place where the next event will be written with prepare 0, and that stands
// before this event.
type place struct{ commit, prepare uint64 }

// placeOf is a server's position as a place, the zero place when it is none.
func placeOf(position esdb.Position) place {
	if position.Commit > math.MaxInt64 {
		return place{}
	}
	return place{position.Commit, position.Prepare}
}

// placeAt is the place of the event that has a position of the port's.
func placeAt(position eventstore.Position) place {
	return place{uint64(position), uint64(position)}
}

func (p place) isBefore(other place) bool {
	return p.commit < other.commit || p.commit == other.commit && p.prepare < other.prepare
}

func (p place) orLater(other place) place {
	if p.isBefore(other) {
		return other
	}
	return p
}

// position is the port's last position that is behind whoever has handled everything
// up to the place, and the event at the place if there is one.
func (p place) position() eventstore.Position {
	if p.prepare < p.commit {
		return positionOf(p.commit - 1) // an event with this commit may be still to come
	}
	return positionOf(p.commit)
}

// onServer is the place as a server is asked for it.
func (p place) onServer() esdb.Position {
	return esdb.Position{Commit: p.commit, Prepare: p.prepare}
}
