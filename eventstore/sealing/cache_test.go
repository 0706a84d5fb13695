package sealing

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// A key that was read before a destruction and arrives after it must not come
// back to life.
func TestCacheKeepsErasedErased(t *testing.T) {
	t.Parallel()
	c, key := newCache(10), &Key{}
	late, later, unaffected := uuid.New(), uuid.New(), uuid.New()

	c.put(4, unaffected, key)
	c.hear(5, []uuid.UUID{late})
	c.put(4, late, key)  // erased and remembered as such
	c.put(4, later, key) // read too early to know
	c.put(5, unaffected, key)

	if _, known, err := c.get(late); !known || !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("the erased subject gives %v, %v", known, err)
	}
	if _, known, _ := c.get(later); known {
		t.Error("a key read before the last destruction was let in")
	}
	if got, known, err := c.get(unaffected); got != key || !known || err != nil {
		t.Errorf("the others suffer: %v, %v", known, err)
	}
}

func TestCacheForgetsTheLeastUsed(t *testing.T) {
	t.Parallel()
	c, key := newCache(2), &Key{}
	one, two, three := uuid.New(), uuid.New(), uuid.New()
	c.put(0, one, key)
	c.put(0, two, key)
	_, _, _ = c.get(one)
	c.put(0, three, key)
	for subject, want := range map[uuid.UUID]bool{one: true, two: false, three: true} {
		if _, known, _ := c.get(subject); known != want {
			t.Errorf("known %v, want %v", known, want)
		}
	}
}

// The sealed form commits to the key: a box made without the zeros in front, as
// whoever looks for two readings of one form would have to, does not open.
func TestKeyCommitment(t *testing.T) {
	t.Parallel()
	key, err := newKey(newSecret())
	if err != nil {
		t.Fatal(err)
	}
	subject, place := uuid.New(), []byte("place")
	box := append(subject[:], make([]byte, nonceLen)...)
	nonce := box[subjectLen:]
	forged := key.aead.Seal(box, nonce, []byte("a text without the zeros that stand in front of one"), place)
	if _, err := key.open(place, forged); !errors.Is(err, eventstore.ErrTampered) {
		t.Errorf("got %v", err)
	}
	honest := key.aead.Seal(box, nonce, append(make([]byte, commitLen), "text"...), place)
	if got, err := key.open(place, honest); got != "text" || err != nil {
		t.Errorf("reads %q, %v", got, err)
	}
}
