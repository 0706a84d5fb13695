package auth_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/auth"
	"guishu/internal/waiting"

	"github.com/google/uuid"
)

func TestATokenWorksUntilItIsRevokedOrExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := b.process(t)
	made, secret, err := b.auth.CreateToken(t.Context(), b.staff, "nightly", time.Time{}, auth.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if who, err := other.Token(t.Context(), secret); err != nil || who.Staff != b.staff || who.Token != made.ID {
			t.Fatalf("%+v, %v", who, err)
		}
	}
	stranger := domain.StaffID(uuid.New())
	wants(t, b.auth.RevokeToken(t.Context(), stranger, made.ID), domain.ErrQueryNotFoundOrOutOfScope)
	if err := b.auth.RevokeToken(t.Context(), b.staff, made.ID); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "what was revoked to end here", func() bool {
		_, err := other.Token(t.Context(), secret)
		return errors.Is(err, auth.ErrTokenInvalid)
	})
	tokens, err := b.auth.Tokens(t.Context(), b.staff)
	if err != nil || len(tokens) != 1 || tokens[0].RevokedAt == nil {
		t.Errorf("%+v, %v", tokens, err)
	}

	_, short, err := b.auth.CreateToken(t.Context(), b.staff, "hour", b.clock.now().Add(time.Hour), auth.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.auth.Token(t.Context(), short); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(61 * time.Minute)
	_, err = b.auth.Token(t.Context(), short)
	wants(t, err, auth.ErrTokenInvalid)
}

func TestATokenNeedsANameAndAnEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, expires := range map[string]time.Time{
		"":     {},
		"past": b.clock.now().Add(-time.Hour),
		"far":  b.clock.now().Add(10000 * time.Hour),
		"a\nb": {},
	} {
		if _, _, err := b.auth.CreateToken(t.Context(), b.staff, name, expires, auth.Limits{}); domain.CodeOf(err).IsZero() {
			t.Errorf("%q until %v: %v", name, expires, err)
		}
	}
}

func TestATokenLivesNoLongerThanTheSettingSays(t *testing.T) { // S-07
	t.Parallel()
	b := setup(t)
	const day = 24 * time.Hour
	if _, _, err := b.auth.CreateToken(t.Context(), b.staff, "far", b.clock.now().Add(91*day), auth.Limits{}); !errors.Is(err, domain.ErrFormValue) {
		t.Errorf("91 days: %v", err)
	}
	made, secret, err := b.auth.CreateToken(t.Context(), b.staff, "nightly", time.Time{}, auth.Limits{})
	if err != nil || made.ExpiresAt.Sub(made.CreatedAt) != 90*day {
		t.Errorf("%v to %v: %v", made.CreatedAt, made.ExpiresAt, err)
	}
	// What was made for longer before the setting ends by the setting.
	hasty, err := auth.Open(t.Context(), auth.Config{Pool: b.pool, Now: b.clock.now, Cost: cheap, TokenLife: day})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hasty.Close)
	b.clock.advance(25 * time.Hour)
	if _, err := b.auth.Token(t.Context(), secret); err != nil {
		t.Error(err)
	}
	_, err = hasty.Token(t.Context(), secret)
	wants(t, err, auth.ErrTokenInvalid)
	listed, err := hasty.Tokens(t.Context(), b.staff)
	if err != nil || len(listed) != 1 || listed[0].ExpiresAt.After(b.clock.now()) {
		t.Errorf("%+v, %v", listed, err)
	}
}

func TestATokenHasItsLimits(t *testing.T) { // S-07
	t.Parallel()
	b := setup(t)
	limits := auth.Limits{Scope: auth.ScopeRead, Areas: []staff.Topic{"customer", "payment"}}
	_, secret, err := b.auth.CreateToken(t.Context(), b.staff, "report", time.Time{}, limits)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // from the database, then from memory
		who, err := b.auth.Token(t.Context(), secret)
		if err != nil || !who.Limits.ReadOnly() || !slices.Equal(who.Limits.Areas, limits.Areas) {
			t.Errorf("%+v, %v", who, err)
		}
	}
	listed, err := b.auth.Tokens(t.Context(), b.staff)
	if err != nil || len(listed) != 1 || listed[0].Scope != auth.ScopeRead || !slices.Equal(listed[0].Areas, limits.Areas) {
		t.Errorf("%+v, %v", listed, err)
	}
	for field, wrong := range map[string]auth.Limits{"scope": {Scope: "all"}, "areas": {Areas: []staff.Topic{"customer", "everything"}}} {
		_, _, err := b.auth.CreateToken(t.Context(), b.staff, "wrong", time.Time{}, wrong)
		if refusal, _ := domain.AsError(err); refusal == nil || refusal.Field != field {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// Tokens that were made before they had limits, or brought back from a backup of that
// time, do what they did.
func TestATokenWithoutLimitsOnRecordHasNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, secret, err := b.auth.CreateToken(t.Context(), b.staff, "old", time.Time{}, auth.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(t.Context(), `UPDATE auth.token SET scope = NULL, areas = NULL`); err != nil {
		t.Fatal(err)
	}
	if who, err := b.auth.Token(t.Context(), secret); err != nil || !who.Limits.None() {
		t.Errorf("%+v, %v", who, err)
	}
	if listed, err := b.auth.Tokens(t.Context(), b.staff); err != nil || listed[0].Scope != auth.ScopeWrite {
		t.Errorf("%+v, %v", listed, err)
	}
}

func TestTokensEndWithThePassword(t *testing.T) { // S-07
	t.Parallel()
	b := setup(t)
	other := b.process(t)
	for name, change := range map[string]func() error{
		"a reset": func() error { _, err := b.auth.Invite(t.Context(), b.staff, login); return err },
		"another password": func() error {
			return b.auth.ChangePassword(t.Context(), auth.Identity{Staff: b.staff}, password, "another long password")
		},
		"a password that somebody set": func() error { return b.auth.SetPassword(t.Context(), b.staff, login, "another long password") },
	} {
		b.hasPassword(t)
		_, secret, err := b.auth.CreateToken(t.Context(), b.staff, "nightly", time.Time{}, auth.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.Token(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		if err := change(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = b.auth.Token(t.Context(), secret)
		wants(t, err, auth.ErrTokenInvalid)
		waiting.Until(t, "what was revoked to end here", func() bool {
			_, err := other.Token(t.Context(), secret)
			return errors.Is(err, auth.ErrTokenInvalid)
		})
	}
}
