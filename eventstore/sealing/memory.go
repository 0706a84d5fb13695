package sealing

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// MemoryRing keeps keys in memory only, for tests and trials: what it sealed is
// unreadable once it is gone.
type MemoryRing struct {
	ledger uuid.UUID
	derive func(subject uuid.UUID) []byte // nil for random keys
	mu     sync.Mutex
	keys   map[uuid.UUID]*Key // nil for an erased subject
}

var _ KeyRing = (*MemoryRing)(nil)

// NewMemoryRing makes an empty ring for a ledger of that id.
func NewMemoryRing(ledger uuid.UUID) *MemoryRing {
	return &MemoryRing{ledger: ledger, keys: map[uuid.UUID]*Key{}}
}

// NewDerivedRing makes a ring whose keys of 32 bytes come from derive, so that it
// knows every subject. It is for golden files, whose keys must be the same
// everywhere.
func NewDerivedRing(ledger uuid.UUID, derive func(subject uuid.UUID) []byte) *MemoryRing {
	return &MemoryRing{ledger: ledger, derive: derive, keys: map[uuid.UUID]*Key{}}
}

// Ledger is the id given to NewMemoryRing.
func (r *MemoryRing) Ledger() uuid.UUID { return r.ledger }

// DataKey gives or makes a subject's key.
func (r *MemoryRing) DataKey(_ context.Context, subject uuid.UUID) (*Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key, ok := r.keys[subject]; ok {
		return known(key)
	}
	if r.derive == nil {
		return r.keep(subject, newSecret())
	}
	return r.keep(subject, r.derive(subject))
}

// Lookup gives a subject's key.
func (r *MemoryRing) Lookup(ctx context.Context, subject uuid.UUID) (*Key, error) {
	if r.derive != nil {
		return r.DataKey(ctx, subject)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key, ok := r.keys[subject]
	if !ok {
		return nil, eventstore.ErrKeyMissing
	}
	return known(key)
}

// keep puts a new key in its place; r.mu is held.
func (r *MemoryRing) keep(subject uuid.UUID, raw []byte) (*Key, error) {
	key, err := newKey(raw)
	if err != nil {
		return nil, err
	}
	r.keys[subject] = key
	return key, nil
}

// Prefetch has nothing to do.
func (r *MemoryRing) Prefetch(context.Context, []uuid.UUID) error { return nil }

// Destroy forgets a subject's key for good.
func (r *MemoryRing) Destroy(_ context.Context, subject uuid.UUID, _ string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[subject] = nil
	return nil
}

func known(key *Key) (*Key, error) {
	if key == nil {
		return nil, eventstore.ErrErased
	}
	return key, nil
}
