package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost is what hashing a password takes. It is stored with each hash, so that it
// can be raised: older hashes stay valid and are renewed at the next sign-in.
type Cost struct {
	Passes  uint32
	Memory  uint32 // KiB
	Threads uint8
}

// DefaultCost is about 30 ms and 19 MiB a sign-in.
var DefaultCost = Cost{Passes: 2, Memory: 19 * 1024, Threads: 1}

const (
	saltBytes = 16
	hashBytes = 32
)

// hashPassword gives the argon2id hash in the usual text form, with its cost and
// its salt.
func hashPassword(password string, cost Cost) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	hash := cost.hash(password, salt)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.Memory, cost.Passes, cost.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

// hash takes the password in its composed form, so that it does not matter how a
// keyboard puts an accent on a letter.
func (c Cost) hash(password string, salt []byte) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.Passes, c.Memory, c.Threads, hashBytes)
}

var errHash = errors.New("auth: a stored password hash cannot be read")

// fits says whether the password belongs to the stored hash, and with which cost
// that was made.
func fits(password, stored string) (bool, Cost, error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return false, Cost{}, errHash
	}
	var cost Cost
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.Memory, &cost.Passes, &cost.Threads); err != nil || cost.Passes == 0 || cost.Threads == 0 {
		return false, Cost{}, errHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	want, wantErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || wantErr != nil || len(want) != hashBytes {
		return false, Cost{}, errHash
	}
	return subtle.ConstantTimeCompare(cost.hash(password, salt), want) == 1, cost, nil
}

// inTurn lets only so many hashes be computed at once: each takes memory and a
// processor for a while, and requests that need none must not wait for them.
func (a *Auth) inTurn(ctx context.Context, compute func() error) error {
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
		return compute()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// randomText is a secret of 256 bits, in 43 letters and digits that need no
// escaping anywhere.
func randomText() (string, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(secret), nil
}

// digest is how a random secret is stored.
func digest(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }
