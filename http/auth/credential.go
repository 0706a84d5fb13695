package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/staff"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Verified is somebody who has shown a valid password or one-time secret.
type Verified struct {
	Staff domain.StaffID
	// MustChange is true after a one-time secret: all this session may do is set
	// a password.
	MustChange bool
}

type credential struct {
	Staff      [16]byte
	Login      string
	Password   *string
	Invitation []byte
	UsedAt     *time.Time // when the invitation was signed in with
	ChangedAt  time.Time  // when it was given out, or the password set
}

const selectCredential = `SELECT staff, login, password, invitation, used_at, changed_at FROM auth.credential `

// Verify checks a sign-in name with its password or one-time secret, which is used up
// by that. It takes as long for an unknown name as for a known one, and every failure
// gives the same ErrSignInFailed; but whoever holds the secret itself is told
// ErrSecretExpired or ErrSecretUsed. ErrTooManyAttempts after too many for the name
// or from the address.
func (a *Auth) Verify(ctx context.Context, login, password, address string) (Verified, error) {
	verified, err := a.check(ctx, login, password, address)
	if err != nil || !verified.MustChange {
		return verified, err
	}
	if err := a.useUp(ctx, verified.Staff, password); err != nil {
		return Verified{}, err
	}
	return verified, nil
}

// check is Verify that leaves a one-time secret as it is.
func (a *Auth) check(ctx context.Context, login, password, address string) (Verified, error) {
	login = canonical(login)
	attempt, err := a.begin(ctx, login, address)
	if err != nil {
		return Verified{}, err
	}
	if strings.ContainsRune(login, 0) || !utf8.ValidString(login) {
		login = "" // nobody's, and no text that the database can be asked for
	}
	found, err := a.credential(ctx, selectCredential+`WHERE login = $1`, login)
	if err != nil {
		return Verified{}, err
	}
	verified, err := a.compare(ctx, found, password)
	if err != nil {
		return Verified{}, err
	}
	return verified, a.succeeded(ctx, attempt)
}

func (a *Auth) compare(ctx context.Context, found credential, password string) (Verified, error) {
	stored := a.nobody
	if found.Password != nil {
		stored = *found.Password
	}
	if len(password) > longestBytes {
		password = ""
	}
	var right bool
	var cost Cost
	err := a.inTurn(ctx, func() (err error) {
		right, cost, err = fits(password, stored)
		return err
	})
	if err != nil {
		return Verified{}, err
	}
	shown := digest(password)
	invited := len(found.Invitation) > 0 && subtle.ConstantTimeCompare(shown[:], found.Invitation) == 1
	switch staff := domain.StaffID(found.Staff); {
	case invited && found.UsedAt != nil:
		return Verified{}, ErrSecretUsed
	case invited && !a.now().Before(found.ChangedAt.Add(a.secrets)):
		return Verified{}, ErrSecretExpired
	case invited:
		return Verified{Staff: staff, MustChange: true}, nil
	case right && found.Password != nil:
		if cost != a.cost {
			a.renew(ctx, staff, password, stored)
		}
		return Verified{Staff: staff}, nil
	}
	return Verified{}, ErrSignInFailed
}

// useUp notes that a one-time secret was signed in with; ErrSecretUsed when somebody
// did so at the same moment.
func (a *Auth) useUp(ctx context.Context, staff domain.StaffID, secret string) error {
	shown := digest(secret)
	done, err := a.pool.Exec(ctx, `UPDATE auth.credential SET used_at = $3 WHERE staff = $1 AND invitation = $2 AND used_at IS NULL`, [16]byte(staff), shown[:], a.now())
	if err != nil {
		return unavailable("sign in", err)
	}
	if done.RowsAffected() == 0 {
		return ErrSecretUsed
	}
	return nil
}

// renew stores the password's hash at today's cost, unless the password was
// changed or ended in the meantime. It is no failure of the sign-in when that does
// not work.
func (a *Auth) renew(ctx context.Context, staff domain.StaffID, password, stored string) {
	var hash string
	err := a.inTurn(ctx, func() (err error) {
		hash, err = hashPassword(password, a.cost)
		return err
	})
	if err == nil {
		_, err = a.pool.Exec(ctx, `UPDATE auth.credential SET password = $2 WHERE staff = $1 AND password = $3`, [16]byte(staff), hash, stored)
	}
	if err != nil {
		a.log.Warn("a password's hash could not be renewed", "staff", staff, "error", err)
	}
}

func (a *Auth) credential(ctx context.Context, query string, args ...any) (credential, error) {
	rows, err := a.pool.Query(ctx, query, args...)
	if err != nil {
		return credential{}, unavailable("look for a sign-in", err)
	}
	found, err := pgx.CollectOneRow(rows, pgx.RowToStructByName[credential])
	if errors.Is(err, pgx.ErrNoRows) {
		return credential{}, nil
	}
	if err != nil {
		return credential{}, unavailable("look for a sign-in", err)
	}
	return found, nil
}

