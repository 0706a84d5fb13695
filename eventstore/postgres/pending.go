package postgres

import (
	"crypto/sha256"
	"errors"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// errWithdrawn stands for the error of the caller's context.
var errWithdrawn = errors.New("withdrawn by its caller")

// Where a pending append is.
const (
	waiting int32 = iota // its caller may withdraw it
	taken                // the writer has it: its outcome is being made
	ended                // withdrawn or finished
)

// pending is an append on its way through the writer. It belongs to the writer
// except for its state, which decides the race between sending and withdrawing.
type pending struct {
	eventstore.Append
	dedupes []uuid.UUID
	size    int       // bytes of data and metadata
	since   time.Time // it has been waiting

	state   atomic.Int32
	unloved atomic.Bool   // its caller no longer waits
	done    chan struct{} // closed when result and err are set
	result  eventstore.Appended
	err     error

	// What the writer has learned about it.
	sent  bool                // when the connection broke: perhaps written, so it stays taken until the ledger has been asked
	floor eventstore.Position // the head before it was sent: what it wrote stands behind
	asked bool                // the database has been asked for its ids and stream
	least eventstore.Revision // and its stream was there, or further by now
	alone bool                // it goes in a batch of its own, an error being somebody's fault
	base  eventstore.Revision // in a batch: the stream's revision before it
}

func newPending(a eventstore.Append) *pending {
	p := &pending{Append: a, done: make(chan struct{}), least: eventstore.NoRevision, since: time.Now()}
	p.dedupes = make([]uuid.UUID, len(a.Events))
	for i, event := range a.Events {
		p.dedupes[i] = dedupeKey(a.Scope, a.Stream, event.ID)
		p.size += len(event.Data) + len(event.Metadata)
	}
	return p
}

// dedupeKey is what must be new for an event to be new.
func dedupeKey(scope eventstore.IDScope, stream eventstore.Stream, id uuid.UUID) uuid.UUID {
	if scope == eventstore.InStore {
		return id
	}
	buffer := make([]byte, 0, eventstore.MaxNameBytes+len(id))
	buffer = append(buffer, id[:]...)
	buffer = append(buffer, stream...)
	sum := sha256.Sum256(buffer)
	key := uuid.UUID(sum[:16])
	key[6] = key[6]&0x0f | 0x80 // version 8: nobody else's
	key[8] = key[8]&0x3f | 0x80
	return key
}

// last is the stream's revision after p, when it stood at p.base before.
func (p *pending) last() eventstore.Revision {
	return p.base + eventstore.Revision(len(p.Events))
}

// take claims p for the writer. It is false when its caller has withdrawn it.
func (p *pending) take() bool { return p.state.CompareAndSwap(waiting, taken) }

// release gives back a taken p that certainly has not been written.
func (p *pending) release() {
	p.state.Store(waiting)
	if p.unloved.Load() {
		p.refuse(errWithdrawn)
	}
}

// withdraw is the caller's way out. When it is false, the outcome is on its way
// through done.
func (p *pending) withdraw() bool {
	p.unloved.Store(true)
	return p.state.CompareAndSwap(waiting, ended)
}

// finish ends a taken p.
func (p *pending) finish(result eventstore.Appended, err error) {
	p.result, p.err = result, err
	p.state.Store(ended)
	close(p.done)
}

// refuse ends a waiting p unless its caller has withdrawn it.
func (p *pending) refuse(err error) {
	if p.take() {
		p.finish(eventstore.Appended{}, err)
	}
}

// giveUp ends p, which the database can neither be given nor asked about.
func (p *pending) giveUp(err error) {
	if p.sent {
		p.finish(eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: err})
		return
	}
	p.refuse(err)
}

// gone says that nobody waits for p any more.
func (p *pending) gone() bool { return p.state.Load() == ended }
