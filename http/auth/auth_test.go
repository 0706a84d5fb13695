package auth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/auth"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cheap keeps tests from spending their time on hashes.
var cheap = auth.Cost{Passes: 1, Memory: 64, Threads: 1}

const (
	login    = "wang.fang"
	password = "correct horse battery"
)

// clock is a time that tests move.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

type bench struct {
	pool  *pgxpool.Pool
	auth  *auth.Auth
	clock *clock
	staff domain.StaffID
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{pool: pgtest.New(t), clock: new(clock), staff: domain.StaffID(uuid.New())}
	b.auth = b.process(t)
	return b
}

// process is one more process on the same database.
func (b *bench) process(t *testing.T) *auth.Auth {
	t.Helper()
	a, err := auth.Open(t.Context(), auth.Config{Pool: b.pool, Now: b.clock.now, Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

func (b *bench) hasPassword(t *testing.T) {
	t.Helper()
	if err := b.auth.SetPassword(t.Context(), b.staff, login, password); err != nil {
		t.Fatal(err)
	}
}

// signIn gives the session's token.
func (b *bench) signIn(t *testing.T, password string) string {
	t.Helper()
	who, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if _, err := b.auth.SignIn(t.Context(), w, who); err != nil {
		t.Fatal(err)
	}
	cookie := w.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Name != auth.SessionCookie {
		t.Errorf("the cookie is %+v", cookie)
	}
	return cookie.Value
}

func wants(t *testing.T, err error, code domain.Code) {
	t.Helper()
	if !errors.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestAPasswordSignsInWhateverTheCaseOfTheName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	who, err := b.auth.Verify(t.Context(), "  Wang.Fang ", password, "192.0.2.1")
	if err != nil || who.Staff != b.staff || who.MustChange {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestAWrongPasswordAndAnUnknownNameAreRefusedAlike(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	_, wrong := b.auth.Verify(t.Context(), login, "wrong", "192.0.2.1")
	_, unknown := b.auth.Verify(t.Context(), "nobody", password, "192.0.2.1")
	_, empty := b.auth.Verify(t.Context(), "", "", "192.0.2.1")
	wants(t, wrong, auth.ErrSignInFailed)
	wants(t, empty, auth.ErrSignInFailed)
	for _, name := range []string{"wang\x00fang", "wang\xfffang"} {
		_, unreadable := b.auth.Verify(t.Context(), name, password, "192.0.2.1")
		wants(t, unreadable, auth.ErrSignInFailed)
	}
	if wrong.Error() != unknown.Error() {
		t.Errorf("%v differs from %v", wrong, unknown)
	}
}

func TestANameAndPasswordAreRememberedUntilTheyChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := b.process(t)
	b.hasPassword(t)
	for range 3 {
		if who, err := other.Basic(t.Context(), " Wang.FANG", password, "192.0.2.1"); err != nil || who.Staff != b.staff {
			t.Fatalf("%+v, %v", who, err)
		}
	}
	for _, guess := range []string{"", "wrong", password + "x"} {
		_, err := other.Basic(t.Context(), login, guess, "192.0.2.1")
		wants(t, err, auth.ErrSignInFailed)
	}
	if err := b.auth.SetPassword(t.Context(), b.staff, login, "another long password"); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "what was revoked to end here", func() bool {
		_, err := other.Basic(t.Context(), login, password, "192.0.2.1")
		return err != nil
	})
	secret, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Hour) // past the limit of failures
	for range 2 {
		_, err = other.Basic(t.Context(), login, secret, "192.0.2.1")
		wants(t, err, auth.ErrPasswordChangeRequired)
	}
	b.signIn(t, secret) // that did not use it up
}

func TestTooManyFailuresCloseTheNameToTheirAddressForAWhile(t *testing.T) { // S-08
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	var limited int
	for range 12 {
		if _, err := b.auth.Verify(t.Context(), login, "wrong", "192.0.2.1"); errors.Is(err, auth.ErrTooManyAttempts) {
			limited++
		}
	}
	if limited != 4 {
		t.Errorf("%d of 12 attempts were limited, want 4", limited)
	}
	_, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1")
	wants(t, err, auth.ErrTooManyAttempts)
	refusal, _ := domain.AsError(err)
	if refusal == nil || refusal.Params["retry_after"] == "" {
		t.Errorf("the refusal does not say when to try again: %v", refusal)
	}
	if _, err := b.auth.Verify(t.Context(), login, password, "192.0.2.2"); err != nil {
		t.Errorf("the owner, from elsewhere: %v", err)
	}
	b.clock.advance(16 * time.Minute)
	if _, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestManyAddressesCannotGuessANameForLongNorLockItsOwnerOut(t *testing.T) { // S-08
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	const home = "2001:db8:1:1::7"
	if _, err := b.auth.Verify(t.Context(), login, password, home); err != nil {
		t.Fatal(err)
	}
	var tried int
	for i := range 100 {
		if _, err := b.auth.Verify(t.Context(), login, "wrong", fmt.Sprint("198.51.100.", i)); errors.Is(err, auth.ErrSignInFailed) {
			tried++
		}
	}
	if tried != 40 {
		t.Errorf("%d passwords were tried, want 40", tried)
	}
	_, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1")
	wants(t, err, auth.ErrTooManyAttempts)
	for range 3 { // any address of the network at home
		if _, err := b.auth.Verify(t.Context(), login, password, "2001:db8:1:1::99"); err != nil {
			t.Errorf("the owner, from where they signed in before: %v", err)
		}
	}
	b.clock.advance(61 * time.Minute)
	if _, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestTheAddressesOfANetworkCountAsOne(t *testing.T) { // S-08
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	var tried int
	for i := range 12 {
		if _, err := b.auth.Verify(t.Context(), login, "wrong", fmt.Sprintf("2001:db8::%x", i+1)); errors.Is(err, auth.ErrSignInFailed) {
			tried++
		}
	}
	if tried != 8 {
		t.Errorf("%d passwords were tried from one network, want 8", tried)
	}
}

func TestManyAttemptsAtOnceDoNotPassTheLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	var tried atomic.Int64
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			if _, err := b.auth.Verify(t.Context(), login, "wrong", "192.0.2.1"); errors.Is(err, auth.ErrSignInFailed) {
				tried.Add(1)
			}
		})
	}
	group.Wait()
	if tried.Load() > 8 {
		t.Errorf("%d passwords were tried", tried.Load())
	}
}

