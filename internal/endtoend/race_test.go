package endtoend

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// tally counts answers by status and code.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *tally) add(r reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	what := fmt.Sprint(r.status)
	if code := r.code(); code != "" {
		what += " " + code
	}
	c.counts[what]++
}

// only fails when there were other answers than these.
func (c *tally) only(t testing.TB, what string, allowed ...string) {
	t.Helper()
	rest := 0
	for _, one := range allowed {
		rest -= c.counts[one]
	}
	for _, count := range c.counts {
		rest += count
	}
	if rest != 0 {
		t.Errorf("%s were answered %v, of which only %q are right", what, c.counts, allowed)
	}
	t.Logf("%s: %v", what, c.counts)
}

// race is a customer whom a hundred managers want, and the outlet's heads.
type race struct {
	*firm
	managers, heads []person
}

const (
	wanting  = 100
	deciding = 20
)

func newRace(t *testing.T, i *installation) *race {
	f := establish(i.start())
	return &race{
		firm: f, managers: f.crowd("rm", "RELATIONSHIP_MANAGER", f.north, wanting),
		heads: f.crowd("head", "OUTLET_HEAD", f.north, deciding),
	}
}

func (r *race) wanted() string {
	r.t.Helper()
	return r.done(r.heads[0], "/v1/customers", fields{"party": "PERSON", "home_unit": r.north, "fields": r.somebody()}).ID
}

func (r *race) claim(customer string, by int) request {
	return command("/v1/claims", fields{"customer": customer, "line": "SELF_OPERATED", "phone": fmt.Sprintf("138%08d", 20000000+by)})
}

func approval(application string) string {
	return "/v1/applications/" + application + "/approval"
}

// types counts the events of the slot by type.
func (r *race) types(customer string) map[string]int {
	r.t.Helper()
	counts := map[string]int{}
	for _, one := range column[string](r.t, r.events(), `SELECT type FROM ledger.events WHERE stream = $1 ORDER BY position`, "ownership-"+customer+"-SELF_OPERATED") {
		counts[one]++
	}
	return counts
}

// A hundred people file at once, each with a double click; then twenty approvers
// approve all of these at once, each with a double click: 200 requests in flight,
// one owner (A-13, A-76, C-06).
func TestOneOwnerOfTwoHundredApprovalsAtOnce(t *testing.T) {
	onEachStore(t, func(t *testing.T, i *installation) {
		r := newRace(t, i)
		customer := r.wanted()
		applications := make([]string, wanting)
		var filing tally
		claims := make([]request, wanting)
		for i := range claims {
			claims[i] = r.claim(customer, i)
		}
		together(2*wanting, 2*wanting, func(i int) {
			answered := r.send(r.managers[i/2], claims[i/2])
			filing.add(answered)
			if answered.status == http.StatusCreated {
				applications[i/2] = answered.answer(t).ID
			}
		})
		filing.only(t, "claims", "201", "200")
		if filing.counts["201"] != wanting || filing.counts["200"] != wanting {
			t.Fatalf("each of %d double clicks takes effect once: %v", wanting, filing.counts)
		}
		var deciding tally
		approvals := make([]request, wanting)
		for i := range approvals {
			approvals[i] = command(approval(applications[i]), nil)
		}
		together(2*wanting, 2*wanting, func(i int) {
			deciding.add(r.send(r.heads[i/2%len(r.heads)], approvals[i/2]))
		})
		deciding.only(t, "approvals", "201", "200", "409 claim/already-owned")
		if deciding.counts["201"] != 1 || deciding.counts["200"] != 1 {
			t.Errorf("one approval and its double click win: %v", deciding.counts)
		}
		r.tells(customer, wanting)
	})
}

// Claims and approvals all at once: whoever has filed is approved while others
// still file.
func TestOneOwnerWhileClaimsAndApprovalsMix(t *testing.T) {
	t.Parallel()
	r := newRace(t, install(t))
	customer := r.wanted()
	var filing, deciding tally
	filed := make(chan string, wanting)
	var group sync.WaitGroup
	group.Go(func() {
		together(wanting, wanting, func(i int) {
			answered := r.send(r.managers[i], r.claim(customer, i))
			filing.add(answered)
			if answered.status == http.StatusCreated {
				filed <- answered.answer(t).ID
			}
		})
		close(filed)
	})
	for i := range wanting {
		group.Go(func() {
			for application := range filed {
				deciding.add(r.post(r.heads[i%len(r.heads)], approval(application), nil))
			}
		})
	}
	group.Wait()
	filing.only(t, "claims", "201", "409 claim/already-owned")
	deciding.only(t, "approvals", "201", "409 claim/already-owned")
	if deciding.counts["201"] != 1 {
		t.Errorf("one approval wins: %v", deciding.counts)
	}
	r.tells(customer, filing.counts["201"])
}

// tells fails unless the log tells the story: so many filed, one approved and
// established, every rival superseded in the same decision.
func (r *race) tells(customer string, filed int) {
	r.t.Helper()
	want := map[string]int{
		"ownership.claim-filed": filed, "ownership.claim-approved": 1, "ownership.established": 1, "ownership.claim-superseded": filed - 1,
	}
	got := r.types(customer)
	for name, count := range want {
		if got[name] != count {
			r.t.Errorf("the log has %d %s, want %d: %v", got[name], name, count, got)
		}
		delete(got, name)
	}
	if len(got) > 0 && filed > 0 {
		r.t.Errorf("the log has more: %v", got)
	}
	contiguous(r.t, r.events())
}
