package endtoend

import (
	"net/http"
	"strings"
	"testing"
)

// Where nobody serves, the key that wraps all others is changed: what was sealed is
// read with the new one.
func TestTheKEKIsChangedWhileNobodyServes(t *testing.T) {
	t.Parallel()
	home := install(t)
	f := establish(home.start())
	manager := f.employ("manager", "RELATIONSHIP_MANAGER", f.north)
	registering := command("/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": f.somebody()})
	customer := f.send(manager, registering).is(t, http.StatusCreated).answer(t)
	if printed, code := home.run("keys rotate"); code == 0 {
		t.Errorf("beside a running program: %s", printed)
	}
	f.stop()
	before := readFile(t, home.folder+"/kek")
	if printed, code := home.run("keys rotate"); code != 0 || !strings.Contains(printed, "The KEK is changed") {
		t.Fatalf("exit code %d: %s", code, printed)
	}
	if after := readFile(t, home.folder+"/kek"); after == before {
		t.Error("the KEK is as before")
	}
	there := home.start()
	if again := there.send(there.signIn("manager", password), registering).answer(t); again.ID != customer.ID {
		t.Errorf("the command sent again made %s, first %s", again.ID, customer.ID)
	}
	if printed, code := there.run("replay"); code != 0 {
		t.Errorf("replay: %d, %s", code, printed)
	}
}
