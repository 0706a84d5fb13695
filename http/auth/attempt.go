package auth

import (
	"context"
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// How many sign-ins may fail within the window, for one name and from one
// address. An office may share an address, hence the larger number.
const (
	failuresForLogin   = 8
	failuresForAddress = 60
	attemptWindow      = 15 * time.Minute
)

// attempt is a sign-in that is counted as failed until it has succeeded, so that
// many at once cannot get past the limit.
type attempt struct{ login, address []byte }

const countAttempt = `
	INSERT INTO auth.attempt AS a (key, failures, since) VALUES ($1, 1, $2)
	ON CONFLICT (key) DO UPDATE SET
		failures = CASE WHEN a.since < $2 - $3::interval THEN 1 ELSE LEAST(a.failures + 1, $4 + 1) END,
		since    = CASE WHEN a.since < $2 - $3::interval THEN $2 ELSE a.since END
	RETURNING failures, since`

// begin counts an attempt, and refuses it when there were too many: from the
// address first, so that an address that is refused can close no more names, and
// fill no table with them.
func (a *Auth) begin(ctx context.Context, login, address string) (attempt, error) {
	made := attempt{login: attemptKey("login", login), address: attemptKey("address", address)}
	if err := a.countTo(ctx, made.address, failuresForAddress); err != nil {
		return made, err
	}
	return made, a.countTo(ctx, made.login, failuresForLogin)
}

// countTo counts an attempt under a key; ErrTooManyAttempts above the limit.
func (a *Auth) countTo(ctx context.Context, key []byte, limit int) error {
	now := a.now()
	var failures int
	var since time.Time
	if err := a.pool.QueryRow(ctx, countAttempt, key, now, attemptWindow, limit).Scan(&failures, &since); err != nil {
		return unavailable("count a sign-in", err)
	}
	if failures > limit {
		wait := max(time.Second, since.Add(attemptWindow).Sub(now))
		return ErrTooManyAttempts.With("retry_after", strconv.Itoa(int(wait.Seconds())))
	}
	return nil
}

// succeeded takes the attempt back: the name starts anew, the address keeps what
// others failed from it.
func (a *Auth) succeeded(ctx context.Context, made attempt) error {
	var batch pgx.Batch
	batch.Queue(`DELETE FROM auth.attempt WHERE key = $1`, made.login)
	batch.Queue(`UPDATE auth.attempt SET failures = failures - 1 WHERE key = $1 AND failures > 0`, made.address)
	if err := a.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return unavailable("count a sign-in", err)
	}
	return nil
}

func attemptKey(kind, text string) []byte {
	key := sha256.Sum256([]byte(kind + "\x00" + text))
	return key[:]
}
