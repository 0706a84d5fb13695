package auth

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Token is an API token as its owner sees it afterwards: without the secret.
type Token struct {
	ID        uuid.UUID
	Name      string
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}

// A token's secret begins with a word that tells people and scanners what it is.
const (
	tokenPrefix  = "guishu_"
	tokenLength  = len(tokenPrefix) + 43
	longestToken = 366 * 24 * time.Hour
	// tokenLife is how long a token is valid when nobody says.
	tokenLife = 90 * 24 * time.Hour
)

// CreateToken makes an API token with which programs act as this member of staff.
// The secret is returned this once. expires is the zero time for 90 days; at most
// a year is allowed.
func (a *Auth) CreateToken(ctx context.Context, staff domain.StaffID, name string, expires time.Time) (Token, string, error) {
	now := a.now()
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return Token{}, "", domain.ErrFormRequired.At("name")
	case !utf8.ValidString(name) || utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return Token{}, "", domain.ErrFormValue.At("name")
	case expires.IsZero():
		expires = now.Add(tokenLife)
	case !expires.After(now), expires.After(now.Add(longestToken)):
		return Token{}, "", domain.ErrFormValue.At("expires_at")
	}
	secret, err := randomText()
	if err != nil {
		return Token{}, "", err
	}
	secret = tokenPrefix + secret
	id, err := uuid.NewV7()
	if err != nil {
		return Token{}, "", err
	}
	hash := digest(secret)
	made := Token{ID: id, Name: name, CreatedAt: now.UTC(), ExpiresAt: expires.UTC()}
	_, err = a.pool.Exec(ctx, `INSERT INTO auth.token (id, staff, name, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		made.ID, [16]byte(staff), made.Name, hash[:], made.CreatedAt, made.ExpiresAt)
	if err != nil {
		return Token{}, "", unavailable("create a token", err)
	}
	return made, secret, nil
}

// Tokens lists a member of staff's tokens, the newest first.
func (a *Auth) Tokens(ctx context.Context, staff domain.StaffID) ([]Token, error) {
	rows, err := a.pool.Query(ctx, `
		SELECT id, name, created_at, expires_at, revoked_at FROM auth.token
		WHERE staff = $1 ORDER BY created_at DESC, id DESC LIMIT 1000`, [16]byte(staff))
	if err != nil {
		return nil, unavailable("list tokens", err)
	}
	tokens, err := pgx.CollectRows(rows, pgx.RowToStructByName[Token])
	if err != nil {
		return nil, unavailable("list tokens", err)
	}
	return tokens, nil
}

// RevokeToken ends a token at once, in every process. Another's token reads as
// not found; one that is revoked already stays as it was.
func (a *Auth) RevokeToken(ctx context.Context, staff domain.StaffID, id uuid.UUID) error {
	defer a.known.forget(staff)
	var found int64
	err := pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE auth.token SET revoked_at = COALESCE(revoked_at, $3) WHERE id = $1 AND staff = $2`, id, [16]byte(staff), a.now())
		if err != nil {
			return err
		}
		found = done.RowsAffected()
		return announce(ctx, tx, staff)
	})
	switch {
	case err != nil:
		return unavailable("revoke a token", err)
	case found == 0:
		return domain.ErrQueryNotFoundOrOutOfScope
	}
	return nil
}

// Token says whose token a secret is; ErrTokenInvalid when it is unknown,
// revoked or expired.
func (a *Auth) Token(ctx context.Context, secret string) (Identity, error) {
	if len(secret) != tokenLength || !strings.HasPrefix(secret, tokenPrefix) {
		return Identity{}, ErrTokenInvalid
	}
	key := digest(secret)
	now := a.now()
	if who, known := a.known.find(key, now); known {
		return who, nil
	}
	generation := a.known.generation()
	var staff [16]byte
	who := Identity{}
	err := a.pool.QueryRow(ctx, `
		SELECT id, staff, expires_at FROM auth.token
		WHERE hash = $1 AND revoked_at IS NULL AND expires_at > $2`, key[:], now).Scan(&who.Token, &staff, &who.expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return Identity{}, ErrTokenInvalid
	}
	if err != nil {
		return Identity{}, unavailable("read a token", err)
	}
	who.Staff = domain.StaffID(staff)
	a.known.keep(key, who, generation, now)
	return who, nil
}
