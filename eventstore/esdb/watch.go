package esdb

import (
	"context"
	"time"
)

const (
	// watchEvery is how often a leader is asked whether it still leads.
	watchEvery = 500 * time.Millisecond
	// searchEvery is how often the others are asked while it says nothing.
	searchEvery = 250 * time.Millisecond
)

// watch asks the leader of a cluster, over a connection of its own, whether it leads.
// When it says that another one does, or says nothing for as long as silence lasts and
// the others have a new leader, the link is abandoned: whoever waits for an answer goes
// on with the new leader at once. The official client alone would find out after two
// keepalives, 20 seconds (E-06).
func (l *links) watch(over *link) {
	conn, err := dial(&l.config, over.server.address)
	if err != nil {
		return
	}
	defer conn.Close()
	heard := time.Now()
	for rest(over.gone, watchEvery) {
		ctx, cancel := context.WithTimeout(over.gone, max(silence-time.Since(heard), searchEvery))
		said := l.askOver(ctx, conn, over.server.address)
		cancel()
		switch {
		case said.err == nil && (said.leader == "" || said.leader == over.server.address):
			heard = time.Now()
		case said.err == nil, time.Since(heard) >= silence && l.replaced(over):
			l.options.Log.Info("another member leads the cluster of EventStoreDB: going on there", "member", over.server.address)
			over.abandon()
		}
	}
}

// replaced looks for a new leader for a while, and says whether there is one.
func (l *links) replaced(over *link) bool {
	ctx, cancel := context.WithTimeout(over.gone, silence)
	defer cancel()
	for {
		found, err := l.poll(ctx)
		switch {
		case err == nil:
			return found.leader != over.server.address
		case !rest(ctx, searchEvery):
			return false
		}
	}
}

// rest waits, and is false when ctx has ended.
func rest(ctx context.Context, length time.Duration) bool {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
