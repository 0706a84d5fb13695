// Package sealing keeps personal data unreadable without a key, and keeps the
// keys: one random key a person, wrapped by a key-encryption key (KEK) that lies
// outside the database. Destroying a person's key erases the person from the
// whole ledger at once, while not a byte of it changes (PIPL art. 47, design §4).
package sealing

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// KeyRing keeps the subjects' keys. Its methods may be called concurrently.
type KeyRing interface {
	// Ledger is the id of the ledger the keys belong to. What is sealed for one
	// ledger opens in no other.
	Ledger() uuid.UUID
	// DataKey gives a subject's key and makes it, durably, if there is none yet;
	// eventstore.ErrErased if it was destroyed.
	DataKey(ctx context.Context, subject uuid.UUID) (*Key, error)
	// Lookup gives a subject's key; eventstore.ErrErased if it was destroyed,
	// eventstore.ErrKeyMissing if there never was one.
	Lookup(ctx context.Context, subject uuid.UUID) (*Key, error)
	// Prefetch brings the keys of many subjects into memory with one query.
	// Erased and unknown subjects are no error.
	Prefetch(ctx context.Context, subjects []uuid.UUID) error
	// Destroy destroys a subject's key for good and records why: basis is a
	// short code such as "pipl-47", never personal data. Repeating it changes
	// nothing; a subject that never had a key will get none.
	Destroy(ctx context.Context, subject uuid.UUID, basis string) error
}

// Sealer seals and opens personal texts with the keys of a ring.
type Sealer struct {
	ring   KeyRing
	random io.Reader
}

var _ eventstore.Sealer = (*Sealer)(nil)

// NewSealer makes a sealer over ring.
func NewSealer(ring KeyRing) *Sealer { return &Sealer{ring: ring, random: rand.Reader} }

// NewRepeatableSealer makes a sealer whose nonces come from random. It is for
// golden files only: nonces that repeat break the sealing.
func NewRepeatableSealer(ring KeyRing, random io.Reader) *Sealer {
	return &Sealer{ring: ring, random: random}
}

// Seal gives the sealed form of text at place.
func (s *Sealer) Seal(ctx context.Context, subject uuid.UUID, place []byte, text string) (string, error) {
	if subject == uuid.Nil {
		return "", eventstore.ErrNoSubject
	}
	key, err := s.ring.DataKey(ctx, subject)
	if err != nil {
		return "", err
	}
	return key.seal(s.random, subject, s.bind(subject, place), text)
}

// Open gives back what was sealed at place.
func (s *Sealer) Open(ctx context.Context, place, sealed []byte) (string, error) {
	subject, box, err := unbox(sealed)
	if err != nil {
		return "", err
	}
	key, err := s.ring.Lookup(ctx, subject)
	if err != nil {
		return "", err
	}
	return key.open(s.bind(subject, place), box)
}

// bind puts ledger and subject, both of fixed length, in front of place.
func (s *Sealer) bind(subject uuid.UUID, place []byte) []byte {
	ledger := s.ring.Ledger()
	bound := make([]byte, 0, len(ledger)+len(subject)+len(place))
	bound = append(bound, ledger[:]...)
	bound = append(bound, subject[:]...)
	return append(bound, place...)
}

// Prefetch brings the keys of every subject named in events' data into memory.
func (s *Sealer) Prefetch(ctx context.Context, events []eventstore.Event) error {
	seen := map[uuid.UUID]bool{}
	var subjects []uuid.UUID
	for _, e := range events {
		for subject := range subjectsIn(e.Data) {
			if !seen[subject] {
				seen[subject] = true
				subjects = append(subjects, subject)
			}
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	if err := s.ring.Prefetch(ctx, subjects); err != nil {
		return fmt.Errorf("prefetch %d keys: %w", len(subjects), err)
	}
	return nil
}

// subjectsIn finds the subjects of all sealed texts in an event's data without
// parsing it. What merely looks like a sealed text only costs a look-up.
func subjectsIn(data []byte) func(yield func(uuid.UUID) bool) {
	const letters = 24 // 18 bytes, of which 16 are the subject
	opening := []byte(`"` + marker)
	return func(yield func(uuid.UUID) bool) {
		for {
			i := bytes.Index(data, opening)
			if i < 0 || len(data) < i+len(opening)+letters {
				return
			}
			data = data[i+len(opening):]
			var head [18]byte
			if _, err := encoding.Decode(head[:], data[:letters]); err != nil {
				continue
			}
			if !yield(uuid.UUID(head[:subjectLen])) {
				return
			}
		}
	}
}

// ErrWrongKEK says that the key-encryption key is not the one the keys were
// wrapped with.
var ErrWrongKEK = errors.New("sealing: the key-encryption key (KEK) does not fit this ledger's keys: " +
	"give the KEK the ledger was made with, in GUISHU_KEK, GUISHU_KEK_FILE or the data folder")

// ErrKEKRotated says that the key-encryption key was changed while this process
// ran; it must be started again with the new one.
var ErrKEKRotated = errors.New("sealing: the key-encryption key (KEK) was changed, start again with the new one")
