package gateway

import "sync/atomic"

// budget bounds what appends under way hold in memory together.
type budget struct {
	limit int64
	used  atomic.Int64
}

// take asks for memory. It never waits: two appends that wait for each other's
// share would wait for ever.
func (b *budget) take(bytes int) bool {
	if b.used.Add(int64(bytes)) <= b.limit {
		return true
	}
	b.used.Add(int64(-bytes))
	return false
}

func (b *budget) giveBack(bytes int) { b.used.Add(int64(-bytes)) }
