package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// bound is how many sign-ins may fail within a while before more are refused.
type bound struct {
	failures int
	window   time.Duration
}

// The bounds of failed sign-ins (S-08). Eight of a name from one address close the
// name to that address, and leave the owner alone elsewhere. An office may share an
// address, hence its larger number. From all addresses together a name takes so few
// that guessing leads nowhere; an address that the owner signed in from lately is not
// held to that, or many addresses could lock the owner out.
var (
	boundOfPair    = bound{8, 15 * time.Minute}
	boundOfAddress = bound{60, 15 * time.Minute}
	boundOfName    = bound{40, time.Hour}
)

// longestWindow is how long an attempt is kept.
const longestWindow = time.Hour

// familiarFor is how long an address that a name signed in from stays familiar.
const familiarFor = 30 * 24 * time.Hour

// attempt is a sign-in that is counted as failed until it has succeeded, so that
// many at once cannot get past a bound.
type attempt struct{ name, address, pair []byte }

const countAttempt = `
	INSERT INTO auth.attempt AS a (key, failures, since) VALUES ($1, 1, $2)
	ON CONFLICT (key) DO UPDATE SET
		failures = CASE WHEN a.since < $2 - $3::interval THEN 1 ELSE LEAST(a.failures + 1, $4 + 1) END,
		since    = CASE WHEN a.since < $2 - $3::interval THEN $2 ELSE a.since END
	RETURNING failures, since`

// begin counts an attempt, and refuses it when there were too many: from the
// address first, so that an address that is refused can close no more names, and
// fill no table with them; then for the name from there; then for the name.
func (a *Auth) begin(ctx context.Context, login, address string) (attempt, error) {
	address = network(address)
	made := attempt{
		name: attemptKey("login", login), address: attemptKey("address", address),
		pair: attemptKey("pair", address+"\x00"+login),
	}
	if err := a.countTo(ctx, made.address, boundOfAddress); err != nil {
		return made, err
	}
	if err := a.countTo(ctx, made.pair, boundOfPair); err != nil {
		return made, err
	}
	err := a.countTo(ctx, made.name, boundOfName)
	if !errors.Is(err, ErrTooManyAttempts) {
		return made, err
	}
	familiar, failed := a.familiar(ctx, made.pair)
	if failed != nil {
		return made, failed
	}
	if familiar {
		return made, nil
	}
	return made, err
}

// countTo counts an attempt under a key; ErrTooManyAttempts above the bound.
func (a *Auth) countTo(ctx context.Context, key []byte, to bound) error {
	now := a.now()
	var failures int
	var since time.Time
	if err := a.pool.QueryRow(ctx, countAttempt, key, now, to.window, to.failures).Scan(&failures, &since); err != nil {
		return unavailable("count a sign-in", err)
	}
	if failures > to.failures {
		wait := max(time.Second, since.Add(to.window).Sub(now))
		return ErrTooManyAttempts.With("retry_after", strconv.Itoa(int(wait.Seconds())))
	}
	return nil
}

// familiar says whether the name signed in from the address lately.
func (a *Auth) familiar(ctx context.Context, pair []byte) (is bool, err error) {
	err = a.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM auth.familiar WHERE key = $1 AND seen_at > $2)`, pair, a.now().Add(-familiarFor)).Scan(&is)
	if err != nil {
		return false, unavailable("count a sign-in", err)
	}
	return is, nil
}

// succeeded takes the attempt back: the name starts anew from this address, which is
// familiar from now on; the name and the address keep what else failed.
func (a *Auth) succeeded(ctx context.Context, made attempt) error {
	const takeBack = `UPDATE auth.attempt SET failures = failures - 1 WHERE key = $1 AND failures > 0`
	var batch pgx.Batch
	batch.Queue(`DELETE FROM auth.attempt WHERE key = $1`, made.pair)
	batch.Queue(takeBack, made.name)
	batch.Queue(takeBack, made.address)
	batch.Queue(`
		INSERT INTO auth.familiar (key, seen_at) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET seen_at = excluded.seen_at`, made.pair, a.now())
	if err := a.pool.SendBatch(ctx, &batch).Close(); err != nil {
		return unavailable("count a sign-in", err)
	}
	return nil
}

// network is what an address is counted as: itself, or for version 6 the network of
// 64 bits that a caller has to choose from. What is no address is counted as it is.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

func attemptKey(kind, text string) []byte {
	key := sha256.Sum256([]byte(kind + "\x00" + text))
	return key[:]
}
