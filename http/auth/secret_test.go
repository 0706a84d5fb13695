package auth_test

import (
	"errors"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guishu/http/auth"
)

func TestAOneTimeSecretSignsInOnce(t *testing.T) { // S-08
	t.Parallel()
	b := setup(t)
	secret, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	var let, told atomic.Int64
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() {
			switch _, err := b.auth.Verify(t.Context(), login, secret, "192.0.2.1"); {
			case err == nil:
				let.Add(1)
			case errors.Is(err, auth.ErrSecretUsed):
				told.Add(1)
			}
		})
	}
	group.Wait()
	if let.Load() != 1 || told.Load() != 4 {
		t.Errorf("of five at once %d were let in and %d told that it was used", let.Load(), told.Load())
	}
	_, err = b.process(t).Verify(t.Context(), login, secret, "192.0.2.2")
	wants(t, err, auth.ErrSecretUsed)
	_, err = b.auth.Verify(t.Context(), login, secret+"x", "192.0.2.3")
	wants(t, err, auth.ErrSignInFailed)

	again, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.auth.Verify(t.Context(), login, secret, "192.0.2.4")
	wants(t, err, auth.ErrSignInFailed)
	b.signIn(t, again)
}

func TestAOneTimeSecretLivesForADay(t *testing.T) { // S-08
	t.Parallel()
	b := setup(t)
	secret, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	hasty, err := auth.Open(t.Context(), auth.Config{Pool: b.pool, Now: b.clock.now, Cost: cheap, SecretLife: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hasty.Close)
	b.clock.advance(23 * time.Hour)
	_, err = hasty.Verify(t.Context(), login, secret, "192.0.2.1")
	wants(t, err, auth.ErrSecretExpired)
	b.clock.advance(time.Hour)
	for _, a := range []*auth.Auth{b.auth, hasty} {
		_, err = a.Verify(t.Context(), login, secret, "192.0.2.2")
		wants(t, err, auth.ErrSecretExpired)
		_, err = a.Basic(t.Context(), login, secret, "192.0.2.3")
		wants(t, err, auth.ErrSecretExpired)
	}
}

// A session that began with a one-time secret is there to set a password, not to stay.
func TestASessionOfAOneTimeSecretEndsWithinTheHour(t *testing.T) { // S-08
	t.Parallel()
	b := setup(t)
	secret, err := b.auth.Invite(t.Context(), b.staff, login)
	if err != nil {
		t.Fatal(err)
	}
	who, err := b.auth.Verify(t.Context(), login, secret, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	expires, err := b.auth.SignIn(t.Context(), w, who)
	if err != nil || expires.After(time.Now().Add(61*time.Minute)) {
		t.Errorf("it ends at %v: %v", expires, err)
	}
	b.clock.advance(61 * time.Minute)
	_, err = b.auth.Session(t.Context(), w.Result().Cookies()[0].Value)
	wants(t, err, auth.ErrRequired)
}
