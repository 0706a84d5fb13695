package domain

import (
	"fmt"
	"io"
	"log/slog"
	"unique"

	"github.com/google/uuid"
)

// SubjectID names the one person (or sole trader, or contact of a firm) whose
// personal data something is. One subject has one key; destroying the key
// erases the subject everywhere at once (design §4). It is opaque and may stand
// in the clear.
type SubjectID uuid.UUID

// SubjectOf is the subject behind an aggregate's id: a customer's or a staff
// member's personal data has that customer or staff member as its subject.
func SubjectOf[ID ~[16]byte](id ID) SubjectID { return SubjectID(id) }

// IsZero says whether s names nobody.
func (s SubjectID) IsZero() bool { return s == SubjectID{} }

// String is the usual text of the id.
func (s SubjectID) String() string { return uuid.UUID(s).String() }

// MarshalText writes the id as String does.
func (s SubjectID) MarshalText() ([]byte, error) { return uuid.UUID(s).MarshalText() }

// UnmarshalText reads what MarshalText wrote.
func (s *SubjectID) UnmarshalText(text []byte) error {
	return (*uuid.UUID)(s).UnmarshalText(text)
}

// HasSubject is implemented by every event with Personal fields, on the value:
// it says whose they are. Without it, or with a zero subject, such an event
// cannot be stored.
type HasSubject interface{ Subject() SubjectID }

// masked is what a Personal prints as, whatever it holds.
const masked = "***"

// Personal is a personal text: a name, a phone, an address, a free remark. It is
// stored only sealed with its subject's key, and once that key is destroyed it
// reads as erased. It can be compared with ==.
//
// However it is printed, logged or marshalled it shows "***"; only Reveal gives
// the text. The text hangs behind a handle rather than in a string field, so
// that printing a struct with an unexported Personal, which fmt does by
// reflection without asking, does not show it either.
type Personal struct {
	text   unique.Handle[string] // zero for no text
	erased bool
}

// NewPersonal makes text personal. The empty text is the zero Personal.
func NewPersonal(text string) Personal {
	if text == "" {
		return Personal{}
	}
	return Personal{text: unique.Make(text)}
}

// ErasedPersonal is a personal text whose key has been destroyed.
func ErasedPersonal() Personal { return Personal{erased: true} }

// Reveal gives the text, "" when there is none or it is erased.
func (p Personal) Reveal() string {
	if p.text == (unique.Handle[string]{}) {
		return ""
	}
	return p.text.Value()
}

// Erased says whether there was a text that nobody can read any more.
func (p Personal) Erased() bool { return p.erased }

// IsZero says whether there never was a text. An erased text is not zero.
func (p Personal) IsZero() bool { return p == Personal{} }

// Restore makes p what the store held: a text, or an erased one. Only the codec
// calls it.
func (p *Personal) Restore(text string, erased bool) {
	if erased {
		*p = ErasedPersonal()
		return
	}
	*p = NewPersonal(text)
}

// String is "***".
func (p Personal) String() string { return masked }

// GoString is "***".
func (p Personal) GoString() string { return masked }

// Format prints "***" for every verb.
func (p Personal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// LogValue is "***".
func (p Personal) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText is "***", so that a Personal that slips into any encoder but the
// codec is lost rather than leaked. There is no way back.
func (p Personal) MarshalText() ([]byte, error) { return []byte(masked), nil }
