package bench

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"
)

// How still the machine must be before a turn, and how it is looked at.
const (
	stillEnough = 0.15
	look        = 200 * time.Millisecond
)

// calm waits, as long as the run's patience lasts, until the processors have
// little else to do, and notes how much they had all the same. A ratio of two
// sides that take turns holds on a busy machine too, but not every one: whoever
// waits for the disk, or passes work between processes, loses more to others than
// whoever always has something to compute.
func (r *run) calm(ctx context.Context) {
	share := r.busy(ctx)
	for waited := look; share > stillEnough && waited < r.Patience && ctx.Err() == nil; waited += look {
		share = r.busy(ctx)
	}
	r.others = append(r.others, share)
}

// busy is the share of the processors' time that is used while this run does
// nothing.
func (r *run) busy(ctx context.Context) float64 {
	idleBefore, before := processorTimes()
	timer := time.NewTimer(look)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	idle, all := processorTimes()
	if all == before {
		return 0
	}
	return 1 - float64(idle-idleBefore)/float64(all-before)
}

// processorTimes are the ticks in which the processors had nothing to do, and
// all; 0 where the kernel does not tell.
func processorTimes() (idle, all int64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	for i, word := range strings.Fields(line) {
		ticks, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			continue // the line's name
		}
		const idleField, waitField = 4, 5
		if i == idleField || i == waitField {
			idle += ticks
		}
		all += ticks
	}
	return idle, all
}
