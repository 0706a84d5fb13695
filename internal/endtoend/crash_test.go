package endtoend

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"guishu/internal/waiting"
)

// load is people at work, who go on whatever happens to the program: a request
// whose answer was lost is sent again with the same key.
type load struct {
	*firm
	advisors, operators, managers, heads, superiors []person
	product                                         string

	waits *waiting.Watch

	mu      sync.Mutex
	running *program
	changed chan struct{} // closed when another run is set

	stopping     atomic.Bool
	acknowledged atomic.Int64
	lost         atomic.Int64 // answers that never came, or said that the ledger is out of reach
	unanswered   atomic.Int64 // those that never came
	records      struct {
		sync.Mutex
		all []record
	}
	workers sync.WaitGroup
}

// record is a command that the program said it has carried out.
type record struct {
	who     person
	request request
	answer  answer
}

func newLoad(t *testing.T, i *installation) *load {
	f := establish(i.start())
	l := &load{firm: f, waits: waiting.Over(t), running: f.program, changed: make(chan struct{})}
	l.advisors = f.crowd("adv", "ADVISOR", f.wealth, 4)
	l.superiors = f.crowd("sup", "SUPERIOR", f.wealth, 1)
	l.operators = f.crowd("ops", "OPERATIONS", f.office, 2)
	l.managers = f.crowd("rm", "RELATIONSHIP_MANAGER", f.north, 4)
	l.heads = f.crowd("head", "OUTLET_HEAD", f.north, 2)
	l.product = f.done(l.operators[0], "/v1/products", fields{"code": "P1", "name": "示例产品", "supplier": "示例供应商"}).ID
	f.done(l.operators[0], "/v1/products/"+l.product+"/opening", nil)
	return l
}

func (l *load) current() (*program, chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running, l.changed
}

// goOn tells everybody of the program's next run.
func (l *load) goOn(p *program) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits.Alive()
	l.running = p
	close(l.changed)
	l.changed = make(chan struct{})
}

// pace is how long somebody at work takes over a command, so that a few of them leave
// some of the machine to others. In a large campaign they take no time.
const pace = 50 * time.Millisecond

// carry sends a command until the program says what became of it.
func (l *load) carry(who person, path string, body fields) (string, error) {
	if *faults == 0 {
		select {
		case <-time.After(pace):
		case <-l.waits.Context().Done():
		}
	}
	r := command(path, body)
	// While anybody's command is answered, all may hope.
	defer l.waits.Await("an answer to " + path)()
	for {
		p, changed := l.current()
		answered, err := p.try(who, r)
		switch {
		case err == nil && (answered.status == http.StatusCreated || answered.status == http.StatusOK):
			done := answered.answer(l.t)
			l.records.Lock()
			l.records.all = append(l.records.all, record{who, r, done})
			l.records.Unlock()
			l.acknowledged.Add(1)
			return done.ID, nil
		case err == nil && answered.status < http.StatusInternalServerError:
			return "", fmt.Errorf("%s is refused: %d %s", path, answered.status, answered.body)
		}
		l.lost.Add(1)
		if err != nil {
			l.unanswered.Add(1)
		}
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond): // the same run may answer again: PostgreSQL was away
		case <-l.waits.Context().Done():
			return "", fmt.Errorf("%s is never answered: %v %s", path, err, answered.body)
		}
	}
}

// work starts people who claim and approve, and others who sell, until finish.
func (l *load) work() {
	stories := []func(int) error{l.claimed, l.sold, l.sold, l.claimed, l.sold, l.claimed, l.sold, l.claimed}
	for i, story := range stories {
		l.workers.Go(func() {
			for n := i; !l.stopping.Load(); n += len(stories) {
				if err := story(n); err != nil {
					l.t.Errorf("a worker: %v", err)
					return
				}
			}
		})
	}
}

