package endtoend

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
)

// A firm leaves its machine while it works and goes on elsewhere, with its events
// in an EventStoreDB: who works there is invited anew, a command that is sent again
// is known, one document still has one customer, and the tables are what the log
// says. Then it comes back.
func TestAFirmLeavesAndComesBack(t *testing.T) {
	t.Parallel()
	home := install(t)
	f := establish(home.start())
	manager := f.employ("manager", "RELATIONSHIP_MANAGER", f.north)
	registering := command("/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": f.somebody()})
	customer := f.send(manager, registering).is(t, http.StatusCreated).answer(t)

	luggage := pgtest.Folder(t)
	events, keys := filepath.Join(luggage, "ledger.ndjson.gz"), filepath.Join(luggage, "keys.ndjson")
	printed, code := home.run("export", "--keys", keys, events) // beside the running program
	if code != 0 {
		t.Fatalf("export: %d, %s", code, printed)
	}
	if printed, code := home.run("export", events); code == 0 || !strings.Contains(printed, "transfer/file-exists") {
		t.Errorf("a second export over the first: %d, %s", code, printed)
	}
	f.stop()

	away := install(t)
	away.database, away.more = pgtest.Durable(t), []string{"GUISHU_STORE=" + esdbtest.New(t)}
	if printed, code := away.run("load", events); code == 0 || !strings.Contains(printed, "transfer/keys-missing") {
		t.Errorf("without keys: %d, %s", code, printed)
	}
	if printed, code := away.run("load", "--keys", keys, events); code == 0 || !strings.Contains(printed, "KEK") {
		t.Errorf("without the KEK: %d, %s", code, printed)
	}
	move(t, home, away, events, keys)
	there := away.start()
	there.continues(manager, registering, customer.ID)

	events, keys = filepath.Join(luggage, "back.ndjson"), filepath.Join(luggage, "back-keys.ndjson")
	if printed, code := away.run("export", "--keys", keys, events); code != 0 {
		t.Fatalf("export from the EventStoreDB: %d, %s", code, printed)
	}
	there.stop()
	back := install(t)
	move(t, away, back, events, keys)
	back.start().continues(manager, registering, customer.ID)
}

// move loads what was exported into another installation, with the KEK of the first.
func move(t *testing.T, from, to *installation, events, keys string) {
	t.Helper()
	kek, err := os.ReadFile(filepath.Join(from.folder, "kek"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to.folder, "kek"), kek, 0o600); err != nil {
		t.Fatal(err)
	}
	if printed, code := to.run("load", "--keys", keys, events); code != 0 {
		t.Fatalf("load: %d, %s", code, printed)
	}
	if printed, code := to.run("load", "--keys", keys, events); code == 0 || !strings.Contains(printed, "ledger/database-in-use") {
		t.Errorf("a second load: %d, %s", code, printed)
	}
}

var invited = regexp.MustCompile(`"secret": "([^"]+)"`)

// continues fails unless work goes on as if it had never been elsewhere.
func (p *program) continues(manager person, registering request, customer string) {
	p.t.Helper()
	p.welcome("admin", p.secret())
	printed, code := p.run("invite", "--json", manager.login)
	secret := invited.FindStringSubmatch(printed)
	if code != 0 || secret == nil {
		p.t.Fatalf("invite: %d, %s", code, printed)
	}
	manager = p.welcome(manager.login, secret[1])
	if again := p.send(manager, registering).answer(p.t); again.ID != customer {
		p.t.Errorf("the command sent again made %s, first %s", again.ID, customer)
	}
	rival := registering
	rival.key = uuid.NewString()
	p.send(manager, rival).refused(p.t, http.StatusConflict, "customer/duplicate-identity")
	if printed, code := p.run("invite", "nobody-at-all"); code == 0 || !strings.Contains(printed, "staff/unknown") {
		p.t.Errorf("inviting nobody: %d, %s", code, printed)
	}
	if printed, code := p.run("replay"); code != 0 {
		p.t.Errorf("replay: %d, %s", code, printed)
	}
}
