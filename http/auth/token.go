package auth

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Scope is how much an API token may do of what its owner may.
type Scope string

// The values of Scope.
const (
	ScopeRead  Scope = "read"  // ask, and change nothing
	ScopeWrite Scope = "write" // ask and command
)

// Scopes is every scope.
var Scopes = domain.NewEnumeration(domain.ErrFormValue.At("scope"),
	domain.Named(ScopeRead, "只读", "read only"),
	domain.Named(ScopeWrite, "读写", "read and write"),
)

// Valid says whether s is one of Scopes.
func (s Scope) Valid() bool { return Scopes.Valid(s) }

// Words is every value with its names.
func (Scope) Words() []domain.Word { return Scopes.Words() }

// Limits are what a token may do of what its owner may; the zero Limits are all of
// it, as a session has (S-07).
type Limits struct {
	Scope Scope         // empty: ScopeWrite
	Areas []staff.Topic // none: all
}

// ReadOnly says whether nothing may be changed.
func (l Limits) ReadOnly() bool { return l.Scope == ScopeRead }

// None says whether there are no limits.
func (l Limits) None() bool { return !l.ReadOnly() && len(l.Areas) == 0 }

// check refuses limits that are none of the lists'.
func (l Limits) check() error {
	if l.Scope != "" && !l.Scope.Valid() {
		return domain.ErrFormValue.At("scope")
	}
	for _, area := range l.Areas {
		if !area.Valid() {
			return domain.ErrFormValue.At("areas")
		}
	}
	return nil
}

// Token is an API token as its owner sees it afterwards: without the secret.
type Token struct {
	ID        uuid.UUID
	Name      string
	Scope     Scope
	Areas     []staff.Topic
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}

// A token's secret begins with a word that tells people and scanners what it is.
const (
	tokenPrefix = "guishu_"
	tokenLength = len(tokenPrefix) + 43
	// tokenLife is how long a token lives at most when nobody says.
	tokenLife = 90 * 24 * time.Hour
)

// CreateToken makes an API token with which programs act as this member of staff,
// within limits. The secret is returned this once. expires is the zero time for the
// longest that is allowed. Errors: form/required, form/value.
func (a *Auth) CreateToken(ctx context.Context, who domain.StaffID, name string, expires time.Time, within Limits) (Token, string, error) {
	now := a.now()
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return Token{}, "", domain.ErrFormRequired.At("name")
	case !utf8.ValidString(name) || utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }):
		return Token{}, "", domain.ErrFormValue.At("name")
	case expires.IsZero():
		expires = now.Add(a.tokens)
	case !expires.After(now), expires.After(now.Add(a.tokens)):
		return Token{}, "", domain.ErrFormValue.At("expires_at")
	}
	if err := within.check(); err != nil {
		return Token{}, "", err
	}
	if within.Scope == "" {
		within.Scope = ScopeWrite
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
	made := Token{ID: id, Name: name, Scope: within.Scope, Areas: within.Areas, CreatedAt: now.UTC(), ExpiresAt: expires.UTC()}
	_, err = a.pool.Exec(ctx, `INSERT INTO auth.token (id, staff, name, hash, scope, areas, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		made.ID, [16]byte(who), made.Name, hash[:], made.Scope, texts(made.Areas), made.CreatedAt, made.ExpiresAt)
	if err != nil {
		return Token{}, "", unavailable("create a token", err)
	}
	return made, secret, nil
}

// texts is topics as the database keeps them.
func texts(topics []staff.Topic) []string {
	plain := make([]string, len(topics))
	for i, topic := range topics {
		plain[i] = string(topic)
	}
	return plain
}

// ends is when a token ends: when it says, and no later than the longest life from its
// making on, $1.
const ends = `LEAST(expires_at, created_at + $1::interval)`

// Tokens lists a member of staff's tokens, the newest first.
func (a *Auth) Tokens(ctx context.Context, who domain.StaffID) ([]Token, error) {
	rows, err := a.pool.Query(ctx, `
		SELECT id, name, COALESCE(scope, 'write') AS scope, COALESCE(areas, '{}') AS areas, created_at, `+ends+` AS expires_at, revoked_at
		FROM auth.token WHERE staff = $2 ORDER BY created_at DESC, id DESC LIMIT 1000`, a.tokens, [16]byte(who))
	if err != nil {
		return nil, unavailable("list tokens", err)
	}
	tokens, err := pgx.CollectRows(rows, pgx.RowToStructByName[Token])
	if err != nil {
		return nil, unavailable("list tokens", err)
	}
	return tokens, nil
}

// RevokeToken ends a member of staff's token at once, in every process. Another's
// token reads as not found; one that is revoked already stays as it was.
func (a *Auth) RevokeToken(ctx context.Context, who domain.StaffID, id uuid.UUID) error {
	defer a.known.forget(who)
	var found int64
	err := pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE auth.token SET revoked_at = COALESCE(revoked_at, $3) WHERE id = $1 AND staff = $2`, id, [16]byte(who), a.now())
		if err != nil {
			return err
		}
		found = done.RowsAffected()
		return announce(ctx, tx, who)
	})
	switch {
	case err != nil:
		return unavailable("revoke a token", err)
	case found == 0:
		return domain.ErrQueryNotFoundOrOutOfScope
	}
	return nil
}

// Token says whose token a secret is, and within which limits; ErrTokenInvalid when
// it is unknown, revoked or expired.
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
	var owner [16]byte
	who := Identity{}
	err := a.pool.QueryRow(ctx, `
		SELECT id, staff, `+ends+`, COALESCE(scope, 'write'), COALESCE(areas, '{}') FROM auth.token
		WHERE hash = $2 AND revoked_at IS NULL AND `+ends+` > $3`, a.tokens, key[:], now).
		Scan(&who.Token, &owner, &who.expires, &who.Limits.Scope, &who.Limits.Areas)
	if errors.Is(err, pgx.ErrNoRows) {
		return Identity{}, ErrTokenInvalid
	}
	if err != nil {
		return Identity{}, unavailable("read a token", err)
	}
	who.Staff = domain.StaffID(owner)
	a.known.keep(key, who, generation, now)
	return who, nil
}
