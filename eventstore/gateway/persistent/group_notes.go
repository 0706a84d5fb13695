package persistent

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// truncateAfter is how many replayed events are processed before it is written
// down that they have been.
const truncateAfter = 500

// safe is the place after which a restart may resume without missing anything,
// and the number of the event there.
func (g *Group) safe() (Place, int64) {
	if oldest := g.unfinished.Front(); oldest != nil {
		m := oldest.Value.(*message)
		return m.previous, m.number - 1
	}
	return g.examined, g.number
}

func (g *Group) maxCheckpoint() int64 { return int64(max(1, g.settings.MaxCheckpoint)) }

func (g *Group) minCheckpoint() int64 {
	return min(int64(max(1, g.settings.MinCheckpoint)), g.maxCheckpoint())
}

// Mark is a place to be written down as the checkpoint.
type Mark struct {
	Place  Place
	number int64
}

// Checkpoint is the place to be written down now, if one is due; with force, if
// there is any progress.
func (g *Group) Checkpoint(now time.Time, force bool) (Mark, bool) {
	place, number := g.safe()
	progress := number - g.checkpointed
	if place <= g.checkpoint || progress <= 0 {
		return Mark{}, false
	}
	due := force || progress >= g.maxCheckpoint() ||
		progress >= g.minCheckpoint() && !now.Before(g.checkpointAt.Add(g.settings.CheckpointAfter))
	return Mark{Place: place, number: number}, due
}

// Checkpointed tells that a mark has been written down.
func (g *Group) Checkpointed(mark Mark, now time.Time) {
	g.checkpoint, g.checkpointed, g.checkpointAt, g.known = mark.Place, mark.number, now, true
}

// Parking gives at most limit events to be put aside, in the order in which
// that was decided, and the same ones until they are Parked: a store that took
// them without its answer arriving knows them again only all together. newID
// gives each its id at the first call.
func (g *Group) Parking(limit int, newID func() uuid.UUID) []Parking {
	if g.writing == 0 {
		g.writing = min(limit, len(g.parking))
	}
	list := make([]Parking, 0, g.writing)
	for _, parking := range g.parking[:g.writing] {
		if parking.ID == uuid.Nil {
			parking.ID = newID()
		}
		list = append(list, *parking)
	}
	return list
}

// Parked tells that the first count of Parking have been put aside.
func (g *Group) Parked(count int) {
	for _, m := range g.parked[:count] {
		g.finish(m)
	}
	g.parking = slices.Delete(g.parking, 0, count)
	g.parked = slices.Delete(g.parked, 0, count)
	g.writing = 0
}

// Truncation is the parked revision before which everything has been processed
// by a replay, if it is time to write it down: when everything asked for, up to
// the revision target, is done, after many, or with force.
func (g *Group) Truncation(target Place, force bool) (Place, bool) {
	needed := g.replayedTo
	if oldest := g.replaying.Front(); oldest != nil {
		needed = oldest.Value.(*message).entry.Place
	}
	progress := needed - g.truncated
	return needed, progress > 0 && (force || needed >= target || progress >= truncateAfter)
}

// Truncated tells that the parked events before a revision have been let go.
func (g *Group) Truncated(to Place) { g.truncated = max(g.truncated, to) }
