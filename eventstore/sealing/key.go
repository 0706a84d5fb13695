package sealing

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// The sealed form of a text is
//
//	"sealed1:" base64url( subject[16] nonce[12] AES-256-GCM( zeros[32] text ) )
//
// with ledger, subject, stream, event id and the field's path as additional
// data. The 32 zero bytes in front of the text commit to the key: GCM alone
// would let somebody who may choose keys make one sealed form that opens to
// different texts under different keys; two keys under which the same bytes
// open to 32 zeros cannot be found. It costs two blocks of AES and 43 letters,
// and lets a sealed form stand as evidence of its text.
const (
	marker     = "sealed1:"
	subjectLen = 16
	nonceLen   = 12
	tagLen     = 16
	commitLen  = 32
	keyLen     = 32
)

var encoding = base64.RawURLEncoding

// Key is one subject's data key, ready for use. It does not give its bytes away.
type Key struct{ aead cipher.AEAD }

// newKey makes a key of 32 bytes.
func newKey(raw []byte) (*Key, error) {
	aead, err := newAEAD(raw)
	if err != nil {
		return nil, err
	}
	return &Key{aead: aead}, nil
}

func newAEAD(raw []byte) (cipher.AEAD, error) {
	if len(raw) != keyLen {
		return nil, errors.New("sealing: a key has 32 bytes")
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal gives text's sealed form, with a nonce from random.
func (k *Key) seal(random io.Reader, subject uuid.UUID, place []byte, text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", errNotUTF8
	}
	box := make([]byte, subjectLen+nonceLen, subjectLen+nonceLen+commitLen+len(text)+tagLen)
	copy(box, subject[:])
	nonce := box[subjectLen:]
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", err
	}
	plain := make([]byte, commitLen, commitLen+len(text))
	plain = append(plain, text...)
	box = k.aead.Seal(box, nonce, plain, place)

	sealed := make([]byte, len(marker), len(marker)+encoding.EncodedLen(len(box)))
	copy(sealed, marker)
	return string(encoding.AppendEncode(sealed, box)), nil
}

// open gives back the text in box, which unbox made of a sealed form.
func (k *Key) open(place, box []byte) (string, error) {
	plain, err := k.aead.Open(nil, box[subjectLen:subjectLen+nonceLen], box[subjectLen+nonceLen:], place)
	if err != nil || !bytes.Equal(plain[:commitLen], zeros[:]) {
		return "", eventstore.ErrTampered
	}
	return string(plain[commitLen:]), nil
}

var (
	zeros      [commitLen]byte
	errNotUTF8 = errors.New("sealing: the text is not UTF-8")
)

// unbox reads the sealed form up to where the key is needed.
func unbox(sealed []byte) (subject uuid.UUID, box []byte, err error) {
	rest, ok := bytes.CutPrefix(sealed, []byte(marker))
	if !ok {
		return uuid.Nil, nil, eventstore.ErrTampered
	}
	box, err = encoding.AppendDecode(nil, rest)
	if err != nil || len(box) < subjectLen+nonceLen+commitLen+tagLen {
		return uuid.Nil, nil, eventstore.ErrTampered
	}
	return uuid.UUID(box[:subjectLen]), box, nil
}

// newSecret gives 32 fresh random bytes.
func newSecret() []byte {
	raw := make([]byte, keyLen)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	return raw
}
