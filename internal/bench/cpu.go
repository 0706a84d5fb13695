package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"guishu/internal/bench/load"
)

// cpuTimes is how much processor time this process and PostgreSQL have used.
type cpuTimes struct{ own, postgres time.Duration }

// cpu reads both. Where the kernel does not tell, it is 0.
func (r *run) cpu() cpuTimes {
	var c cpuTimes
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		c.own = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	postmaster := r.cluster.Process()
	processes, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range processes {
		process, parent, spent := processTimes(path)
		if parent == postmaster || process == postmaster {
			c.postgres += spent
		}
	}
	return c
}

// tick is the unit of the kernel's processor times: USER_HZ, which is 100 on
// every Linux.
const tick = 10 * time.Millisecond

func processTimes(path string) (process, parent int, spent time.Duration) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, 0
	}
	process, _ = strconv.Atoi(filepath.Base(filepath.Dir(path)))
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold blanks
	fields := strings.Fields(rest)
	const parentField, userField, systemField = 1, 11, 12
	if len(fields) <= systemField {
		return process, 0, 0
	}
	parent, _ = strconv.Atoi(fields[parentField])
	user, _ := strconv.Atoi(fields[userField])
	system, _ := strconv.Atoi(fields[systemField])
	return process, parent, time.Duration(user+system) * tick
}

// since is what has been used since before.
func (c cpuTimes) since(before cpuTimes) cpuTimes {
	return cpuTimes{own: c.own - before.own, postgres: c.postgres - before.postgres}
}

// each says what an answer has cost, in microseconds: here, in PostgreSQL and to
// whoever asked.
func (c cpuTimes) each(o load.Outcome) string {
	answers := float64(max(o.Answered, 1))
	return fmt.Sprintf("cpu %.0f + %.0f + %.0f µs", float64(c.own.Microseconds())/answers, float64(c.postgres.Microseconds())/answers, o.CPU*1e6/answers)
}
