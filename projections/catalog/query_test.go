package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"guishu/domain"
	attached "guishu/domain/attachment"
	"guishu/domain/calendar"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/organisation"
	own "guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/attachments"
	"guishu/projections/attributions"
	"guishu/projections/catalog"
	"guishu/projections/claims"
	"guishu/projections/customers"
	"guishu/projections/migrations"
	"guishu/projections/ownership"
	"guishu/projections/payments"
	"guishu/projections/performance"
	"guishu/projections/policies"
	"guishu/projections/products"
	"guishu/projections/projectiontest"
	"guishu/projections/purchases"
	"guishu/projections/query"
	people "guishu/projections/staff"
	"guishu/projections/timeline"
	"guishu/projections/units"
)

// bed is a ledger with a story told, all read models current.
type bed struct {
	*projectiontest.Ledger
	story  *projectiontest.Story
	runner *projections.Runner
	hash   customers.Hash
	ctx    context.Context
}

func setup(t *testing.T, outlets, count int) *bed {
	t.Helper()
	hasher := sealing.NewHasher()
	b := &bed{Ledger: projectiontest.New(t), story: projectiontest.NewStory(outlets), ctx: context.Background()}
	b.hash = func(kind, text string) []byte { sum := hasher.Hash(kind, text); return sum[:] }
	b.runner, _ = b.Run(catalog.Models(hasher, domain.ChinaZone())...)
	b.Tell(b.story, count)
	b.Wait(b.runner)
	return b
}

var everywhere = staff.Scope{Everywhere: true}

// area is everything at a unit and below it.
func (b *bed) area(t *testing.T, unit domain.UnitID, line domain.BusinessLine) staff.Scope {
	t.Helper()
	u, err := units.Get(b.ctx, b.Pool, unit)
	if err != nil {
		t.Fatal(err)
	}
	return staff.Scope{Areas: []staff.Area{{Path: u.Path, Line: line}}}
}

// explained asks PostgreSQL how it would answer, before it asks.
type explained struct {
	query.DB
	t     *testing.T
	plans *[]string
}

func (e explained) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	e.t.Helper()
	rows, err := e.DB.Query(ctx, "EXPLAIN "+sql, args...)
	if err != nil {
		e.t.Fatalf("explain %s: %v", sql, err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		e.t.Fatalf("explain %s: %v", sql, err)
	}
	*e.plans = append(*e.plans, sql+"\n"+strings.Join(lines, "\n"))
	return e.DB.Query(ctx, sql, args...)
}

// scanned finds a table read from end to end; small tables may be.
var scanned = regexp.MustCompile(`Seq Scan on (customers|customer_relations|customer_terms|claims|payments|purchases|attributions|timeline|attachments|contacts|ownership_history|performance|staff)_g`)

