package ledger

import (
	"context"
	"hash/maphash"
	"sync"

	"guishu/domain"
	"guishu/eventstore"

	lru "github.com/hashicorp/golang-lru/v2"
)

// foldable is what every aggregate's state offers: fold an event in, make a copy.
type foldable[S any] interface {
	*S
	Apply(event any, fact domain.Fact)
	Clone() *S
}

// Snapshot is a folded state at a revision. The state is shared and must not be
// changed.
type Snapshot[S any] struct {
	State    *S
	Stream   eventstore.Stream
	Revision eventstore.Revision
}

// entry is a cached state. The state it points to is never changed, only
// replaced.
type entry struct {
	mu       sync.Mutex
	loaded   bool
	state    any
	revision eventstore.Revision
	known    eventstore.Revision // the newest revision heard of, loaded or not
	fold     func(state any, event any, fact domain.Fact) any
}

// take folds one event in.
func (e *entry) take(revision eventstore.Revision, event any, fact domain.Fact) {
	e.state, e.revision = e.fold(e.state, event, fact), revision
}

// states keeps folded states of the streams used last. The ledger's tail keeps
// them current, whoever appends; the expected revision of an append keeps them
// honest all the same (design §2).
type states struct {
	entries *lru.Cache[eventstore.Stream, *entry]
}

func newStates(capacity int) *states {
	entries, err := lru.New[eventstore.Stream, *entry](capacity)
	if err != nil {
		panic(err) // only for a capacity that is no positive number: a programmer's mistake
	}
	return &states{entries: entries}
}

func (s *states) of(stream eventstore.Stream, fold func(any, any, domain.Fact) any) *entry {
	if e, ok := s.entries.Get(stream); ok {
		return e
	}
	fresh := &entry{revision: eventstore.NoRevision, known: eventstore.NoRevision, fold: fold}
	if previous, ok, _ := s.entries.PeekOrAdd(stream, fresh); ok {
		return previous
	}
	return fresh
}

// heard takes in an event that the tail delivered or this process appended.
func (s *states) heard(stream eventstore.Stream, revision eventstore.Revision, decode func() (any, domain.Fact, error)) {
	e, ok := s.entries.Peek(stream)
	if !ok {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known = max(e.known, revision)
	if !e.loaded || revision <= e.revision {
		return
	}
	if revision != e.revision+1 {
		e.loaded = false
		return
	}
	event, fact, err := decode()
	if err != nil {
		e.loaded = false
		return
	}
	e.take(revision, event, fact)
}

// forget makes the next load of a stream read the store.
func (s *states) forget(stream eventstore.Stream) {
	if e, ok := s.entries.Peek(stream); ok {
		e.mu.Lock()
		e.loaded = false
		e.mu.Unlock()
	}
}

// load folds a stream, from the cache where it can.
func Load[S any, P foldable[S]](ctx context.Context, l *Ledger, stream eventstore.Stream) (Snapshot[S], error) {
	e := l.states.of(stream, func(state, event any, fact domain.Fact) any {
		next := P(state.(*S)).Clone()
		P(next).Apply(event, fact)
		return next
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	for !e.loaded {
		read, err := Fold[S, P](ctx, l, stream)
		if err != nil {
			return read, err
		}
		e.state, e.revision = read.State, read.Revision
		// An event heard of while reading may not have been read: read again.
		e.loaded = read.Revision >= e.known
	}
	return Snapshot[S]{State: e.state.(*S), Stream: stream, Revision: e.revision}, nil
}

// Fold reads a stream from the store, whatever is kept of it.
func Fold[S any, P foldable[S]](ctx context.Context, l *Ledger, stream eventstore.Stream) (Snapshot[S], error) {
	state, revision := new(S), eventstore.NoRevision
	for read, err := range l.ReadStream(ctx, eventstore.StreamQuery{Stream: stream}) {
		if err != nil {
			return Snapshot[S]{}, err
		}
		P(state).Apply(read.Event, read.Fact)
		revision = read.Revision
	}
	return Snapshot[S]{State: state, Stream: stream, Revision: revision}, nil
}

// LastRevision is the newest revision of a stream that is a record and decides
// nothing.
func (l *Ledger) LastRevision(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	last, err := Load[record](ctx, l, stream)
	return last.Revision, err
}

// record is the state of a stream that only grows.
type record struct{}

// Apply folds nothing: only the revision counts.
func (*record) Apply(any, domain.Fact) {}

// Clone gives the same nothing.
func (r *record) Clone() *record { return r }

// Forget makes the next Load of a stream read the store, for when what is kept of it
// is known to be behind.
func (l *Ledger) Forget(stream eventstore.Stream) { l.states.forget(stream) }

// turnstiles let commands of this process on the same stream go one after the
// other, so that many at once do not decide on the same revision in vain. They
// are for speed alone: the expected revision decides.
type turnstiles struct {
	seed  maphash.Seed
	slots [1024]chan struct{}
}

func newTurnstiles() *turnstiles {
	t := &turnstiles{seed: maphash.MakeSeed()}
	for i := range t.slots {
		t.slots[i] = make(chan struct{}, 1)
	}
	return t
}

// enter waits for the stream's turn and returns how to leave.
func (t *turnstiles) enter(ctx context.Context, stream eventstore.Stream) (func(), error) {
	slot := t.slots[maphash.String(t.seed, string(stream))%uint64(len(t.slots))]
	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
