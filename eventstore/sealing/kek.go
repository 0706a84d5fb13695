package sealing

import (
	"crypto/cipher"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KEK is the key-encryption key: the one secret that lies outside the database.
// It prints as "***".
type KEK struct{ secret *[keyLen]byte }

// NewKEK makes a fresh random one.
func NewKEK() KEK { return KEK{secret: (*[keyLen]byte)(newSecret())} }

// ParseKEK reads 32 bytes written as 64 hexadecimal digits or as base64.
func ParseKEK(text string) (KEK, error) {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if raw, err := decode(text); err == nil && len(raw) == keyLen {
			return KEK{secret: (*[keyLen]byte)(raw)}, nil
		}
	}
	return KEK{}, errors.New("sealing: a key-encryption key (KEK) is 32 bytes as hexadecimal digits or base64")
}

// Format prints "***".
func (k KEK) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "***") }

// MarshalText is "***".
func (k KEK) MarshalText() ([]byte, error) { return []byte("***"), nil }

func (k KEK) reveal() string { return base64.StdEncoding.EncodeToString(k.secret[:]) }

func (k KEK) wrap(raw, about []byte) ([]byte, error) {
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	nonce := newSecret()[:nonceLen:nonceLen]
	return aead.Seal(nonce, nonce, raw, about), nil
}

func (k KEK) unwrap(wrapped, about []byte) ([]byte, error) {
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	if len(wrapped) < nonceLen+tagLen {
		return nil, errWrapping
	}
	raw, err := aead.Open(nil, wrapped[:nonceLen], wrapped[nonceLen:], about)
	if err != nil {
		return nil, errWrapping
	}
	return raw, nil
}

var errWrapping = errors.New("sealing: a wrapped key was damaged or belongs to another row")

func (k KEK) aead() (cipher.AEAD, error) {
	if k.secret == nil {
		return nil, errors.New("sealing: no key-encryption key (KEK) given")
	}
	return newAEAD(k.secret[:])
}

// KEKSource says where the key-encryption key is: in the environment variable
// GUISHU_KEK; else in the file that GUISHU_KEK_FILE names; else in the file
// "kek" in Folder, where file and folder are made when the ledger is new.
type KEKSource struct {
	Folder      string
	Environment func(name string) string // os.Getenv, nil for none
	fixed       KEK
}

// FixedKEK is a source that gives k.
func FixedKEK(k KEK) KEKSource { return KEKSource{fixed: k} }

const (
	kekFile     = "kek"
	nextKEKFile = "kek.next" // a rotation's new KEK until the rotation is done
)

// load gives the KEK, made if create is set and the folder has none.
func (s KEKSource) load(create bool) (KEK, error) {
	if s.fixed.secret != nil {
		return s.fixed, nil
	}
	if s.Environment != nil {
		if text := s.Environment("GUISHU_KEK"); text != "" {
			return ParseKEK(text)
		}
		if path := s.Environment("GUISHU_KEK_FILE"); path != "" {
			return readKEK(path)
		}
	}
	path := filepath.Join(s.Folder, kekFile)
	k, err := readKEK(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if !create {
		return KEK{}, fmt.Errorf("%w (there is no file %s)", ErrWrongKEK, path)
	}
	k = NewKEK()
	if err := writeKEK(path, k); err != nil && !errors.Is(err, fs.ErrExist) {
		return KEK{}, err
	}
	return readKEK(path) // another process may have been first
}

// fitting gives the KEK for a ledger that is there already. A rotation that was
// cut off between the database and the folder is brought to its end.
func (s KEKSource) fitting(fits func(KEK) bool) (KEK, error) {
	k, err := s.load(false)
	if err == nil && fits(k) {
		return k, nil
	}
	if !s.inFolder() {
		return KEK{}, errors.Join(err, wrongUnless(err))
	}
	next, nextErr := readKEK(filepath.Join(s.Folder, nextKEKFile))
	if nextErr == nil && fits(next) {
		return next, promoteKEK(s.Folder)
	}
	return KEK{}, errors.Join(err, wrongUnless(err))
}

// wrongUnless is ErrWrongKEK when there is no better reason.
func wrongUnless(err error) error {
	if err != nil {
		return nil
	}
	return ErrWrongKEK
}

func (s KEKSource) inFolder() bool {
	if s.fixed.secret != nil {
		return false
	}
	return s.Environment == nil || s.Environment("GUISHU_KEK") == "" && s.Environment("GUISHU_KEK_FILE") == ""
}

func readKEK(path string) (KEK, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return KEK{}, fmt.Errorf("read the key-encryption key: %w", err)
	}
	k, err := ParseKEK(string(text))
	if err != nil {
		return KEK{}, fmt.Errorf("file %s: %w", path, err)
	}
	return k, nil
}

// writeKEK writes a file that appears whole or not at all, readable by its owner
// only, and never replaces one (fs.ErrExist).
func writeKEK(path string, k KEK) error {
	folder := filepath.Dir(path)
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // a private PostgreSQL in it runs as another account
	}
	if err := os.MkdirAll(folder, mode); err != nil {
		return fmt.Errorf("write the key-encryption key: %w", err)
	}
	draft, err := os.CreateTemp(folder, ".kek-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write the key-encryption key: %w", err)
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(k.reveal() + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("write the key-encryption key: %w", err)
	}
	if err := os.Link(draft.Name(), path); err != nil {
		return fmt.Errorf("write the key-encryption key: %w", err)
	}
	return syncFolder(folder)
}

func promoteKEK(folder string) error {
	if err := os.Rename(filepath.Join(folder, nextKEKFile), filepath.Join(folder, kekFile)); err != nil {
		return fmt.Errorf("put the new key-encryption key in place: %w", err)
	}
	return syncFolder(folder)
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("write the key-encryption key: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
