package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Basic says who a sign-in name and a password belong to, for protocols that
// send both with every request. It remembers them like a token, for a minute and
// until they are changed, because checking a password is costly by design. A
// one-time secret does not count. It is not used up by this. Errors: those of Verify.
func (a *Auth) Basic(ctx context.Context, login, password, address string) (Identity, error) {
	key := a.basicKey(canonical(login), password)
	now := a.now()
	if who, known := a.known.find(key, now); known {
		return who, nil
	}
	generation := a.known.generation()
	verified, err := a.check(ctx, login, password, address)
	if err != nil {
		return Identity{}, err
	}
	if verified.MustChange {
		return Identity{}, ErrPasswordChangeRequired
	}
	who := Identity{Staff: verified.Staff, expires: now.Add(remembered)}
	a.known.keep(key, who, generation, now)
	return who, nil
}

// basicKey is what a name and a password are remembered by. It tells nothing
// outside this process: a password, unlike a token, could be guessed from its
// hash alone.
func (a *Auth) basicKey(login, password string) (key [sha256.Size]byte) {
	mac := hmac.New(sha256.New, a.remembering[:])
	mac.Write(binary.AppendUvarint(nil, uint64(len(login))))
	mac.Write([]byte(login))
	mac.Write([]byte(password))
	return [sha256.Size]byte(mac.Sum(nil))
}
