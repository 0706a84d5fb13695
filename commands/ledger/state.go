package ledger

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"

	"guishu/domain"
	"guishu/eventstore"

	lru "github.com/hashicorp/golang-lru/v2"
)

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
	of       domain.StateType
}

// take folds one event in.
func (e *entry) take(revision eventstore.Revision, event any, fact domain.Fact) {
	next := e.of.Clone(e.state)
	e.of.Apply(next, event, fact)
	e.state, e.revision = next, revision
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

func (s *states) of(stream eventstore.Stream, of domain.StateType) *entry {
	if e, ok := s.entries.Get(stream); ok {
		return e
	}
	fresh := &entry{revision: eventstore.NoRevision, known: eventstore.NoRevision, of: of}
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

// loaded is the state of a stream of any category.
type loaded struct {
	category domain.Category
	state    any // shared, and must not be changed
	revision eventstore.Revision
}

// keys are the unique keys that the stream has.
func (l loaded) keys() []domain.UniqueKey { return l.category.State.UniqueKeys(l.state) }

// load folds a stream into what its category says, from the cache where it can. A
// stream of no category is *aggregates.UnknownStreamError.
func (l *Ledger) load(ctx context.Context, stream eventstore.Stream) (loaded, error) {
	category, err := l.directory.Of(string(stream))
	if err != nil {
		return loaded{}, err
	}
	e := l.states.of(stream, category.State)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loaded && mustAsk(ctx, stream) {
		if err := l.bring(ctx, stream, e); err != nil {
			return loaded{}, err
		}
	}
	for again := false; !e.loaded; again = true {
		state, revision, err := l.fold(ctx, stream, category.State)
		if err != nil {
			return loaded{}, err
		}
		if revision < e.known && !again {
			// The store has shown more than that, or an older copy of it answers.
			if err := l.vigil.look(ctx); err != nil {
				return loaded{}, err
			}
			continue
		}
		// Whoever has shown more to this process was not the ledger that it knows.
		e.state, e.revision, e.known, e.loaded = state, revision, revision, true
	}
	return loaded{category, e.state, e.revision}, nil
}

// fold reads a stream from the store, whatever is kept of it.
func (l *Ledger) fold(ctx context.Context, stream eventstore.Stream, into domain.StateType) (any, eventstore.Revision, error) {
	state, revision := into.Fresh(), eventstore.NoRevision
	for read, err := range l.ReadStream(ctx, eventstore.StreamQuery{Stream: stream}) {
		if err != nil {
			return nil, revision, err
		}
		into.Apply(state, read.Event, read.Fact)
		revision = read.Revision
	}
	return state, revision, nil
}

// Load is the state of a stream, which must be folded into an S, from the cache
// where it can.
func Load[S any](ctx context.Context, l *Ledger, stream eventstore.Stream) (Snapshot[S], error) {
	read, err := l.load(ctx, stream)
	return snapshotOf[S](stream, read.state, read.revision, err)
}

// Fold is Load from the store, whatever is kept of the stream.
func Fold[S any](ctx context.Context, l *Ledger, stream eventstore.Stream) (Snapshot[S], error) {
	category, err := l.directory.Of(string(stream))
	if err != nil {
		return Snapshot[S]{}, err
	}
	state, revision, err := l.fold(ctx, stream, category.State)
	return snapshotOf[S](stream, state, revision, err)
}

func snapshotOf[S any](stream eventstore.Stream, state any, revision eventstore.Revision, err error) (Snapshot[S], error) {
	if err != nil {
		return Snapshot[S]{}, err
	}
	of, is := state.(*S)
	if !is {
		return Snapshot[S]{}, fmt.Errorf("ledger: %s is folded into %T, not into %T", stream, state, of)
	}
	return Snapshot[S]{State: of, Stream: stream, Revision: revision}, nil
}

// LastRevision is the newest revision of a stream that is a record and decides
// nothing.
func (l *Ledger) LastRevision(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	last, err := Load[domain.Record](ctx, l, stream)
	return last.Revision, err
}

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