func TestASignInTakesBackItsOwnAttempt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	for i := range 30 {
		if _, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1"); err != nil {
			t.Fatalf("sign-in %d: %v", i, err)
		}
	}
}

func TestOneAddressCannotTryManyNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	for i := range 60 {
		_, err := b.auth.Verify(t.Context(), strings.Repeat("x", i+1), "guess", "192.0.2.9")
		wants(t, err, auth.ErrSignInFailed)
	}
	_, err := b.auth.Verify(t.Context(), login, password, "192.0.2.9")
	wants(t, err, auth.ErrTooManyAttempts)
	// Being refused, it closes no name to others and leaves no trace of each.
	for range 12 {
		_, err := b.auth.Verify(t.Context(), login, "guess", "192.0.2.9")
		wants(t, err, auth.ErrTooManyAttempts)
		_, err = b.auth.Verify(t.Context(), uuid.NewString(), "guess", "192.0.2.9")
		wants(t, err, auth.ErrTooManyAttempts)
	}
	if _, err := b.auth.Verify(t.Context(), login, password, "192.0.2.10"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	var kept int
	if err := b.pool.QueryRow(t.Context(), `SELECT count(*) FROM auth.attempt`).Scan(&kept); err != nil || kept > 123 {
		t.Errorf("%d names, addresses and both are kept: %v", kept, err)
	}
}

func TestASessionIsKnownUntilItEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	token := b.signIn(t, password)
	other := b.process(t)
	for range 2 { // from the database, then from memory
		for _, a := range []*auth.Auth{b.auth, other} {
			if who, err := a.Session(t.Context(), token); err != nil || who.Staff != b.staff {
				t.Fatalf("%+v, %v", who, err)
			}
		}
	}
	_, err := b.auth.Session(t.Context(), token+"x")
	wants(t, err, auth.ErrRequired)

	who, _ := b.auth.Session(t.Context(), token)
	if err := b.auth.SignOut(t.Context(), httptest.NewRecorder(), who, token); err != nil {
		t.Fatal(err)
	}
	_, err = b.auth.Session(t.Context(), token)
	wants(t, err, auth.ErrRequired)
	waiting.Until(t, "what was revoked to end here", func() bool {
		_, err := other.Session(t.Context(), token)
		return errors.Is(err, auth.ErrRequired)
	})
}

// Behind TLS the cookie is never sent in the clear.
func TestTheCookieIsForTLSOnlyWhereThereIsTLS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, secure := range []bool{false, true} {
		a, err := auth.Open(t.Context(), auth.Config{Pool: b.pool, Cost: cheap, SecureCookies: secure})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		w := httptest.NewRecorder()
		if _, err := a.SignIn(t.Context(), w, auth.Verified{Staff: b.staff}); err != nil {
			t.Fatal(err)
		}
		if cookie := w.Result().Cookies()[0]; cookie.Secure != secure {
			t.Errorf("secure %t: the cookie is %+v", secure, cookie)
		}
	}
}

func TestASessionLapsesWhenIdle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	token := b.signIn(t, password)
	b.clock.advance(3 * time.Hour)
	_, err := b.auth.Session(t.Context(), token)
	wants(t, err, auth.ErrRequired)
}

func TestNoSecretIsStoredInTheClear(t *testing.T) {
	t.Parallel()
	b := setup(t)
	invitation, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	session := b.signIn(t, invitation)
	_, token, err := b.auth.CreateToken(t.Context(), b.staff, "nightly", time.Time{}, auth.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var everything string
	err = b.pool.QueryRow(t.Context(), `
		SELECT concat((SELECT string_agg(c::text, '') FROM auth.credential c), (SELECT string_agg(s::text, '') FROM auth.session s),
			(SELECT string_agg(convert_from(s.data, 'UTF8'), '') FROM auth.session s),
			(SELECT string_agg(t::text, '') FROM auth.token t), (SELECT string_agg(a::text, '') FROM auth.attempt a))`).Scan(&everything)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"one-time secret": invitation, "session": session, "token": token} {
		if strings.Contains(everything, secret) {
			t.Errorf("the %s is stored as it is", name)
		}
	}
	if !strings.Contains(everything, b.staff.String()) {
		t.Error("nothing was found, so the search proves nothing")
	}
}

