package domain

// UniqueName is a kind of unique key as reservations of it are stored.
type UniqueName string

// UniqueKind is a kind of key that no two streams may have at a time, whatever
// their category: an identity document, a sign-in name (design §2). It is declared
// once, beside the state that has such keys.
type UniqueKind struct {
	// Name is how reservations are stored and never changes.
	Name    UniqueName
	Chinese string
	English string
	// Field is the field of a command that gives such a key, and Taken what refuses
	// a key that somebody else has.
	Field string
	Taken Code
	// Hashed keys are kept as a keyed hash only, because the text is personal.
	Hashed bool
}

// Key is a key of this kind.
func (k UniqueKind) Key(text string) UniqueKey { return UniqueKey{Kind: k, Text: text} }

// Refusal is what a command is told whose key of this kind somebody else has.
func (k UniqueKind) Refusal() error { return k.Taken.At(k.Field) }

// UniqueKey is what must be unique, in clear and in the one form in which such keys
// are compared.
type UniqueKey struct {
	Kind UniqueKind
	Text string
}

// HasUniqueKeys is implemented by the states of categories with unique kinds:
// UniqueKeys are the keys that the stream has now, at most one of a kind. What is
// reserved for a stream, confirmed, given up and made anew from the log follows
// from it alone.
type HasUniqueKeys interface{ UniqueKeys() []UniqueKey }
