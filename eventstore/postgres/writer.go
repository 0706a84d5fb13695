package postgres

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

// What one batch may carry, and how many may be on their way at once: while
// PostgreSQL makes one durable, the next one already lies in its socket.
const (
	maxBatchEvents  = 2_000
	maxBatchBytes   = 4 << 20
	maxBatchesAhead = 2
)

// writer puts the appends of this process into the ledger.
//
// Callers queue their appends; whoever finds the writer free (a caller, or the
// goroutine that reads outcomes) sends all that has gathered as one batch. A
// batch is one statement: it moves the head row from where this process last
// saw it and inserts the events, or does nothing. The next batch is built as
// if those on their way had succeeded (ahead, next); it names the tip of the
// one before it, so if that one fails, it fails too and nothing is out of step.
//
// What a batch's failure leaves open is settled by asking the database for the
// ids and streams of its appends (settle.go), one answer for each: a repeated
// append gets its first result, a conflicting one its error, and the rest goes
// out again. While several processes write, the head is locked before a batch
// is built (contend.go).
type writer struct {
	config    *pgx.ConnConfig
	options   Options
	log       *slog.Logger
	revisions *revisionCache
	committed func(eventstore.Position)
	guards    *eventstore.Guards
	name      string // of its connection, unique to this writer

	processID atomic.Uint32 // of the server process it writes through
	made      atomic.Uint64 // connections

	stopping context.Context // cancelled to give up
	stop     context.CancelFunc
	stopped  chan struct{}

	queueMu sync.Mutex
	queue   []*pending
	closing bool
	callers sync.WaitGroup // in append
	queued  atomic.Int64   // length of queue, readable without the lock

	// busy is held by whoever sends or takes in an outcome. Everything below
	// belongs to its holder.
	busy       sync.Mutex
	link       *link      // nil while there is no connection
	backlog    []*pending // taken from the queue, not sent yet
	doubtful   []*pending // to be asked about before they can be sent
	flights    []flight   // sent, in order of their replies to come
	batches    int        // of them, batches
	crowd      int        // how many appends are under way at once, roughly
	asking     bool       // one of them asks
	locking    bool       // one of them takes the head's lock
	draining   bool       // a batch failed: nothing is sent until all replies are in
	returned   []*pending // not written by a batch that failed: first in line again
	contention int        // above zero: lock the head first, for this many more batches

	lockedReply reply // to a locked batch, until its commit

	head   head                              // as of the last reply
	next   head                              // as it will be when all batches on their way succeed
	ahead  map[eventstore.Stream]speculation // revisions as they will be then
	ids    map[uuid.UUID]struct{}            // dedupe keys on their way
	build  columns
	serial uint64 // of the last batch
}

// head is a state of the ledger's head row.
type head struct {
	position eventstore.Position
	tip      int64
}

// speculation is a stream's last revision if the batch serial succeeds.
type speculation struct {
	revision eventstore.Revision
	serial   uint64
}

type flightKind int

const (
	batchFlight  flightKind = iota // appends; its success is final unless locked
	commitFlight                   // the commit of the locked batch before it
	lockFlight                     // takes the head's lock and reads the news
	askFlight                      // asks about doubtful appends
	quietFlight                    // nothing hangs on its reply
)

// flight is something sent whose reply is to come.
type flight struct {
	kind    flightKind
	serial  uint64
	appends []*pending
	events  int
	after   head // of a batch: the head when it succeeds
	locked  bool // of a batch: a commit follows
}

func newWriter(config *pgx.ConnConfig, options Options, revisions *revisionCache, committed func(eventstore.Position), guards *eventstore.Guards) *writer {
	w := &writer{
		config: config, options: options, log: options.Log, revisions: revisions, committed: committed, guards: guards,
		name:    "guishu ledger writer " + uuid.NewString(),
		ahead:   make(map[eventstore.Stream]speculation),
		ids:     make(map[uuid.UUID]struct{}),
		stopped: make(chan struct{}),
	}
	w.stopping, w.stop = context.WithCancel(context.Background())
	return w
}

// append queues a and waits for its outcome.
func (w *writer) append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	p := newPending(a)
	if !w.enqueue(p) {
		return eventstore.Appended{}, eventstore.ErrClosed
	}
	defer w.callers.Done()
	eventstore.Queued(ctx)
	w.pump()
	select {
	case <-p.done:
	case <-ctx.Done():
		if p.withdraw() {
			return eventstore.Appended{}, ctx.Err()
		}
		<-p.done
	}
	if errors.Is(p.err, errWithdrawn) {
		return eventstore.Appended{}, ctx.Err()
	}
	return p.result, p.err
}

func (w *writer) enqueue(p *pending) bool {
	w.queueMu.Lock()
	defer w.queueMu.Unlock()
	if w.closing {
		return false
	}
	w.callers.Add(1)
	w.queue = append(w.queue, p)
	w.queued.Add(1)
	return true
}

