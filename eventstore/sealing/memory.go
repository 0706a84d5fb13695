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
	make   func(subject uuid.UUID) []byte
	mu     sync.Mutex
	keys   map[uuid.UUID]*Key // nil for an erased subject
}

var _ KeyRing = (*MemoryRing)(nil)

// NewMemoryRing makes an empty ring for a ledger of that id.
func NewMemoryRing(ledger uuid.UUID) *MemoryRing {
	return NewDerivedRing(ledger, func(uuid.UUID) []byte { return newSecret() })
}

// NewDerivedRing makes a ring whose keys of 32 bytes come from derive. It is for
// golden files, whose keys must be the same everywhere.
func NewDerivedRing(ledger uuid.UUID, derive func(subject uuid.UUID) []byte) *MemoryRing {
	return &MemoryRing{ledger: ledger, make: derive, keys: map[uuid.UUID]*Key{}}
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
	key, err := newKey(r.make(subject))
	if err != nil {
		return nil, err
	}
	r.keys[subject] = key
	return key, nil
}

// Lookup gives a subject's key.
func (r *MemoryRing) Lookup(_ context.Context, subject uuid.UUID) (*Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key, ok := r.keys[subject]
	if !ok {
		return nil, eventstore.ErrKeyMissing
	}
	return known(key)
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