func TestAOneTimeSecretLeadsToAPasswordAndEndsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	invitation, err := b.auth.FirstAdministrator(t.Context(), b.staff, login)
	if err != nil || invitation == "" {
		t.Fatal(invitation, err)
	}
	again, err := b.auth.FirstAdministrator(t.Context(), b.staff, login)
	if err != nil || again == "" || again == invitation {
		t.Fatalf("an unused secret is not replaced: %v", err)
	}
	_, err = b.auth.Verify(t.Context(), login, invitation, "192.0.2.1")
	wants(t, err, auth.ErrSignInFailed)

	token := b.signIn(t, again)
	who, err := b.auth.Session(t.Context(), token)
	if err != nil || !who.MustChange {
		t.Fatalf("%+v, %v", who, err)
	}
	wants(t, b.auth.ChangePassword(t.Context(), who, "", "short"), auth.ErrPasswordWeak)
	wants(t, b.auth.ChangePassword(t.Context(), who, "", "my-WANG.FANG-password"), auth.ErrPasswordLogin)
	if err := b.auth.ChangePassword(t.Context(), who, "", password); err != nil {
		t.Fatal(err)
	}
	_, err = b.auth.Session(t.Context(), token)
	wants(t, err, auth.ErrRequired)
	_, err = b.auth.Verify(t.Context(), login, again, "192.0.2.1")
	wants(t, err, auth.ErrSignInFailed)
	if who, err := b.auth.Verify(t.Context(), login, password, "192.0.2.1"); err != nil || who.MustChange {
		t.Errorf("%+v, %v", who, err)
	}
	if none, err := b.auth.FirstAdministrator(t.Context(), b.staff, login); none != "" || err != nil {
		t.Errorf("a second first sign-in: %q, %v", none, err)
	}
	// Somebody else can sign in by now: an invitation given later stays good.
	other := domain.StaffID(uuid.New())
	if err := b.auth.SetPassword(t.Context(), other, "wu.min", "yet another long password"); err != nil {
		t.Fatal(err)
	}
	later, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	if none, err := b.auth.FirstAdministrator(t.Context(), b.staff, login); none != "" || err != nil {
		t.Errorf("a first sign-in after an invitation: %q, %v", none, err)
	}
	b.signIn(t, later)
}

func TestChangingAPasswordNeedsTheCurrentOneAndEndsSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	token := b.signIn(t, password)
	who, err := b.auth.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, b.auth.ChangePassword(t.Context(), who, "wrong", "another long password"), auth.ErrSignInFailed)
	if err := b.auth.ChangePassword(t.Context(), who, password, "another long password"); err != nil {
		t.Fatal(err)
	}
	_, err = b.auth.Session(t.Context(), token)
	wants(t, err, auth.ErrRequired)
	_, err = b.auth.Verify(t.Context(), login, password, "192.0.2.1")
	wants(t, err, auth.ErrSignInFailed)
}

func TestDisablingEndsEverythingInEveryProcess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	other := b.process(t)
	session := b.signIn(t, password)
	_, token, err := b.auth.CreateToken(t.Context(), b.staff, "nightly", time.Time{}, auth.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = other.Session(t.Context(), session)
	_, _ = other.Token(t.Context(), token)
	if err := b.auth.Disable(t.Context(), b.staff); err != nil {
		t.Fatal(err)
	}
	_, err = b.auth.Session(t.Context(), session)
	wants(t, err, auth.ErrRequired)
	_, err = b.auth.Verify(t.Context(), login, password, "192.0.2.1")
	wants(t, err, auth.ErrSignInFailed)
	waiting.Until(t, "what was revoked to end here", func() bool {
		_, sessionErr := other.Session(t.Context(), session)
		_, tokenErr := other.Token(t.Context(), token)
		return sessionErr != nil && tokenErr != nil
	})
}

func TestASignInNameBelongsToOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	err := b.auth.SetPassword(t.Context(), domain.StaffID(uuid.New()), "WANG.fang", password)
	wants(t, err, staff.ErrDuplicate)
}

func TestALostListenerMakesEveryRequestAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hasPassword(t)
	token := b.signIn(t, password)
	if _, err := b.auth.Session(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	// Another process revokes while this one's listening connection is cut: what
	// it remembers must not outlive that.
	_, err := b.pool.Exec(t.Context(), `
		WITH gone AS (DELETE FROM auth.session RETURNING 1)
		SELECT count(*), (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'DELETE FROM auth.%' AND pid <> pg_backend_pid()) FROM gone`)
	if err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "what was revoked to end here", func() bool {
		_, err := b.auth.Session(t.Context(), token)
		return errors.Is(err, auth.ErrRequired)
	})
}