func TestNoQueryWithoutAnIndex(t *testing.T) {
	t.Parallel()
	b := setup(t, 20, 250)
	conn, err := b.Pool.Acquire(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	// The tables are small, so a scan might be the faster way; the question is
	// whether there is another.
	if _, err := conn.Exec(b.ctx, `ANALYZE; SET enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	var plans []string
	db := explained{conn, t, &plans}
	scopes := map[string]staff.Scope{
		"own":          {Own: true},
		"jurisdiction": b.area(t, b.story.Branches[0], ""),
		"line":         b.area(t, b.story.Branches[0], domain.SelfOperated),
		"both":         {Own: true, Areas: b.area(t, b.story.Outlets[3], "").Areas},
		"everywhere":   everywhere,
	}
	who := b.story.Staff[1]
	one, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	id := one.Rows[0].Customer
	day := domain.DateOf(b.story.Begin, domain.ChinaZone())
	path := scopes["jurisdiction"].Areas[0].Path
	asked := 0
	ask := func(name string, err error) {
		t.Helper()
		asked++
		if err != nil && !errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
			t.Errorf("%s: %v", name, err)
		}
		for _, plan := range plans {
			if table := scanned.FindString(plan); table != "" {
				t.Errorf("%s: %s\n%s", name, table, plan)
			}
		}
		plans = plans[:0]
	}
	for name, scope := range scopes {
		for i, q := range []customers.Query{
			{}, {Sort: "name"}, {Sort: "oldest"}, {Name: "王"}, {Name: "wang"}, {CustomerNo: "1"}, {PhoneHash: []byte{1}}, {IdentityHash: []byte{1}},
			{View: customers.ToBeCompleted}, {View: customers.MyCustomers, Own: who}, {Owner: who, Line: domain.SelfOperated}, {Attached: who},
			{Below: path}, {Employer: "单位"}, {Line: domain.Agency}, {Kind: customer.Formal, Registered: query.Days{From: day, To: day.AddDays(30)}},
		} {
			q.Scope, q.Who = scope, who
			_, err := customers.List(b.ctx, db, q)
			ask(fmt.Sprint("customers ", name, i), err)
			_, err = customers.Count(b.ctx, db, q)
			ask(fmt.Sprint("count customers ", name, i), err)
		}
		_, err := customers.Get(b.ctx, db, scope, who, id)
		ask("customer "+name, err)
		for i, q := range []claims.Query{{}, {Status: own.ApplicationPending}, {Applicant: who}, {ApplicantNo: "S1"}, {Customer: id}, {Unit: b.story.Outlets[0]}, {Below: path, Filed: query.Days{From: day}}, {Sort: "newest", Kind: own.EstablishRelation}} {
			q.Scope, q.Who = scope, who
			_, err := claims.List(b.ctx, db, q)
			ask(fmt.Sprint("claims ", name, i), err)
			_, err = claims.Count(b.ctx, db, q)
			ask(fmt.Sprint("count claims ", name, i), err)
		}
		for i, q := range []payments.Query{{}, {Status: payment.StatusConfirmed}, {Customer: id}, {Product: b.story.Products[0]}, {Advisor: who}, {ExternalNo: "X"}, {Sort: "amount"}, {Below: path, Confirmed: query.Days{From: day}}} {
			q.Scope, q.Who = scope, who
			_, err := payments.List(b.ctx, db, q)
			ask(fmt.Sprint("payments ", name, i), err)
			_, err = payments.Count(b.ctx, db, q)
			ask(fmt.Sprint("count payments ", name, i), err)
		}
		for i, q := range []purchases.Query{{}, {Customer: id}, {Product: b.story.Products[0], Standing: true}, {Advisor: who}, {From: day, To: day.AddDays(90)}, {Held: day.AddDays(20)}, {Below: path}} {
			q.Scope, q.Who = scope, who
			_, err := purchases.List(b.ctx, db, q)
			ask(fmt.Sprint("purchases ", name, i), err)
			_, err = purchases.Count(b.ctx, db, q)
			ask(fmt.Sprint("count purchases ", name, i), err)
		}
		for i, q := range []attributions.Query{{}, {Customer: id}, {Winner: who}, {Handler: who, Apart: true}, {Apart: true, Standing: true}, {Payment: domain.PaymentID{1}}, {Decided: query.Days{From: day}}} {
			q.Scope, q.Who = scope, who
			_, err := attributions.List(b.ctx, db, q)
			ask(fmt.Sprint("attributions ", name, i), err)
			_, err = attributions.Count(b.ctx, db, q)
			ask(fmt.Sprint("count attributions ", name, i), err)
		}
		for _, level := range []performance.Level{performance.Headquarters, performance.Branch, performance.Outlet, performance.Person} {
			for _, grain := range performance.Grains.Values() {
				q := performance.Query{Scope: scope, Who: who, Level: level, Grain: grain, ByProduct: true, From: day, To: day.AddDays(200)}
				_, err := performance.Sums(b.ctx, db, q)
				ask(fmt.Sprint("performance ", name, level, grain), err)
				_, _, err = performance.Total(b.ctx, db, q)
				ask(fmt.Sprint("total performance ", name, level, grain), err)
			}
		}
		for i, q := range []attachments.Query{{}, {Customer: id, Active: true}, {Advisor: who}, {Customer: id, AsOf: b.story.Begin, KnownAt: b.story.Begin}} {
			q.Scope, q.Who = scope, who
			_, err := attachments.List(b.ctx, db, q)
			ask(fmt.Sprint("attachments ", name, i), err)
		}
		_, err = attachments.Contacts(b.ctx, db, attachments.ContactQuery{Scope: scope, Who: who, Customer: id})
		ask("contacts "+name, err)
		for i, q := range []people.Query{{}, {Name: "王"}, {EmployeeNo: "S1"}, {Role: domain.RoleAdvisor}, {Below: path, Sort: "hired", Active: true}} {
			q.Scope, q.Who = scope, who
			_, err := people.List(b.ctx, db, q)
			ask(fmt.Sprint("staff ", name, i), err)
		}
		_, err = people.Requests(b.ctx, db, people.RequestQuery{Scope: scope, Who: who, Status: staff.RequestPending})
		ask("requests "+name, err)
	}
	for i, q := range []timeline.Query{{}, {Newest: true}, {AsOf: b.story.Begin, KnownAt: b.story.Begin}, {Types: []string{"customer.registered"}, Without: []string{"lookup.revealed"}}} {
		q.Customer = id
		_, err := timeline.List(b.ctx, db, q)
		ask(fmt.Sprint("timeline ", i), err)
	}
	_, err = ownership.At(b.ctx, db, id, ownership.Moment{AsOf: b.story.Begin, KnownAt: b.story.Begin})
	ask("owner", err)
	_, err = ownership.History(b.ctx, db, id, ownership.Moment{})
	ask("ownership", err)
	_, err = units.List(b.ctx, db, units.Query{Below: path, Name: "网"})
	ask("units", err)
	_, err = products.List(b.ctx, db, products.Query{Name: "产", MaturesFrom: day})
	ask("products", err)
	_, err = policies.List(b.ctx, db, "", 0)
	ask("policies", err)
	_, err = migrations.List(b.ctx, db, migrations.Query{Status: "CLOSED"})
	ask("migrations", err)
	if asked < 400 {
		t.Errorf("only %d questions were asked", asked)
	}

	// The check itself: a question that no index answers fails it.
	if _, err := (explained{conn, t, &plans}).Query(b.ctx, `SELECT 1 FROM read.customers WHERE employer LIKE '%x%' AND nature = 'q'`); err != nil {
		t.Fatal(err)
	}
	if !scanned.MatchString(plans[0]) {
		t.Errorf("a scan was not seen in\n%s", plans[0])
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 100)
	count := func(scope staff.Scope, who domain.StaffID) int {
		t.Helper()
		n, err := customers.Count(b.ctx, b.Pool, customers.Query{Scope: scope, Who: who})
		if err != nil {
			t.Fatal(err)
		}
		page, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: scope, Who: who, Limit: 500})
		if err != nil || len(page.Rows) != n {
			t.Fatalf("%d listed, %d counted: %v", len(page.Rows), n, err)
		}
		return n
	}
	if n := count(everywhere, domain.StaffID{}); n != 100 {
		t.Errorf("everywhere: %d", n)
	}
	if n := count(staff.Scope{}, b.story.Staff[0]); n != 0 {
		t.Errorf("an empty scope shows %d customers", n)
	}
	if n := count(b.area(t, b.story.Root, ""), domain.StaffID{}); n != 100 {
		t.Errorf("at the root: %d", n)
	}
	perOutlet := 0
	for _, outlet := range b.story.Outlets {
		perOutlet += count(b.area(t, outlet, ""), domain.StaffID{})
	}
	if perOutlet != 100 {
		t.Errorf("all outlets together: %d", perOutlet)
	}
	inLines := count(b.area(t, b.story.Root, domain.SelfOperated), domain.StaffID{}) + count(b.area(t, b.story.Root, domain.Agency), domain.StaffID{})
	if inLines != 100 {
		t.Errorf("both lines together: %d", inLines)
	}

	// Own customers, and others as if they were not there.
	page, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	its := page.Rows[0]
	mine, stranger := staff.Scope{Own: true}, b.story.Heads[0]
	if row, err := customers.Get(b.ctx, b.Pool, mine, its.Advisor, its.Customer); err != nil || !row.Mine {
		t.Errorf("the advisor's own customer: %v, mine %v", err, row.Mine)
	}
	if _, err := customers.Get(b.ctx, b.Pool, mine, stranger, its.Customer); !errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
		t.Errorf("a stranger's question gave %v", err)
	}

	// A unit that moves takes its customers along.
	outlet := its.HomeUnit
	u, err := units.Get(b.ctx, b.Pool, outlet)
	if err != nil {
		t.Fatal(err)
	}
	to := b.story.Branches[0]
	if u.Parent == to {
		to = b.story.Branches[1]
	}
	from := b.area(t, u.Parent, "")
	before, arriving := count(from, stranger), count(b.area(t, to, ""), stranger)
	inside := count(b.area(t, outlet, ""), stranger)
	b.Append(organisation.Stream, organisation.UnitMoved{Unit: outlet, Parent: to})
	b.Wait(b.runner)
	if n := count(from, stranger); n != before-inside {
		t.Errorf("where the unit left: %d, want %d", n, before-inside)
	}
	if n := count(b.area(t, to, ""), stranger); n != arriving+inside {
		t.Errorf("where the unit went: %d, want %d", n, arriving+inside)
	}
	b.Agrees(b.runner)
}

func TestPagesWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 120)
	for _, sort := range []string{"oldest", "newest", "name", "-name"} {
		var adding sync.WaitGroup
		from := 1000 + len(sort)*100
		adding.Go(func() { b.Live(b.story, from, from+20) })
		before, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		there := make(map[domain.CustomerID]bool)
		for _, row := range before.Rows {
			there[row.Customer] = true
		}
		seen := make(map[domain.CustomerID]int)
		q := customers.Query{Scope: everywhere, Sort: sort, Limit: 7}
		for {
			page, err := customers.List(b.ctx, b.Pool, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range page.Rows {
				seen[row.Customer]++
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
		adding.Wait()
		for id := range there {
			if seen[id] != 1 {
				t.Errorf("sorted by %s: a customer came %d times", sort, seen[id])
			}
		}
	}
	for _, cursor := range []query.Cursor{"x", "!!!", "e30"} {
		if _, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, After: cursor}); domain.CodeOf(err) != domain.ErrFormValue {
			t.Errorf("the cursor %q gave %v", cursor, err)
		}
	}
	page, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, Sort: "name", After: page.Next}); domain.CodeOf(err) != domain.ErrFormValue {
		t.Errorf("a cursor of another order gave %v", err)
	}
	if _, err := customers.List(b.ctx, b.Pool, customers.Query{Scope: everywhere, Sort: "name; DROP TABLE x"}); domain.CodeOf(err) != domain.ErrFormValue {
		t.Errorf("an unknown sort gave %v", err)
	}
}

// a customer is found by name, pinyin and hashes, and once erased by
// none of them; nothing personal is left in any row.
func TestErasureEmptiesEveryPersonalColumn(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 12)
	id := projectiontest.ID[domain.CustomerID]()
	stream := customer.StreamPrefix + id.String()
	b.Append(stream, customer.Registered{
		Customer: id, Party: domain.Person, Name: domain.NewPersonal("曾乐"), Phone: domain.NewPersonal("+862584567890 ext. 801"),
		IdentityType: identity.ResidentCard, IdentityNumber: domain.NewPersonal("11010519491231002X"), HomeUnit: b.story.Outlets[0],
		Source: customer.SourceOwn, Details: customer.Details{Employer: domain.NewPersonal("邮局"), Birthday: domain.NewPersonal("1949-12-31"), Gender: domain.NewPersonal("FEMALE")},
	}, customer.IdentityVerified{Customer: id, Result: customer.IDMatch, Evidence: "1"})
	b.Wait(b.runner)
	document, err := identity.ParseDocument(identity.ResidentCard, "11010519491231002X", domain.Date{})
	if err != nil {
		t.Fatal(err)
	}
	searches := map[string]customers.Query{
		"name": {Name: "曾"}, "pinyin": {Name: "Zeng Le"}, "other reading": {Name: "zengyue"}, "initials": {Name: "zl"},
		"phone": {PhoneHash: b.hash(customers.PhoneKind, "+862584567890")}, "identity": {IdentityHash: b.hash(customers.IdentityKind, document.Canonical())},
		"employer": {Employer: "邮"},
	}
	found := func(q customers.Query) bool {
		t.Helper()
		q.Scope = everywhere
		page, err := customers.List(b.ctx, b.Pool, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			if row.Customer == id {
				return true
			}
		}
		return false
	}
	for name, q := range searches {
		if !found(q) {
			t.Errorf("not found by %s", name)
		}
	}
	filled := func() (full, all int) {
		t.Helper()
		for table, columns := range customers.Model(b.hash).PersonalColumns() {
			for _, column := range columns {
				var is bool
				sql := fmt.Sprintf(`SELECT EXISTS (SELECT FROM read.%s WHERE customer = $1 AND %s::text <> '')`, table, column)
				if err := b.Pool.QueryRow(b.ctx, sql, id.UUID()).Scan(&is); err != nil {
					t.Fatal(err)
				}
				if all++; is {
					full++
				}
			}
		}
		return full, all
	}
	if full, all := filled(); full != all || all < 10 {
		t.Errorf("%d of %d personal columns are filled, so that they are empty proves nothing", full, all)
	}
	if err := b.Ring.Destroy(b.ctx, uuid.UUID(id), "request"); err != nil {
		t.Fatal(err)
	}
	b.Append(stream, customer.Erased{Customer: id, Basis: "request"})
	b.Wait(b.runner)
	for name, q := range searches {
		if found(q) {
			t.Errorf("still found by %s", name)
		}
	}
	empty := func() {
		t.Helper()
		row, err := customers.Get(b.ctx, b.Pool, everywhere, domain.StaffID{}, id)
		if err != nil {
			t.Fatal(err)
		}
		if full, _ := filled(); full != 0 || !row.Erased {
			t.Errorf("left after erasure in %d columns: %+v", full, row.Row)
		}
	}
	empty()
	b.Agrees(b.runner)
	if report, err := b.runner.Rebuild(b.ctx, "customers", nil); err != nil || report.Differences != 0 || !report.Compared {
		t.Errorf("rebuilt %+v: %v", report, err)
	}
	empty()
}

// A build that serves no more would keep who is erased, so it goes with them.
func TestErasureLeavesNobodyInBuildsThatServeNoMore(t *testing.T) {
	t.Parallel()
	b := empty(t)
	b.ctx = context.Background()
	register := func(name string) domain.CustomerID {
		id := projectiontest.ID[domain.CustomerID]()
		b.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, Name: domain.NewPersonal(name)})
		return id
	}
	// keeping counts the tables that have somebody, in builds of any age.
	keeping := func(name string) (tables int) {
		t.Helper()
		rows, err := b.Pool.Query(b.ctx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'read' AND tablename ~ '_g[0-9]+$'`)
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range all {
			var has bool
			err := b.Pool.QueryRow(b.ctx, `SELECT EXISTS (SELECT FROM read.`+table+` r WHERE position($1 in r::text) > 0)`, name).Scan(&has)
			var refused *pgconn.PgError
			if errors.As(err, &refused) && refused.Code == "42P01" {
				continue // it went this moment
			}
			if err != nil {
				t.Fatal(err)
			}
			if has {
				tables++
			}
		}
		return tables
	}
	erased, kept := register("曾乐"), register("单雄")
	b.Wait(b.runner)
	for range 2 {
		if _, err := b.runner.Rebuild(b.ctx, "customers", nil); err != nil {
			t.Fatal(err)
		}
	}
	if keeping("曾乐") != 6 || keeping("单雄") != 6 {
		t.Fatalf("%d and %d tables, want two in each of three builds", keeping("曾乐"), keeping("单雄"))
	}
	if err := b.Ring.Destroy(b.ctx, uuid.UUID(erased), "request"); err != nil {
		t.Fatal(err)
	}
	b.Append(customer.StreamPrefix+erased.String(), customer.Erased{Customer: erased, Basis: "request"})
	b.Wait(b.runner)
	deadline := time.Now().Add(20 * time.Second)
	for keeping("曾乐") > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("%d tables keep who was erased", keeping("曾乐"))
		}
	}
	if row, err := customers.Get(b.ctx, b.Pool, everywhere, domain.StaffID{}, kept); err != nil || row.Name != "单雄" {
		t.Errorf("the others: %+v, %v", row.Row, err)
	}
	b.Agrees(b.runner)
}

