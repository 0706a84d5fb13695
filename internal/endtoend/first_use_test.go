package endtoend

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"guishu/internal/pgtest"
)

// A machine without any set-up: the program prints a one-time sign-in, with which
// the first administrator begins; nothing else lets anybody in, and it ends once a
// password is set.
func TestFirstSignInIsPrintedAndEndsOnceUsed(t *testing.T) {
	t.Parallel()
	machine := install(t)
	p := machine.start()
	secret := p.secret()
	newcomer := p.signIn("admin", secret)
	p.post(newcomer, "/v1/units", fields{"code": "X", "name": "X", "kind": "CITY"}).refused(t, http.StatusForbidden, "auth/password-change-required")
	p.post(newcomer, "/v1/me/password", fields{"password": "short"}).refused(t, http.StatusBadRequest, "auth/password-weak")
	p.post(person{}, "/v1/session", fields{"login": "admin", "password": secret}).refused(t, http.StatusUnauthorized, "auth/secret-used")
	p.post(newcomer, "/v1/me/password", fields{"password": password}).is(t, http.StatusNoContent)
	admin := p.signIn("admin", password)
	p.get(newcomer, "/v1/me").refused(t, http.StatusUnauthorized, "auth/required")
	p.post(person{}, "/v1/session", fields{"login": "admin", "password": secret}).refused(t, http.StatusUnauthorized, "auth/sign-in-failed")
	if code := p.stop(); code != 0 {
		t.Fatalf("exit code %d after SIGTERM", code)
	}
	again := machine.start()
	if printed := again.printed.String(); printed != "" {
		t.Fatalf("a second start prints %q", printed)
	}
	again.get(admin, "/v1/me").is(t, http.StatusOK) // the session outlived the restart
}

// Root is not needed: another user with an own folder gets the same.
func TestServesAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	machine := install(t)
	if os.Geteuid() == 0 {
		const nobody = 65534
		machine.account = &syscall.Credential{Uid: nobody, Gid: nobody}
		machine.folder = filepath.Join(pgtest.Folder(t), "data")
		if err := os.Mkdir(machine.folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(machine.folder, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	p := machine.start()
	p.welcome("admin", p.secret())
	if code := p.stop(); code != 0 {
		t.Fatalf("exit code %d after SIGTERM", code)
	}
}
