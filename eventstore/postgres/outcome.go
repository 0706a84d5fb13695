package postgres

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"guishu/eventstore"
)

// The errors of PostgreSQL that mean something to the writer.
const (
	uniqueViolation  = "23505"
	lockNotAvailable = "55P03"
	queryCancelled   = "57014"
	rollbackClass    = "40"
)

func newTip() int64 { return rand.Int64() }

// takeIn handles the reply to the oldest flight. The caller holds busy.
func (w *writer) takeIn(r reply) {
	w.estimateCrowd()
	f := w.flights[0]
	w.flights[0] = flight{}
	w.flights = w.flights[1:]
	switch f.kind {
	case batchFlight:
		w.batches--
		w.batchReturned(f, r)
	case commitFlight:
		w.commitReturned(f, r)
	case lockFlight:
		w.locking = false
		w.lockReturned(r)
	case askFlight:
		w.asking = false
		w.askReturned(f, r)
	case quietFlight:
	}
	if w.draining && len(w.flights) == 0 {
		w.startOver()
	}
}

func (w *writer) batchReturned(f flight, r reply) {
	if f.locked {
		w.lockedReply = r
		return
	}
	w.batchEnded(f, r)
}

func (w *writer) commitReturned(f flight, r reply) {
	batch := w.lockedReply
	w.lockedReply = reply{}
	switch {
	case batch.err != nil:
	case r.err != nil:
		batch.err = r.err
	case r.tag != "COMMIT":
		batch.err = &pgconn.PgError{Severity: "ERROR", Message: "the transaction was rolled back: " + r.tag}
	}
	w.batchEnded(f, batch)
}

// batchEnded gives every append of a batch its outcome or its next chance.
func (w *writer) batchEnded(f flight, r reply) {
	switch {
	case r.err == nil && r.tag == fmt.Sprintf("INSERT 0 %d", f.events):
		w.batchSucceeded(f)
		return
	case r.err == nil:
		// The head was not where this process saw it: somebody else writes, unless
		// it is only that the batch before this one failed.
		if !w.draining {
			w.contention = stayContended
		}
		w.returned = append(w.returned, releaseAll(f.appends)...)
	case alreadyThere(r.err):
		w.doubtful = append(w.doubtful, releaseAll(f.appends)...)
	case passing(r.err):
		w.log.Warn("an append is tried again", "code", r.err.Code, "error", r.err.Message)
		w.returned = append(w.returned, releaseAll(f.appends)...)
	case len(f.appends) > 1:
		// Somebody's append cannot be stored. Find out whose.
		for _, p := range f.appends {
			p.alone = true
		}
		w.returned = append(w.returned, releaseAll(f.appends)...)
	default:
		f.appends[0].finish(eventstore.Appended{}, eventstore.Doing("appending", r.err))
	}
	w.draining = true
}

func (w *writer) batchSucceeded(f flight) {
	position := w.head.position
	w.head = f.after
	// Whoever waits for this position may ask for it as soon as it is told.
	w.committed(f.after.position)
	for _, p := range f.appends {
		position += eventstore.Position(len(p.Events))
		w.revisions.raise(p.Stream, p.last())
		if w.ahead[p.Stream].serial == f.serial {
			delete(w.ahead, p.Stream)
		}
		for _, key := range p.dedupes {
			delete(w.ids, key)
		}
		p.finish(eventstore.Appended{First: p.base + 1, Last: p.last(), Position: position}, nil)
	}
}

// startOver forgets what was built on a batch that failed. Those behind it
// have failed with it, and all of them go out again in their order.
func (w *writer) startOver() {
	w.draining = false
	w.next = w.head
	clear(w.ahead)
	clear(w.ids)
	w.backlog = append(w.returned, w.backlog...)
	w.returned = nil
}

func releaseAll(appends []*pending) []*pending {
	for _, p := range appends {
		p.release()
	}
	return appends
}

// alreadyThere says whether a batch met an id or a revision that exists. A
// position that exists is something else: damage, which asking does not mend.
func alreadyThere(err *pgconn.PgError) bool {
	return err.Code == uniqueViolation && err.ConstraintName != "events_pkey"
}

// passing says whether a failure is over by itself: a lock not given in time, a
// deadlock, a serialization failure, a cancelled statement.
func passing(err *pgconn.PgError) bool {
	switch err.Code {
	case lockNotAvailable, queryCancelled:
		return true
	}
	return strings.HasPrefix(err.Code, rollbackClass)
}
