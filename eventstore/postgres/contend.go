package postgres

import (
	"guishu/eventstore"
)

// stayContended is for how many batches the head is locked first after another
// process has moved it. Guessing right is cheaper, but only alone.
const stayContended = 8

// manyNews is how far the head may have moved for the news to be read one by
// one; the statement reads no further.
const manyNews = 2_000

// sendLock takes the head's lock and reads what others have added, so that the
// batch built from the reply cannot meet a surprise at the head. PostgreSQL
// gives a row's lock in turn: no process starves.
func (w *writer) sendLock() {
	if len(w.backlog) == 0 || len(w.flights) > 0 {
		return
	}
	w.link.execute(statementBegin)
	w.link.execute(statementLock)
	w.link.execute(statementNews, int8Parameter(int64(w.head.position)))
	w.link.sync()
	w.locking = true
	w.flights = append(w.flights, flight{kind: lockFlight})
}

func (w *writer) lockReturned(r reply) {
	if r.err != nil {
		w.log.Warn("the ledger's head could not be locked", "code", r.err.Code, "error", r.err.Message)
		if !passing(r.err) {
			// Trying again would meet the same error, at once and for ever.
			w.refuseBacklog(eventstore.Doing("appending", r.err))
		}
		w.endTransaction(statementRollback, flight{kind: quietFlight})
		return
	}
	w.takeNews(r.rows)
	w.fetchQueue()
	if !w.sendBatch(true) {
		w.endTransaction(statementRollback, flight{kind: quietFlight})
		return
	}
	commit := w.flights[len(w.flights)-1]
	commit.kind = commitFlight
	w.endTransaction(statementCommit, commit)
}

func (w *writer) refuseBacklog(err error) {
	w.fetchQueue()
	for _, p := range w.backlog {
		p.refuse(err)
	}
	w.backlog = dropFirst(w.backlog, len(w.backlog))
}

func (w *writer) endTransaction(statement string, f flight) {
	w.link.execute(statement)
	w.link.sync()
	w.flights = append(w.flights, f)
	w.flush()
}

// takeNews moves this process's view to the locked head.
func (w *writer) takeNews(rows [][][]byte) {
	now := head{position: eventstore.Position(int8Value(rows[0][0])), tip: int8Value(rows[0][1])}
	w.contention--
	if now != w.head {
		w.contention = stayContended
	}
	if now.position-w.head.position > manyNews {
		w.revisions.clear()
	}
	for _, row := range rows[1:] {
		w.revisions.raise(eventstore.Stream(row[0]), eventstore.Revision(int8Value(row[1])))
	}
	w.head, w.next = now, now
	w.committed(now.position)
}