// While versions run beside each other, such as in an upgrade, an erasure drops no
// build that another process holds: that one comes to the erasure by itself, however
// slowly, and would otherwise make a build anew and let it serve.
func TestErasureLeavesABuildToWhoHoldsIt(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	l := projectiontest.New(t)
	hasher := sealing.NewHasher()
	model := customers.Model(func(kind, text string) []byte { sum := hasher.Hash(kind, text); return sum[:] })
	older := model
	older.Version--
	generations := func(which string) (found []int64) {
		t.Helper()
		rows, err := l.Pool.Query(ctx, `SELECT generation FROM read.builds WHERE `+which+` ORDER BY generation`)
		if err == nil {
			found, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	until := func(what string, holds func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !holds(); {
			if time.Now().After(deadline) {
				t.Fatalf("%s: it did not come to that; there are the builds %v", what, generations("true"))
			}
		}
	}

	id := projectiontest.ID[domain.CustomerID]()
	before, stop := l.Run(older)
	l.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, Name: domain.NewPersonal("曾乐")})
	l.Wait(before)
	stop()
	// Another process goes on with that version, and has not come far.
	other, err := l.Pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Release()
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "guishu.read/%s@%d", older.Name, older.Version)
	if _, err := other.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(h.Sum64())); err != nil {
		t.Fatal(err)
	}
	runner, _ := l.Run(model)
	until("the new version serves", func() bool { return len(generations(fmt.Sprintf("serving AND version = %d", model.Version))) == 1 })
	held := generations("NOT serving")
	if _, err := runner.Rebuild(ctx, model.Name, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Ring.Destroy(ctx, uuid.UUID(id), "request"); err != nil {
		t.Fatal(err)
	}
	l.Append(customer.StreamPrefix+id.String(), customer.Erased{Customer: id, Basis: "request"})
	// The held build is looked at before the one that nobody holds.
	until("the build before the rebuild is dropped", func() bool { return len(generations("NOT serving")) < 2 })
	if left := generations("NOT serving"); len(held) != 1 || !slices.Equal(left, held) {
		t.Errorf("the builds %v are left, want the held one, %v", left, held)
	}
	if _, err := other.Exec(ctx, `SELECT pg_advisory_unlock_all()`); err != nil {
		t.Fatal(err)
	}
	until("what nobody holds any more is dropped", func() bool { return len(generations("NOT serving")) == 0 })
	l.Agrees(runner)
}

