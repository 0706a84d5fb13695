package endtoend

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// pair is two programs on one ledger, which share the key of keys as two machines
// would.
func pair(t *testing.T, first *installation) (*firm, *program) {
	t.Helper()
	second := install(t)
	first.database = pgtest.Durable(t)
	f := establish(first.start())
	second.database, second.behind = first.database, first.behind
	second.more = append(slices.Clone(first.more), "GUISHU_KEK_FILE="+filepath.Join(first.folder, "kek"))
	return f, second.start()
}

// Two programs serve one ledger: who signs in at one is known at the other, who
// leaves is out at both, positions follow on, and when one is killed the other goes
// on with read models and reactions.
func TestTwoProgramsServeOneLedger(t *testing.T) {
	onEachStore(t, twoPrograms)
}

func twoPrograms(t *testing.T, i *installation) {
	f, other := pair(t, i)
	other.get(f.admin, "/v1/me").is(t, http.StatusOK)

	leaver := f.employ("leaver", "RELATIONSHIP_MANAGER", f.north)
	other.get(leaver, "/v1/me").is(t, http.StatusOK)
	f.done(f.admin, "/v1/staff/"+leaver.id+"/departure", fields{"on": today(), "reason": "离职"})
	left := time.Now()
	waiting.Until(t, "the leaver to be out at the other program", func() bool {
		return other.get(leaver, "/v1/me").status == http.StatusUnauthorized
	})
	t.Logf("a departure is known at the other program after %v", time.Since(left).Round(time.Millisecond))

	superior := f.crowd("sup", "SUPERIOR", f.wealth, 1)[0]
	advisors, operators := f.crowd("adv", "ADVISOR", f.wealth, 2), f.crowd("ops", "OPERATIONS", f.office, 2)
	product := f.done(operators[0], "/v1/products", fields{"code": "P1", "name": "示例产品", "supplier": "示例供应商"}).ID
	other.done(operators[1], "/v1/products/"+product+"/opening", nil) // the one sees what the other wrote
	both := []*program{f.program, other}
	const customers = 60
	ids, positions := make([]string, customers), make([]int64, customers)
	together(customers, 16, func(i int) {
		made := both[i%2].done(advisors[0], "/v1/customers", fields{
			"party": "PERSON", "home_unit": f.wealth, "advisor": advisors[0].id, "nature": "DIRECT", "fields": f.somebody(),
		})
		ids[i] = both[(i+1)%2].done(superior, "/v1/customers/"+made.ID+"/attachments", fields{"advisor": advisors[i%2].id}).ID
		ids[i], positions[i] = made.ID, made.Position
	})
	database := f.events()
	contiguous(t, database)
	for i, p := range both {
		p.get(f.admin, fmt.Sprintf("/v1/units?min_position=%d", positions[customers-1-i])).is(t, http.StatusOK)
	}

	f.kill()
	killed := time.Now()
	deal := other.done(advisors[0], "/v1/payments", reservation(ids[0], product, advisors[0])).ID
	other.done(advisors[0], "/v1/payments/"+deal+"/registration", registration(1))
	confirmed := other.done(operators[0], "/v1/payments/"+deal+"/confirmation", fields{})
	waiting.Until(t, "the other program to take the reactions over", func() bool {
		return one[int](t, database, `SELECT count(*) FROM ledger.events WHERE stream = $1`, "attribution-"+deal) == 1
	})
	t.Logf("reactions are taken over after %v", time.Since(killed).Round(time.Millisecond))
	waiting.Until(t, "the other program to take the read models over", func() bool {
		return other.get(f.admin, fmt.Sprintf("/v1/units?min_position=%d", confirmed.Position)).status == http.StatusOK
	})
	t.Logf("read models are taken over after %v", time.Since(killed).Round(time.Millisecond))
	contiguous(t, database)
	if printed, code := other.run("replay"); code != 0 {
		t.Errorf("replay exits with %d:\n%s", code, printed)
	}
}
