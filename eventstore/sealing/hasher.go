package sealing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/google/uuid"
)

// Purpose keeps hashes made for one use from being matched with those of
// another: each has keys of its own.
type Purpose string

const (
	// ForLookups hashes identity documents, phones and cards for equality
	// look-ups in read models and reservations, which can be deleted and rebuilt.
	ForLookups Purpose = "lookup"
	// ForRequests hashes request bodies, to tell a reused idempotency key with
	// another body. Its key is not meant to be rotated.
	ForRequests Purpose = "request"
)

// LookupHash is a keyed hash, HMAC-SHA256, of a kind of text and the text. Equal
// texts have equal hashes under one generation of the key; without the key the
// texts, few as the possible phones and identity numbers are, cannot be tried.
type LookupHash [sha256.Size]byte

// String is the hash as 43 letters of base64url.
func (h LookupHash) String() string { return encoding.EncodeToString(h[:]) }

// IsZero says whether h is no hash.
func (h LookupHash) IsZero() bool { return h == LookupHash{} }

// Hasher makes look-up hashes with one generation of a purpose's key.
type Hasher struct {
	generation int
	secret     []byte
	macs       sync.Pool // of hash.Hash, which know the key: beginning anew is dear
}

// NewHasher makes a hasher with a fresh key that nobody else has, for tests and
// trials; a Ring's are the ledger's.
func NewHasher() *Hasher { return &Hasher{generation: 1, secret: newSecret()} }

// Generation is the number of the key: hashes of different generations do not
// compare, so whoever stores a hash stores it too.
func (h *Hasher) Generation() int { return h.generation }

// Hash hashes text, which the caller has brought into its canonical form. Kind
// says what the text is, such as "phone" or "resident-id", so that equal texts of
// two kinds do not meet.
func (h *Hasher) Hash(kind, text string) LookupHash {
	mac, ready := h.macs.Get().(hash.Hash)
	if !ready {
		mac = hmac.New(sha256.New, h.secret)
	}
	defer h.macs.Put(mac)
	mac.Reset()
	message := binary.AppendUvarint(make([]byte, 0, 2+len(kind)+len(text)), uint64(len(kind)))
	message = append(message, kind...)
	message = append(message, text...)
	mac.Write(message)
	return LookupHash(mac.Sum(nil))
}

// aboutHashKey ties a wrapped hash key to its place.
func aboutHashKey(ledger uuid.UUID, purpose Purpose, generation int) []byte {
	about := append([]byte("guishu hash key 1\x00"), ledger[:]...)
	about = binary.AppendUvarint(about, uint64(generation))
	return append(about, purpose...)
}

// aboutDataKey ties a wrapped data key to its subject.
func aboutDataKey(ledger, subject uuid.UUID) []byte {
	about := append([]byte("guishu data key 1\x00"), ledger[:]...)
	return append(about, subject[:]...)
}

// aboutCheck ties the check value to its ledger.
func aboutCheck(ledger uuid.UUID) []byte {
	return append([]byte("guishu check 1\x00"), ledger[:]...)
}