// ChangePassword sets a member of staff's own password. The current one is
// needed unless they came with a one-time secret, which ends with it, as do all
// their sessions and API tokens.
func (a *Auth) ChangePassword(ctx context.Context, who Identity, current, password string) error {
	found, err := a.credential(ctx, selectCredential+`WHERE staff = $1`, [16]byte(who.Staff))
	if err != nil {
		return err
	}
	if found.Staff == [16]byte{} {
		return ErrSignInFailed.At("current")
	}
	if !who.MustChange {
		attempt, err := a.begin(ctx, found.Login, who.Staff.String())
		if err != nil {
			return err
		}
		if _, err := a.compare(ctx, found, current); err != nil {
			if errors.Is(err, ErrSignInFailed) {
				return ErrSignInFailed.At("current")
			}
			return err
		}
		if err := a.succeeded(ctx, attempt); err != nil {
			return err
		}
	}
	return a.SetPassword(ctx, who.Staff, found.Login, password)
}

// SetPassword gives a member of staff a sign-in with a password, or changes it,
// and ends all their sessions and API tokens. It asks nobody: whoever calls it has.
// The password must be one that CheckPassword takes; staff.ErrDuplicate when the name
// is somebody else's.
func (a *Auth) SetPassword(ctx context.Context, staff domain.StaffID, login, password string) error {
	login = canonical(login)
	if err := CheckPassword(password, login); err != nil {
		return err
	}
	var hash string
	err := a.inTurn(ctx, func() (err error) {
		hash, err = hashPassword(password, a.cost)
		return err
	})
	if err != nil {
		return err
	}
	return a.store(ctx, staff, login, &hash, nil)
}

// Invite gives a member of staff a one-time secret, which can be signed in with once
// while it lives, to set a password. It is returned this once; only its hash is kept.
// A password they had ends, and so do all their sessions and API tokens (S-07).
func (a *Auth) Invite(ctx context.Context, staff domain.StaffID, login string) (string, error) {
	secret, err := randomText()
	if err != nil {
		return "", err
	}
	hash := digest(secret)
	return secret, a.store(ctx, staff, canonical(login), nil, hash[:])
}

// FirstAdministrator gives the one-time secret of a ledger's first administrator.
// Until anybody has a password each call gives a new one, so that a start that
// nobody watched locks nobody out; afterwards it gives none.
func (a *Auth) FirstAdministrator(ctx context.Context, staff domain.StaffID, login string) (string, error) {
	var entered bool
	err := a.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM auth.credential WHERE password IS NOT NULL)`).Scan(&entered)
	if err != nil || entered {
		return "", err
	}
	return a.Invite(ctx, staff, login)
}

// Disable ends everything that lets a member of staff in: password, one-time
// secret, sessions, API tokens (B-28). That their requests are refused does not
// hang on it: the ledger says so at once.
func (a *Auth) Disable(ctx context.Context, staff domain.StaffID) error {
	return a.revoking(ctx, staff, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM auth.credential WHERE staff = $1`, [16]byte(staff))
		return err
	})
}

// Disabled says whether nothing lets a member of staff in, as after Disable.
func (a *Auth) Disabled(ctx context.Context, staff domain.StaffID) (disabled bool, err error) {
	err = a.pool.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM auth.credential WHERE staff = $1)
			AND NOT EXISTS (SELECT FROM auth.session WHERE staff = $1)
			AND NOT EXISTS (SELECT FROM auth.token WHERE staff = $1 AND revoked_at IS NULL)`, [16]byte(staff)).Scan(&disabled)
	if err != nil {
		return false, unavailable("look at a sign-in", err)
	}
	return disabled, nil
}

func (a *Auth) store(ctx context.Context, who domain.StaffID, login string, password *string, invitation []byte) error {
	if login == "" {
		return domain.ErrFormRequired.At("login")
	}
	err := a.revoking(ctx, who, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO auth.credential (staff, login, password, invitation, changed_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (staff) DO UPDATE
			SET login = excluded.login, password = excluded.password, invitation = excluded.invitation, used_at = NULL, changed_at = excluded.changed_at`,
			[16]byte(who), login, password, invitation, a.now())
		return err
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.ConstraintName == "credential_login_key" {
		return staff.ErrDuplicate.At("login")
	}
	return err
}

// revoking changes what lets a member of staff in, ends their sessions and API tokens,
// and tells every process, all in one transaction.
func (a *Auth) revoking(ctx context.Context, staff domain.StaffID, change func(pgx.Tx) error) error {
	defer a.known.forget(staff)
	err := pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM auth.session WHERE staff = $1`, [16]byte(staff)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE auth.token SET revoked_at = $2 WHERE staff = $1 AND revoked_at IS NULL`, [16]byte(staff), a.now()); err != nil {
			return err
		}
		return announce(ctx, tx, staff)
	})
	if err != nil {
		return unavailable("change a sign-in", err)
	}
	return nil
}
