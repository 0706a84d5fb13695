package app

import (
	"os"
	"runtime/debug"
)

// What a server's memory is run with. Most of its heap is folded states, which
// live long: collecting whenever the heap has doubled spends a sixth of a busy
// server's processor time on looking at them again. The limit, which is soft,
// keeps the whole below half a gibibyte.
const (
	garbagePercent = 400
	memoryLimit    = 384 << 20
)

// TuneMemory sets the garbage collector for a server, unless the environment has
// set it (GOGC, GOMEMLIMIT). It concerns the whole process: programs call it,
// packages do not.
func TuneMemory() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(garbagePercent)
	debug.SetMemoryLimit(memoryLimit)
}
