package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"guishu/domain"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Identity is somebody known by a session or an API token.
type Identity struct {
	Staff domain.StaffID
	// MustChange is true for a session that may only set a password.
	MustChange bool
	// Token is the API token's id, zero for a session; Limits are the token's.
	Token  uuid.UUID
	Limits Limits

	expires time.Time
}

// remembered is how long an identity is believed without asking the database.
// What is revoked is forgotten at once, in every process; this bounds the harm
// if that message is lost.
const remembered = time.Minute

// identities remembers who sessions and tokens belong to, by the token's hash, so
// that a request need not ask the database.
type identities struct {
	mu      sync.Mutex
	entries *lru.Cache[[sha256.Size]byte, known]
	changes uint64
	deaf    bool // nothing is remembered while revocations cannot be heard
}

type known struct {
	who   Identity
	until time.Time
}

func newIdentities(capacity int) *identities {
	entries, err := lru.New[[sha256.Size]byte, known](capacity)
	if err != nil {
		panic(err) // only for a capacity that is no positive number: a programmer's mistake
	}
	return &identities{entries: entries, deaf: true}
}

func (i *identities) find(key [sha256.Size]byte, now time.Time) (Identity, bool) {
	found, ok := i.entries.Get(key)
	if !ok || now.After(found.until) {
		return Identity{}, false
	}
	return found.who, true
}

// generation is to be asked before the database is: what was read before a
// revocation is not kept after it.
func (i *identities) generation() uint64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.changes
}

func (i *identities) keep(key [sha256.Size]byte, who Identity, generation uint64, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.deaf || i.changes != generation {
		return
	}
	until := now.Add(remembered)
	if who.expires.Before(until) {
		until = who.expires
	}
	i.entries.Add(key, known{who: who, until: until})
}

// forget drops everything known of a member of staff.
func (i *identities) forget(staff domain.StaffID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.changes++
	for _, key := range i.entries.Keys() {
		if entry, ok := i.entries.Peek(key); ok && entry.who.Staff == staff {
			i.entries.Remove(key)
		}
	}
}

// hearing says whether revocations by other processes are heard from now on.
// Whatever was remembered before may be wrong.
func (i *identities) hearing(yes bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.changes++
	i.deaf = !yes
	i.entries.Purge()
}
