package eventstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Sealable is a personal text that an event may hold and that is only ever
// stored sealed. Pointers to domain.Personal implement it.
type Sealable interface {
	Reveal() string
	Erased() bool
	IsZero() bool
	Restore(text string, erased bool)
}

// Sealer seals personal texts under their subject's key and opens them again.
// The place is where the text stands; a sealed text opens nowhere else.
// Package sealing implements it.
type Sealer interface {
	// Seal gives the sealed form of text, itself a plain ASCII text. It makes
	// the subject's key if there is none yet, durably, and gives ErrErased if
	// the key was destroyed.
	Seal(ctx context.Context, subject uuid.UUID, place []byte, text string) (string, error)
	// Open gives back the text; ErrErased when the subject's key was destroyed,
	// ErrTampered when the sealed form is not what was sealed at this place,
	// ErrKeyMissing when the key is in no store that was asked.
	Open(ctx context.Context, place []byte, sealed []byte) (string, error)
	// Prefetch brings the keys that the given events' data need into memory in
	// one go.
	Prefetch(ctx context.Context, events []Event) error
}

var (
	// ErrErased says that the subject's key has been destroyed.
	ErrErased = errors.New("personal data: erased")
	// ErrTampered says that a sealed text was changed, cut, or moved from
	// another event or field.
	ErrTampered = errors.New("personal data: sealed text was changed or does not belong here")
	// ErrKeyMissing says that a sealed text names a subject of whom the key
	// store knows nothing: it is not erased, the key store is the wrong or an
	// older one.
	ErrKeyMissing = errors.New("personal data: the key store does not know the subject")
	// ErrNoSubject says that an event with personal texts does not say whose
	// they are.
	ErrNoSubject = errors.New("personal data: the event has personal texts but no subject")
)

// SealedFieldError says which field of which event could not be sealed or
// opened. Its Err is one of the errors above or the key store's.
type SealedFieldError struct {
	Stream Stream
	Event  uuid.UUID
	Field  string // as a JSON pointer, such as /Contacts/0/Phone
	Err    error
}

func (e *SealedFieldError) Error() string {
	return fmt.Sprintf("event %s on %s, field %s: %v", e.Event, e.Stream, e.Field, e.Err)
}

func (e *SealedFieldError) Unwrap() error { return e.Err }
