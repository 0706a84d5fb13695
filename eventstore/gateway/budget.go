package gateway

import "sync/atomic"

// budget bounds what appends under way hold in memory together, or how many calls
// there are.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take asks for a share. It never waits: two appends that wait for each other's
// share would wait for ever.
func (b *budget) take(share int) bool {
	if b.used.Add(int64(share)) <= b.limit {
		return true
	}
	b.used.Add(int64(-share))
	return false
}

func (b *budget) giveBack(share int) { b.used.Add(int64(-share)) }
