// Package auth says who is asking: passwords and one-time secrets, sessions, and
// API tokens, kept in the schema "auth". What somebody may do is not decided
// here but by the ledger (B-28, B-35).
//
// Nothing that lets anybody in is stored: passwords are kept as argon2id hashes,
// one-time secrets, session tokens and API tokens as SHA-256.
package auth

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"guishu/domain"
	"guishu/eventstore/postgres/locks"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config is what an Auth is built from.
type Config struct {
	Pool *pgxpool.Pool    // required
	Now  func() time.Time // the clock, time.Now if nil
	Log  *slog.Logger     // optional
	// SecureCookies marks session cookies for TLS only.
	SecureCookies bool
	// Cost of hashing a password, DefaultCost if zero.
	Cost Cost
	// SecretLife is how long a one-time secret can be signed in with, 24 hours if zero.
	SecretLife time.Duration
	// TokenLife is how long an API token may live at most, 90 days if zero; tokens that
	// were made for longer end then too.
	TokenLife time.Duration
	// CachedIdentities bounds how many sessions and tokens are remembered in
	// process, 20,000 if zero.
	CachedIdentities int
}

// Auth knows who may sign in and who has. It is safe for concurrent use, and any
// number of processes may share one database.
type Auth struct {
	pool     *pgxpool.Pool
	now      func() time.Time
	log      *slog.Logger
	cost     Cost
	secrets  time.Duration // how long one-time secrets live
	tokens   time.Duration // how long API tokens live at most
	nobody   string        // a hash no password fits, for unknown sign-in names
	hashing  chan struct{} // bounds how many hashes are computed at once
	sessions *scs.SessionManager
	known    *identities

	remembering [32]byte // the key under which passwords are remembered

	stop    context.CancelFunc
	stopped chan struct{}
}

// secretLife is how long a one-time secret lives when nobody says.
const secretLife = 24 * time.Hour

//go:embed schema.sql
var schema string

// Open prepares the schema "auth" and begins to listen for what other processes
// revoke.
func Open(ctx context.Context, c Config) (*Auth, error) {
	if c.Pool == nil {
		return nil, errors.New("auth: no pool")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Cost == (Cost{}) {
		c.Cost = DefaultCost
	}
	if c.SecretLife == 0 {
		c.SecretLife = secretLife
	}
	if c.TokenLife == 0 {
		c.TokenLife = tokenLife
	}
	if c.CachedIdentities == 0 {
		c.CachedIdentities = 20_000
	}
	a := &Auth{
		pool: c.Pool, now: c.Now, log: c.Log, cost: c.Cost, secrets: c.SecretLife, tokens: c.TokenLife,
		hashing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		known:   newIdentities(c.CachedIdentities), stopped: make(chan struct{}),
	}
	if err := a.migrate(ctx); err != nil {
		return nil, fmt.Errorf("prepare the schema of sign-ins: %w", err)
	}
	if _, err := rand.Read(a.remembering[:]); err != nil {
		return nil, err
	}
	unguessable, err := randomText()
	if err != nil {
		return nil, err
	}
	if a.nobody, err = hashPassword(unguessable, a.cost); err != nil {
		return nil, err
	}
	a.sessions = newSessions(a, c.SecureCookies)
	a.listen(ctx)
	return a, nil
}

// Close stops listening.
func (a *Auth) Close() {
	a.stop()
	<-a.stopped
}

func (a *Auth) migrate(ctx context.Context) error {
	return pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		if err := locks.AuthSchema.Take(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, schema)
		return err
	})
}

// unavailable is the answer when the database cannot be asked.
func unavailable(doing string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %s: %w", domain.ErrLedgerUnavailable, doing, err)
}

// canonical is a sign-in name as it is compared: without case or blanks around.
func canonical(login string) string { return strings.ToLower(strings.TrimSpace(login)) }