// pump sends what can be sent. When somebody else is at it, that one looks at
// the queue again after letting go, so nothing is left lying.
func (w *writer) pump() {
	for w.queued.Load() > 0 && w.busy.TryLock() {
		w.send()
		w.busy.Unlock()
	}
}

// send puts as much on its way as may be. The caller holds busy.
func (w *writer) send() {
	w.fetchQueue()
	if w.link == nil || w.draining {
		return
	}
	if w.contention > 0 {
		w.sendLock()
	} else {
		for w.worthABatch() && w.sendBatch(false) {
		}
	}
	w.sendAsk()
	w.flush()
}

func (w *writer) fetchQueue() {
	w.queueMu.Lock()
	defer w.queueMu.Unlock()
	w.backlog = append(w.backlog, w.queue...)
	clear(w.queue)
	w.queue = w.queue[:0]
	w.queued.Store(0)
}

// worthABatch holds the second batch back until half of the crowd is in it. Two
// batches of half a crowd each keep PostgreSQL busy without a pause; whoever
// goes in a smaller one makes the others wait for a commit of their own.
func (w *writer) worthABatch() bool {
	// Behind a question only its answer is awaited: a long answer and a long
	// batch could block each other.
	if len(w.backlog) == 0 || w.batches >= maxBatchesAhead || w.asking {
		return false
	}
	return w.batches == 0 || 2*len(w.backlog) >= w.crowd
}

// estimateCrowd follows how many appends are under way at once: up at once,
// down slowly. It is called before outcomes are told.
func (w *writer) estimateCrowd() {
	present := len(w.backlog) + int(w.queued.Load())
	for _, f := range w.flights {
		if f.kind == batchFlight {
			present += len(f.appends)
		}
	}
	w.crowd = max(present, w.crowd-w.crowd/8-1)
}

// sendBatch builds a batch from the backlog and queues it for the wire. It is
// false when nothing of the backlog can go now.
func (w *writer) sendBatch(locked bool) bool {
	w.serial++
	batch := flight{kind: batchFlight, serial: w.serial, locked: locked}
	w.build.begin()
	bytes, used := 0, 0
	for _, p := range w.backlog {
		full := batch.events > 0 && (batch.events+len(p.Events) > maxBatchEvents || bytes+p.size > maxBatchBytes || p.alone)
		if full {
			break
		}
		used++
		if !p.take() {
			continue
		}
		if !w.fits(p) {
			p.release()
			w.doubtful = append(w.doubtful, p)
			continue
		}
		w.board(&batch, p)
		bytes += p.size
		if p.alone {
			break
		}
	}
	w.backlog = dropFirst(w.backlog, used)
	if batch.events == 0 {
		return false
	}
	batch.after = head{position: w.next.position + eventstore.Position(batch.events), tip: newTip()}
	w.link.execute(statementAppend, w.build.parameters(w.next, batch.after.tip)...)
	w.link.sync()
	w.next = batch.after
	w.batches++
	w.flights = append(w.flights, batch)
	return true
}

// fits says whether p can go as far as this process knows, and sets its base.
// Whatever does not fit is asked about, never refused from memory: its ids may
// be in the ledger already.
func (w *writer) fits(p *pending) bool {
	for _, key := range p.dedupes {
		if _, underway := w.ids[key]; underway {
			return false
		}
	}
	revision, known := w.revision(p)
	switch {
	case p.Expected == eventstore.NoStream:
		p.base = eventstore.NoRevision
		return !known || revision == eventstore.NoRevision
	case !known:
		return false
	case p.Expected == eventstore.StreamExists && revision == eventstore.NoRevision:
		return false
	case p.Expected >= 0 && eventstore.Revision(p.Expected) != revision:
		return false
	}
	p.base = revision
	return true
}

// revision is what p's stream has at least reached, or will have.
func (w *writer) revision(p *pending) (eventstore.Revision, bool) {
	if speculated, ok := w.ahead[p.Stream]; ok {
		return speculated.revision, true
	}
	revision, known := w.revisions.get(p.Stream)
	if p.asked {
		return max(revision, p.least), true
	}
	return revision, known
}

func (w *writer) board(batch *flight, p *pending) {
	w.build.add(p)
	batch.appends = append(batch.appends, p)
	batch.events += len(p.Events)
	w.ahead[p.Stream] = speculation{revision: p.last(), serial: batch.serial}
	for _, key := range p.dedupes {
		w.ids[key] = struct{}{}
	}
}

func (w *writer) flush() {
	if w.link == nil || len(w.link.out) == 0 {
		return
	}
	if err := w.link.flush(); err != nil {
		// The reading side fails too and does what has to be done.
		_ = w.link.net.Close()
	}
}

func dropFirst(list []*pending, count int) []*pending {
	rest := copy(list, list[count:])
	clear(list[rest:])
	return list[:rest]
}
