package endtoend

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
)

// password is everybody's, long enough and like no sign-in name.
const password = "correct horse battery"

// firm is an invented bank with a wealth branch, set up through the program as its
// first administrator would.
type firm struct {
	*program
	admin, second  person // two administrators: one asks, the other grants
	root           string // units
	city           string
	north, south   string // two outlets of the bank
	wealth, office string // the wealth branch, and operations for all

	mu     sync.Mutex
	people int
}

// signIn signs somebody in with a password and gives them a session.
func (p *program) signIn(login, secret string) person {
	p.t.Helper()
	answer := p.send(person{}, request{
		method: http.MethodPost, path: "/v1/session", body: written(fields{"login": login, "password": secret}),
	}).is(p.t, http.StatusOK)
	var self struct {
		Staff named `json:"staff"`
	}
	answer.read(p.t, &self)
	for _, cookie := range (&http.Response{Header: answer.header}).Cookies() {
		if cookie.Name == "guishu_session" {
			return person{login: login, id: self.Staff.ID, session: cookie.Value}
		}
	}
	p.t.Fatalf("signing in as %s set no session", login)
	return person{}
}

// welcome signs somebody in with a one-time secret, sets a password and signs in
// with that.
func (p *program) welcome(login, secret string) person {
	p.t.Helper()
	newcomer := p.signIn(login, secret)
	p.post(newcomer, "/v1/me/password", fields{"password": password}).is(p.t, http.StatusNoContent)
	return p.signIn(login, password)
}

// establish begins a firm: the first administrator signs in with what the program
// printed, sets up the units and a second administrator.
func establish(p *program) *firm {
	p.t.Helper()
	f := &firm{program: p, admin: p.welcome("admin", p.secret())}
	var self struct {
		Unit named `json:"unit"`
	}
	p.get(f.admin, "/v1/me").is(p.t, http.StatusOK).read(p.t, &self)
	f.root = self.Unit.ID
	f.city = f.unit(f.root, "C01", "CITY", nil)
	f.north = f.unit(f.city, "N01", "OUTLET", fields{"line": "SELF_OPERATED"})
	f.south = f.unit(f.city, "S01", "OUTLET", fields{"line": "SELF_OPERATED"})
	f.wealth = f.unit(f.root, "W01", "BRANCH", fields{"model": "ATTACHED"})
	f.office = f.unit(f.root, "O01", "OPERATIONS", nil)
	// The first administrator cannot grant what they asked for: the second one asks
	// for themselves.
	f.second = f.hire("second", f.root)
	f.second = f.invited(f.second)
	asked := p.done(f.second, "/v1/staff/"+f.second.id+"/access", fields{"role": "ADMINISTRATOR", "unit": f.root})
	p.done(f.admin, "/v1/staff/"+f.second.id+"/access/"+asked.ID+"/approval", nil)
	return f
}

func (f *firm) unit(parent, code, kind string, more fields) string {
	f.t.Helper()
	body := fields{"parent": parent, "code": code, "name": "单位" + code, "kind": kind}
	for name, value := range more {
		body[name] = value
	}
	return f.done(f.admin, "/v1/units", body).ID
}

// hire adds somebody who cannot sign in yet.
func (f *firm) hire(login, unit string) person {
	f.t.Helper()
	hired := f.done(f.admin, "/v1/staff", fields{"employee_no": "E-" + login, "login": login, "name": "员工" + login, "unit": unit})
	return person{login: login, id: hired.ID}
}

// invited lets somebody sign in for the first time.
func (f *firm) invited(who person) person {
	f.t.Helper()
	var invitation struct {
		Login  string `json:"login"`
		Secret string `json:"secret"`
	}
	f.post(f.admin, "/v1/staff/"+who.id+"/invitation", nil).is(f.t, http.StatusOK).read(f.t, &invitation)
	return f.welcome(invitation.Login, invitation.Secret)
}

// appoint gives somebody a role: one administrator asks, the other grants.
func (f *firm) appoint(who person, role, unit string) {
	f.t.Helper()
	asked := f.done(f.admin, "/v1/staff/"+who.id+"/access", fields{"role": role, "unit": unit})
	f.done(f.second, "/v1/staff/"+who.id+"/access/"+asked.ID+"/approval", nil)
}

// employ hires somebody with a role at their unit who has signed in.
func (f *firm) employ(login, role, unit string) person {
	f.t.Helper()
	who := f.hire(login, unit)
	f.appoint(who, role, unit)
	return f.invited(who)
}

// crowd is many people with one role at a unit. Hashing a password for each would
// take longer than the test: each has an API token, written as the program writes
// them.
func (f *firm) crowd(name, role, unit string, count int) []person {
	f.t.Helper()
	people := make([]person, count)
	together(count, 16, func(i int) {
		people[i] = f.hire(fmt.Sprintf("%s%03d", name, i), unit)
		f.appoint(people[i], role, unit)
	})
	database := f.connect()
	for i := range people {
		people[i].token = "guishu_" + fmt.Sprintf("%x", sha256.Sum256([]byte(uuid.NewString())))[:43]
		hash := sha256.Sum256([]byte(people[i].token))
		_, err := database.Exec(within(f.t), `
			INSERT INTO auth.token (id, staff, name, hash, created_at, expires_at)
			VALUES ($1, $2, 'crowd', $3, now(), now() + interval '1 day')`,
			uuid.New(), people[i].id, hash[:])
		if err != nil {
			f.t.Fatal(err)
		}
	}
	return people
}

// together does something count times, so many at once.
func together(count, atOnce int, do func(i int)) {
	var group sync.WaitGroup
	turns := make(chan int)
	for range min(count, atOnce) {
		group.Go(func() {
			for i := range turns {
				do(i)
			}
		})
	}
	for i := range count {
		turns <- i
	}
	close(turns)
	group.Wait()
}

// somebody invents a person of whom everything is known: valid in form, belonging
// to nobody.
func (f *firm) somebody() fields {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.people++
	return profile(f.people)
}

func profile(n int) fields {
	return fields{
		"name": surnames[n%len(surnames)] + given[n/len(surnames)%len(given)], "phone": fmt.Sprintf("139%08d", 10000000+n), "source": "OWN",
		"identity_type": "RESIDENT_ID", "identity_number": residentNumber(n), "address": fmt.Sprintf("示例市示例路%d号", n),
		"bank_account": fmt.Sprintf("1000%08d", n),
	}
}

var (
	surnames = []string{"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈"}
	given    = []string{"一凡", "思远", "若水", "明哲", "子衿", "清扬", "知行", "以宁"}
)

// residentNumber is a number with a right check digit and a birthday long ago, in
// an order of births that is given to nobody.
func residentNumber(n int) string {
	day := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%9000)
	digits := "110101" + day.Format("20060102") + fmt.Sprintf("%03d", 900+n/9000)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(digits[i]-'0') * weight
	}
	return digits + string("10X98765432"[sum%11])
}

// today is the business's day.
func today() string { return time.Now().In(time.FixedZone("CST", 8*60*60)).Format(time.DateOnly) }
