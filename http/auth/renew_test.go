package auth

import (
	"testing"

	"guishu/domain"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
)

// A hash is renewed at a sign-in when hashing costs more by now; a password that
// was changed, or ended, while that was computed stays as it is.
func TestRenewingAHashBringsNoOldPasswordBack(t *testing.T) {
	t.Parallel()
	const login, old, later = "wang.fang", "correct horse battery", "another long password"
	pool := pgtest.New(t)
	open := func(cost Cost) *Auth {
		a, err := Open(t.Context(), Config{Pool: pool, Cost: cost})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		return a
	}
	cheap, dear := open(Cost{Passes: 1, Memory: 64, Threads: 1}), open(Cost{Passes: 2, Memory: 64, Threads: 1})
	who := domain.StaffID(uuid.New())
	stored := func() string {
		found, err := dear.credential(t.Context(), selectCredential+`WHERE login = $1`, login)
		if err != nil {
			t.Fatal(err)
		}
		if found.Password == nil {
			return ""
		}
		return *found.Password
	}
	if err := cheap.SetPassword(t.Context(), who, login, old); err != nil {
		t.Fatal(err)
	}
	first := stored()
	if _, err := dear.Verify(t.Context(), login, old, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	if _, cost, err := fits(old, stored()); err != nil || cost != dear.cost || stored() == first {
		t.Errorf("the hash was not renewed: %+v, %v", cost, err)
	}

	read := stored()
	if err := dear.SetPassword(t.Context(), who, login, later); err != nil {
		t.Fatal(err)
	}
	dear.renew(t.Context(), who, old, read)
	if right, _, err := fits(later, stored()); err != nil || !right {
		t.Errorf("the old password is back: %v", err)
	}
	if _, err := dear.Invite(t.Context(), who, login); err != nil {
		t.Fatal(err)
	}
	dear.renew(t.Context(), who, old, read)
	if left := stored(); left != "" {
		t.Error("a password that ended is back")
	}
}