// steps carries commands out one after the other; {0} in an address is the id that
// the first answered.
func (l *load) steps(steps ...step) error {
	var ids []string
	for _, s := range steps {
		path := s.path
		for i, id := range ids {
			path = strings.ReplaceAll(path, "{"+strconv.Itoa(i)+"}", id)
			for name, value := range s.body {
				if value == "{"+strconv.Itoa(i)+"}" {
					s.body[name] = id
				}
			}
		}
		id, err := l.carry(s.who, path, s.body)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	return nil
}

type step struct {
	who  person
	path string
	body fields
}

// claimed is a customer of the bank from entry to owner.
func (l *load) claimed(n int) error {
	manager, head := l.managers[n%len(l.managers)], l.heads[n%len(l.heads)]
	return l.steps(
		step{manager, "/v1/customers", fields{"party": "PERSON", "home_unit": l.north, "fields": l.somebody()}},
		step{manager, "/v1/claims", fields{"customer": "{0}", "line": "SELF_OPERATED"}},
		step{head, "/v1/applications/{1}/approval", nil},
	)
}

// sold is a customer of the wealth branch from entry to a confirmed payment.
func (l *load) sold(n int) error {
	first, second := l.advisors[n%len(l.advisors)], l.advisors[(n+1)%len(l.advisors)]
	return l.steps(
		step{first, "/v1/customers", fields{"party": "PERSON", "home_unit": l.wealth, "fields": l.somebody(), "advisor": first.id, "nature": "DIRECT"}},
		step{first, "/v1/customers/{0}/attachments", fields{"advisor": first.id}},
		step{l.superiors[0], "/v1/customers/{0}/attachments", fields{"advisor": second.id}},
		step{second, "/v1/payments", l.reservation("{0}", second)},
		step{second, "/v1/payments/{3}/registration", registration(n)},
		step{l.operators[n%len(l.operators)], "/v1/payments/{3}/confirmation", fields{}},
	)
}

func (l *load) reservation(customer string, by person) fields {
	return reservation(customer, l.product, by)
}

func reservation(customer, product string, by person) fields {
	return fields{
		"customer": customer, "product": product, "advisor": by.id, "amount_fen": 12345600, "nature": "DIRECT",
		"scheduled_on": time.Now().AddDate(0, 0, 7).Format(time.DateOnly), "identity_type": "RESIDENT_ID",
	}
}

func registration(n int) fields {
	return fields{
		"identity_number": residentNumber(n),
		"source":          fields{"head_bank": "示例银行", "branch": "示例分行", "sub_branch": "示例支行", "account": fmt.Sprintf("2000%08d", n)},
		"papers":          []string{strings.Repeat("0123456789abcdef", 4)},
	}
}

// until waits for so many more acknowledged commands.
func (l *load) until(more int64) {
	l.t.Helper()
	wanted := l.acknowledged.Load() + more
	waiting.Progress(l.t, fmt.Sprintf("%d more commands to be done", more), func() (done int64, enough bool) {
		done = l.acknowledged.Load()
		return done, done >= wanted || l.t.Failed()
	})
	if l.t.Failed() {
		l.t.FailNow()
	}
}

// finish lets everybody finish what they are at.
func (l *load) finish() {
	l.stopping.Store(true)
	l.workers.Wait()
}

// everything fails unless each acknowledged command is in the ledger as it was
// answered, and exactly once: sent again, it gives the same answer and writes
// nothing.
func (l *load) everything() {
	l.t.Helper()
	p, _ := l.current()
	events := p.events()
	contiguous(l.t, events)
	before := last(l.t, events)
	l.records.Lock()
	records := slices.Clone(l.records.all)
	l.records.Unlock()
	together(len(records), 16, func(i int) {
		was := records[i]
		again := p.send(was.who, was.request)
		if again.status != http.StatusOK {
			l.t.Errorf("%s was acknowledged at %d, and now %d %s", was.request.path, was.answer.Position, again.status, again.body)
			return
		}
		now := again.answer(l.t)
		if now.ID != was.answer.ID || now.Stream != was.answer.Stream || now.Position != was.answer.Position {
			l.t.Errorf("%s was answered %+v, and now %+v", was.request.path, was.answer, now)
		}
	})
	if after := last(l.t, events); after != before {
		l.t.Errorf("sending %d acknowledged commands again wrote %d events", len(records), after-before)
	}
	// What was cut off between its event and its confirmation is confirmed by now.
	if orphans := one[int](l.t, p.connect(), `SELECT count(*) FROM registry.reservation WHERE NOT confirmed`); orphans != 0 {
		l.t.Errorf("%d reservations are orphaned", orphans)
	}
}

// settled fails unless every reaction is complete and nothing is left half-done.
func (l *load) settled() {
	l.t.Helper()
	p, _ := l.current()
	events := p.events()
	confirmed := `SELECT DISTINCT substr(stream, length('payment-') + 1) AS id FROM ledger.events WHERE type = 'payment.confirmed'`
	type done struct{ payments, attributed, formal int }
	beside := p.connect()
	waiting.Progress(l.t, "every confirmed payment to be attributed and its customer formal", func() (d done, all bool) {
		d.payments = one[int](l.t, events, `SELECT count(*) FROM (`+confirmed+`) c`)
		d.attributed = one[int](l.t, events, `SELECT count(*) FROM ledger.events WHERE type = 'attribution.decided'`)
		d.formal = one[int](l.t, events, `SELECT count(*) FROM ledger.events WHERE type = 'customer.became-formal'`)
		if parked := one[string](l.t, beside, `SELECT coalesce(string_agg(consumer || ' on ' || type || ': ' || reason, E'\n'), '') FROM reaction.parked`); parked != "" {
			l.t.Fatalf("reactions are put aside:\n%s", parked)
		}
		return d, d.attributed >= d.payments && d.formal >= d.payments
	})
	for what, query := range map[string]string{
		"payments have not exactly one attribution": `SELECT count(*) FROM (` + confirmed + `) c WHERE
			(SELECT count(*) FROM ledger.events e WHERE e.stream = 'attribution-' || c.id) <> 1`,
		"payments too many or too few became formal customers": `SELECT abs((SELECT count(*) FROM (` + confirmed + `) c)
			- (SELECT count(*) FROM ledger.events WHERE type = 'customer.became-formal'))`,
		"customers became formal more than once": `SELECT count(*) FROM (
			SELECT stream FROM ledger.events WHERE type = 'customer.became-formal' GROUP BY stream HAVING count(*) > 1) d`,
		"customers were registered more than once": `SELECT count(*) FROM (
			SELECT stream FROM ledger.events WHERE type = 'customer.registered' GROUP BY stream HAVING count(*) > 1) d`,
		"slots were given more than once": `SELECT count(*) FROM (
			SELECT stream FROM ledger.events WHERE type = 'ownership.established' GROUP BY stream HAVING count(*) > 1) d`,
	} {
		if count := one[int](l.t, events, query); count != 0 {
			l.t.Errorf("%d %s", count, what)
		}
	}
	l.t.Logf("%d events, %d acknowledged commands, %d lost answers, %d payments", last(l.t, events), l.acknowledged.Load(), l.lost.Load(),
		one[int](l.t, events, `SELECT count(*) FROM (`+confirmed+`) c`))
}

// agrees fails unless recomputing from the log gives what the tables say.
func (l *load) agrees() {
	l.t.Helper()
	if printed, code := l.installation.run("replay"); code != 0 {
		l.t.Errorf("replay exits with %d:\n%s", code, printed)
	}
}

// Killed again and again in the middle of its work, the program loses nothing that
// it acknowledged and does nothing twice.
func TestNothingAcknowledgedIsLostWhenTheProgramIsKilled(t *testing.T) {
	onEachStore(t, func(t *testing.T, i *installation) {
		l := newLoad(t, i)
		l.work()
		for range 4 {
			l.until(60)
			p, _ := l.current()
			p.kill()
			next := l.installation.start()
			l.goOn(next)
			contiguous(t, next.events())
		}
		l.until(60)
		l.finish()
		l.settled()
		l.everything()
		l.agrees()
	})
}

// PostgreSQL killed under the running program: it recovers by itself.
func TestRecoversWhenPostgreSQLIsKilled(t *testing.T) {
	onEachStore(t, func(t *testing.T, i *installation) {
		l := newLoad(t, i)
		l.work()
		for range 2 {
			l.until(60)
			l.killPostgreSQL()
		}
		l.until(60)
		l.finish()
		p, _ := l.current()
		waiting.Until(t, "/readyz to answer again", p.ready)
		l.settled()
		l.everything()
		l.agrees()
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d after SIGTERM", code)
		}
	})
}