// C-02, C-07: who owned the customer on that day, and what did we know then?
func TestOwnershipAtBothTimes(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 3)
	id := projectiontest.ID[domain.CustomerID]()
	first, second, third := b.story.Staff[0], b.story.Staff[1], b.story.Staff[2]
	slot := own.StreamOf(id, domain.SelfOperated)
	on := func(month time.Month) time.Time { return time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC) }
	at := func(month time.Month) projectiontest.At {
		return projectiontest.At{Effective: on(month), Asserted: true}
	}
	b.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, HomeUnit: b.story.Outlets[0]})
	b.AppendAt(at(time.February), slot, own.Established{Customer: id, Line: domain.SelfOperated, Owner: first})
	b.AppendAt(at(time.June), slot, own.Adjusted{Customer: id, Line: domain.SelfOperated, From: first, To: second})
	b.Wait(b.runner)
	history, err := ownership.History(b.ctx, b.Pool, id, ownership.Moment{})
	if err != nil || len(history) != 2 {
		t.Fatalf("%d changes: %v", len(history), err)
	}
	then := history[1].RecordedAt // what was known before the late facts
	b.AppendAt(at(time.April), slot, own.Adjusted{Customer: id, Line: domain.SelfOperated, From: first, To: third})
	b.AppendAt(at(time.September), slot, own.Dissolved{Customer: id, Line: domain.SelfOperated, Owner: second})
	b.Wait(b.runner)
	for _, c := range []struct {
		asOf    time.Month
		knownAt time.Time
		want    domain.StaffID
	}{
		{time.January, time.Time{}, domain.StaffID{}},
		{time.March, time.Time{}, first},
		{time.May, time.Time{}, third},
		{time.May, then, first},
		{time.July, time.Time{}, second},
		{time.October, time.Time{}, domain.StaffID{}},
		{time.October, then, second},
		{time.March, on(time.January), domain.StaffID{}},
	} {
		owned, err := ownership.At(b.ctx, b.Pool, id, ownership.Moment{AsOf: on(c.asOf), KnownAt: c.knownAt})
		if err != nil {
			t.Fatal(err)
		}
		var got domain.StaffID
		if len(owned) > 0 {
			got = owned[0].Owner
		}
		if got != c.want {
			t.Errorf("in %v as known at %v: %v, want %v", c.asOf, c.knownAt, got, c.want)
		}
	}
}

