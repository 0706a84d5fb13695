package ledger

import (
	"context"
	"errors"
	"time"

	"guishu/domain"
	"guishu/eventstore"
)

// SetCourtesy says how long the ledger's commands wait for a rival's reservation
// before they settle it.
func (l *Ledger) SetCourtesy(d time.Duration) { l.keys.courtesy = d }

// Cached says whether the folded state of a stream is kept.
func (l *Ledger) Cached(stream eventstore.Stream) bool {
	e, ok := l.states.entries.Peek(stream)
	if !ok {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.loaded
}

// CachedRevision is the revision of a stream's folded state, NoRevision when none
// is kept.
func (l *Ledger) CachedRevision(stream eventstore.Stream) eventstore.Revision {
	e, ok := l.states.entries.Peek(stream)
	if !ok {
		return eventstore.NoRevision
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.loaded {
		return eventstore.NoRevision
	}
	return e.revision
}

// CachedStates is how many states are kept.
func (l *Ledger) CachedStates() int { return l.states.entries.Len() }

// SetRevision makes a kept state claim to be at another revision, for a test of
// what keeps a stale one from winning.
func (l *Ledger) SetRevision(stream eventstore.Stream, revision eventstore.Revision) {
	e, _ := l.states.entries.Peek(stream)
	e.mu.Lock()
	e.revision = revision
	e.mu.Unlock()
}

// HeardOf has a stream's kept state hear of a revision, as the tail does.
func (l *Ledger) HeardOf(stream eventstore.Stream, revision eventstore.Revision) {
	l.states.heard(stream, revision, func() (any, domain.Fact, error) { return nil, domain.Fact{}, errors.New("it is not folded") })
}

// ReserveFor reserves a key for a stream, as a command does that is then cut off.
func (l *Ledger) ReserveFor(ctx context.Context, kind domain.UniqueName, value []byte, stream eventstore.Stream) error {
	_, err := l.keys.reserve(ctx, key{kind: kind, value: value}, stream)
	return err
}