// An EventStoreDB that goes away under the running program and comes back: whoever
// watches is told, nothing is lost, and the program goes on by itself.
func TestRecoversWhenEventStoreDBIsAway(t *testing.T) {
	t.Parallel()
	i := installOnEventStoreDB(t)
	l := newLoad(t, i)
	l.work()
	p, _ := l.current()
	for range 3 {
		l.until(40)
		i.server.Stop()
		waiting.Until(t, "/readyz to name the event store", func() bool {
			answer, err := p.http.Get(p.address + "/readyz")
			if err != nil {
				return false
			}
			defer answer.Body.Close()
			body, _ := io.ReadAll(answer.Body)
			return answer.StatusCode == http.StatusServiceUnavailable && strings.Contains(string(body), `"event store":"unavailable"`)
		})
		i.server.Start()
	}
	l.until(40)
	l.finish()
	waiting.Until(t, "/readyz to answer again", p.ready)
	l.settled()
	l.everything()
	l.agrees()
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}

func (l *load) killPostgreSQL() {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.folder, "postgres", "postmaster.pid"))
	if err != nil {
		l.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		l.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		l.t.Fatal(err)
	}
}

// Told to stop under load, the program finishes what it is at: whoever has sent a
// request gets its answer, and what was answered is kept.
func TestStopsGracefullyUnderLoad(t *testing.T) {
	t.Parallel()
	l := newLoad(t, install(t))
	var torn, unavailable atomic.Int64
	var group sync.WaitGroup
	p := l.running
	for i := range 16 {
		group.Go(func() {
			manager := l.managers[i%len(l.managers)]
			for {
				r := command("/v1/customers", fields{"party": "PERSON", "home_unit": l.north, "fields": l.somebody()})
				answered, err := p.try(manager, r)
				switch {
				case errors.Is(err, syscall.ECONNREFUSED):
					return // it takes no more
				case err != nil:
					torn.Add(1)
					t.Errorf("a request under way got no answer: %v", err)
					return
				case answered.status != http.StatusCreated:
					unavailable.Add(1)
					t.Errorf("a request under way is answered %d %s", answered.status, answered.body)
					return
				}
				l.records.Lock()
				l.records.all = append(l.records.all, record{manager, r, answered.answer(t)})
				l.records.Unlock()
				l.acknowledged.Add(1)
			}
		})
	}
	l.until(200)
	asked := time.Now()
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d after SIGTERM:\n%s", code, lastLines(p.log.String(), 20))
	}
	t.Logf("stopped in %v after %d commands", time.Since(asked).Round(time.Millisecond), l.acknowledged.Load())
	group.Wait()
	l.goOn(l.installation.start())
	l.everything()
}