// C-02, C-07: an end that came later, or was recorded later, had not happened then.
func TestAttachmentsAtBothTimes(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 3)
	id, attachment, advisor := projectiontest.ID[domain.CustomerID](), projectiontest.ID[domain.AttachmentID](), b.story.Staff[0]
	stream := attached.StreamPrefix + id.String()
	on := func(month time.Month) time.Time { return time.Date(2024, month, 1, 0, 0, 0, 0, time.UTC) }
	b.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, HomeUnit: b.story.Outlets[0]})
	b.AppendAt(projectiontest.At{Effective: on(time.February), Asserted: true}, stream, attached.Attached{Attachment: attachment, Customer: id, Advisor: advisor})
	b.Wait(b.runner)
	list := func(q attachments.Query) []attachments.Attachment {
		q.Customer, q.Scope = id, staff.Scope{Everywhere: true}
		page, err := attachments.List(b.ctx, b.Pool, q)
		if err != nil {
			t.Fatal(err)
		}
		return page.Rows
	}
	entered := list(attachments.Query{})
	if len(entered) != 1 {
		t.Fatalf("%d attachments", len(entered))
	}
	then := entered[0].EntryRecordedAt // what was known before the end
	b.AppendAt(projectiontest.At{Effective: on(time.June), Asserted: true}, stream, attached.Ended{Attachment: attachment, Customer: id, Advisor: advisor, Reason: "handed over"})
	b.Wait(b.runner)
	for name, c := range map[string]struct {
		q     attachments.Query
		shown int
		ended bool
	}{
		"now":                            {attachments.Query{}, 1, true},
		"active now":                     {attachments.Query{Active: true}, 0, false},
		"as known before the end":        {attachments.Query{KnownAt: then}, 1, false},
		"active, as known before it":     {attachments.Query{KnownAt: then, Active: true}, 1, false},
		"as of a day before":             {attachments.Query{AsOf: on(time.May)}, 1, false},
		"as of a day after, known then":  {attachments.Query{AsOf: on(time.July), KnownAt: then}, 1, false},
		"as of a day after":              {attachments.Query{AsOf: on(time.July)}, 0, false},
		"as known before it was entered": {attachments.Query{KnownAt: on(time.January)}, 0, false},
	} {
		got := list(c.q)
		if len(got) != c.shown || len(got) == 1 && (got[0].Ended != c.ended || got[0].EndReason == "" == c.ended || got[0].EndedTime.IsZero() == c.ended) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// B-18: the sums are those of the payments, at every level and over every period.
func TestPerformanceIsTheSumOfPayments(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 80)
	count, sum := 0, domain.Fen(0)
	byAdvisor, byQuarter := map[domain.StaffID]domain.Fen{}, map[domain.Date]domain.Fen{}
	confirmed := map[domain.PaymentID]projections.Event{}
	for e, err := range b.Store.ReadAll(b.ctx, eventstore.AllQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := b.Codec.Decode(b.ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		times := 0
		var deal payment.Deal
		when := decoded.Metadata.EffectiveAt
		switch p := decoded.Event.(type) {
		case payment.Confirmed:
			times, deal = 1, p.Deal
			confirmed[deal.Payment] = projections.Event{Fact: domain.Fact{EffectiveAt: when}}
		case payment.Reversed:
			times, deal = -1, p.Deal
			when = confirmed[deal.Payment].EffectiveAt
		default:
			continue
		}
		count += times
		sum += domain.Fen(times) * deal.AmountFen
		byAdvisor[deal.Advisor] += domain.Fen(times) * deal.AmountFen
		byQuarter[calendar.QuarterOf(domain.DateOf(when, domain.ChinaZone())).First()] += domain.Fen(times) * deal.AmountFen
	}
	for _, level := range []performance.Level{performance.Headquarters, performance.Branch, performance.Outlet, performance.Person} {
		for _, grain := range performance.Grains.Values() {
			for _, byProduct := range []bool{false, true} {
				q := performance.Query{Scope: everywhere, Level: level, Grain: grain, ByProduct: byProduct, Limit: 11}
				gotCount, gotSum, rows := 0, domain.Fen(0), 0
				for {
					page, err := performance.Sums(b.ctx, b.Pool, q)
					if err != nil {
						t.Fatal(err)
					}
					for _, row := range page.Rows {
						gotCount, gotSum, rows = gotCount+row.Count, gotSum+row.SumFen, rows+1
					}
					if q.After = page.Next; page.Next == "" {
						break
					}
				}
				if gotCount != count || gotSum != sum {
					t.Errorf("%s by %s, products %v: %d, %v; want %d, %v", level, grain, byProduct, gotCount, gotSum, count, sum)
				}
				if n, err := performance.Count(b.ctx, b.Pool, q); err != nil || n != rows {
					t.Errorf("%d counted, %d listed: %v", n, rows, err)
				}
			}
		}
	}
	persons, err := performance.Sums(b.ctx, b.Pool, performance.Query{Scope: everywhere, Level: performance.Person, Grain: performance.Yearly, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	got := map[domain.StaffID]domain.Fen{}
	for _, row := range persons.Rows {
		got[row.Advisor] += row.SumFen
	}
	for advisor, want := range byAdvisor {
		if got[advisor] != want {
			t.Errorf("an advisor has %v, want %v", got[advisor], want)
		}
	}
	quarters, err := performance.Sums(b.ctx, b.Pool, performance.Query{Scope: everywhere, Grain: performance.Quarterly})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range quarters.Rows {
		if row.SumFen != byQuarter[row.Period] {
			t.Errorf("the quarter from %v has %v, want %v", row.Period, row.SumFen, byQuarter[row.Period])
		}
	}
	branch, err := performance.Sums(b.ctx, b.Pool, performance.Query{Scope: everywhere, Level: performance.Branch})
	if err != nil || len(branch.Rows) == 0 || !strings.HasPrefix(branch.Rows[0].UnitCode, "B") {
		t.Errorf("branches: %+v: %v", branch.Rows, err)
	}
}
