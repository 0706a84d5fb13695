package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

// RewoundError says that the ledger came back with fewer events than this
// process knows to have been committed, as after restoring an old backup or
// failing over to a replica that lagged. Nothing is written any more.
type RewoundError struct {
	Known eventstore.Position // committed, as far as this process knows
	Found eventstore.Position // what the ledger says now
}

func (e *RewoundError) Error() string {
	return fmt.Sprintf("event store: the ledger went back from position %d to %d", e.Known, e.Found)
}

// start connects for the first time and begins to serve.
func (w *writer) start(ctx context.Context) error {
	l, now, err := w.connect(ctx, false)
	if err != nil {
		return err
	}
	w.adopt(l, now)
	go w.run()
	return nil
}

// run reads outcomes for as long as the writer lives, over as many connections
// as that takes.
func (w *writer) run() {
	defer close(w.stopped)
	for {
		err := w.readOutcomes()
		if w.stopping.Err() != nil {
			w.abandon(eventstore.ErrClosed)
			return
		}
		w.log.Warn("the ledger's connection was lost", "error", err)
		w.lose()
		if !w.reconnect() {
			w.abandon(eventstore.ErrClosed)
			return
		}
	}
}

// readOutcomes takes in replies until the connection breaks.
func (w *writer) readOutcomes() error {
	l := w.link // only this goroutine changes it
	release := context.AfterFunc(w.stopping, func() { _ = l.net.Close() })
	defer release()
	for {
		r, err := l.receive()
		if err != nil {
			return err
		}
		w.busy.Lock()
		w.takeIn(r)
		w.send()
		w.busy.Unlock()
		w.pump()
	}
}

// lose sorts what the lost connection leaves behind.
func (w *writer) lose() {
	w.busy.Lock()
	defer w.busy.Unlock()
	_ = w.link.net.Close()
	w.link = nil
	w.recall()
	w.batches, w.asking, w.locking = 0, false, false
	w.lockedReply = reply{}
	w.startOver()
}

// recall makes everything doubtful that is on its way over a broken connection.
func (w *writer) recall() {
	var back []*pending
	for _, f := range w.flights {
		switch {
		case f.kind == askFlight:
			back = append(back, f.appends...)
		case f.kind == commitFlight, f.kind == batchFlight && !f.locked:
			for _, p := range f.appends {
				p.sent, p.floor = true, w.head.position
			}
			back = append(back, f.appends...)
		}
	}
	w.flights = nil
	w.doubtful = append(back, w.doubtful...)
}

// adopt begins to write over a new connection. What was sent over the last one
// has been fenced off: it is written or never will be, and the ledger can be
// asked which.
func (w *writer) adopt(l *link, now head) {
	w.busy.Lock()
	w.link = l
	w.head, w.next = now, now
	w.revisions.clear()
	w.committed(now.position)
	w.send()
	w.busy.Unlock()
}

// connectTimeout is the least time that one attempt to connect is given.
const connectTimeout = 10 * time.Second

// reconnect tries until it succeeds or the writer is stopped. Appends wait for
// Options.Patience, those whose caller has gone no longer than one attempt.
func (w *writer) reconnect() bool {
	for attempt := 0; ; attempt++ {
		ctx, cancel := context.WithTimeout(w.stopping, max(w.options.Patience, connectTimeout))
		l, now, err := w.connect(ctx, true)
		cancel()
		if err == nil {
			w.adopt(l, now)
			w.pump()
			return true
		}
		if w.stopping.Err() != nil {
			return false
		}
		w.log.Warn("the ledger cannot be reached", "attempt", attempt+1, "error", err)
		w.disappoint(err)
		if !pause(w.stopping, attempt) {
			return false
		}
	}
}

// disappoint ends the appends that have waited long enough for the server.
func (w *writer) disappoint(err error) {
	w.busy.Lock()
	defer w.busy.Unlock()
	w.fetchQueue()
	now := time.Now()
	tired := func(p *pending) bool {
		if now.Sub(p.since) >= w.options.Patience || p.sent && p.unloved.Load() {
			p.giveUp(eventstore.Doing("the database cannot be reached", err))
		}
		return p.gone()
	}
	w.backlog = slices.DeleteFunc(w.backlog, tired)
	w.doubtful = slices.DeleteFunc(w.doubtful, tired)
}

// abandon ends everything when the writer has been told to stop.
func (w *writer) abandon(err error) {
	w.busy.Lock()
	defer w.busy.Unlock()
	if w.link != nil {
		w.link.close()
	}
	w.link = nil
	w.recall()
	w.fetchQueue()
	for _, list := range [][]*pending{w.returned, w.backlog, w.doubtful} {
		for _, p := range list {
			p.giveUp(err)
		}
	}
}

// connect opens a connection. With fence, whatever an earlier connection of
// this writer may still be about to do is over when it returns: its server
// process is ended, and the tip its batches name is gone.
func (w *writer) connect(ctx context.Context, fence bool) (*link, head, error) {
	config := w.config.Copy()
	config.OnNotice = nil
	settings := config.RuntimeParams
	settings["application_name"] = w.name
	settings["synchronous_commit"] = "on"
	settings["lock_timeout"] = "10s"
	settings["statement_timeout"] = "0"
	// It locks the head only while it sends what it has: a writer that fell silent with
	// the lock would keep all others from writing (L-01).
	settings["idle_in_transaction_session_timeout"] = "15s"
	settings["default_transaction_isolation"] = "read committed"
	walkIndexes(settings)
	if w.options.AllowUnsafe {
		delete(settings, "synchronous_commit")
	}
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, head{}, err
	}
	now, err := w.readHead(ctx, connection, fence)
	if err == nil && now.position < w.head.position {
		err = &RewoundError{Known: w.head.position, Found: now.position}
	}
	if err == nil {
		err = admit(ctx, connection, w.guards)
	}
	if err != nil {
		_ = connection.Close(context.WithoutCancel(ctx))
		return nil, head{}, err
	}
	w.processID.Store(connection.PgConn().PID())
	w.made.Add(1)
	l, err := newLink(ctx, connection)
	if err != nil {
		_ = connection.Close(context.WithoutCancel(ctx))
		return nil, head{}, err
	}
	return l, now, nil
}

func (w *writer) readHead(ctx context.Context, connection *pgx.Conn, fence bool) (head, error) {
	var now head
	if !fence {
		err := connection.QueryRow(ctx, `SELECT position, tip FROM ledger.head`).Scan(&now.position, &now.tip)
		return now, err
	}
	_, err := connection.Exec(ctx, `
		SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity
		WHERE application_name = $1 AND pid <> pg_backend_pid()`, w.name)
	if err != nil {
		return now, err
	}
	err = connection.QueryRow(ctx, `UPDATE ledger.head SET tip = $1 RETURNING position, tip`, newTip()).
		Scan(&now.position, &now.tip)
	return now, err
}

// close lets accepted appends finish, for as long as Options.Patience, and ends
// the writer.
func (w *writer) close() {
	w.queueMu.Lock()
	w.closing = true
	w.queueMu.Unlock()

	idle := make(chan struct{})
	go func() {
		w.callers.Wait()
		close(idle)
	}()
	patience := time.NewTimer(w.options.Patience)
	defer patience.Stop()
	select {
	case <-idle:
	case <-patience.C:
	}
	w.stop()
	<-w.stopped
	<-idle
}
