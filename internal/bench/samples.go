package bench

import (
	"fmt"
	"slices"
	"time"
)

// samples are the values that one side of a comparison gave, one a turn.
type samples []float64

// median holds against turns in which the machine did something else.
func (s samples) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

func (s samples) most() float64 {
	if len(s) == 0 {
		return 0
	}
	return slices.Max(s)
}

func (s samples) spread() string {
	if len(s) == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f…%.2f", slices.Min(s), slices.Max(s))
}

// sides are the two sides of a comparison that took turns, with the ratio of each
// pair of turns: the machine is the same within a pair, seldom between pairs.
type sides struct{ ours, theirs, ratio samples }

func (s *sides) add(ours, theirs float64) {
	s.ours, s.theirs, s.ratio = append(s.ours, ours), append(s.theirs, theirs), append(s.ratio, ours/theirs)
}

// perSecond is a rate as people read it.
func perSecond(rate float64, of string) string {
	whole := fmt.Sprintf("%.0f", rate)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + " " + of + "/s"
}

// turns is how often the sides take turns, and turn how long each one is.
func (o Options) turns() int { return max(3, o.Turns) }

func (o Options) turn() time.Duration { return time.Duration(o.Seconds * float64(time.Second)) }
