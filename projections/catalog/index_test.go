package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/projections/attachments"
	"guishu/projections/attributions"
	"guishu/projections/claims"
	"guishu/projections/customers"
	"guishu/projections/migrations"
	"guishu/projections/ownership"
	"guishu/projections/payments"
	"guishu/projections/performance"
	"guishu/projections/policies"
	"guishu/projections/products"
	"guishu/projections/purchases"
	"guishu/projections/query"
	people "guishu/projections/staff"
	"guishu/projections/timeline"
	"guishu/projections/units"
)

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
		for i, q := range []claims.Query{{}, {Status: ownership.ApplicationPending}, {Applicant: who}, {ApplicantNo: "S1"}, {Customer: id}, {Unit: b.story.Outlets[0]}, {Below: path, Filed: query.Days{From: day}}, {Sort: "newest", Kind: ownership.EstablishRelation}} {
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
