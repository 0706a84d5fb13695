package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/sealing"
	"guishu/internal/waiting"
	"guishu/projections/customers"
	"guishu/projections/projectiontest"
	"guishu/projections/query"
)

// a customer is found by name, pinyin and hashes, and once erased by
// none of them.
func TestACustomerIsFoundByNothingPersonalOnceErased(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 12)
	id := projectiontest.ID[domain.CustomerID]()
	stream := customer.StreamPrefix + id.String()
	b.Append(stream, customer.Registered{
		Customer: id, Party: domain.Person, Name: domain.NewPersonal("曾乐"), Phone: domain.NewPersonal("+862584567890 ext. 801"),
		IdentityType: identity.ResidentCard, IdentityNumber: domain.NewPersonal("11010519491231002X"), HomeUnit: b.story.Outlets[0],
		Source: customer.SourceOwn, Details: customer.Details{Employer: domain.NewPersonal("邮局")},
	})
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
		page, err := customers.Customers().Page(b.ctx, b.Pool, seesAll, q, query.Paging{})
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
	b.erase(t, id)
	b.Wait(b.runner)
	for name, q := range searches {
		if found(q) {
			t.Errorf("still found by %s", name)
		}
	}
	if row, err := customers.Customers().One(b.ctx, b.Pool, seesAll, id); err != nil || !row.Erased {
		t.Errorf("%+v is not said to be erased: %v", row.Row, err)
	}
}

// erase is what the ledger does to erase a customer: first the key, then the event.
func (b *bed) erase(t *testing.T, id domain.CustomerID) {
	t.Helper()
	if err := b.Ring.Destroy(b.ctx, uuid.UUID(id), "request"); err != nil {
		t.Fatal(err)
	}
	b.Append(customer.StreamPrefix+id.String(), customer.Erased{Customer: id, Basis: "request"})
}

// A build that serves no more would keep who is erased, so it goes with them.
func TestErasureLeavesNobodyInBuildsThatServeNoMore(t *testing.T) {
	t.Parallel()
	b := empty(t)
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
	b.erase(t, erased)
	b.Wait(b.runner)
	waiting.Progress(t, "no table to keep who was erased", func() (tables int, erased bool) {
		tables = keeping("曾乐")
		return tables, tables == 0
	})
	if row, err := customers.Customers().One(b.ctx, b.Pool, seesAll, kept); err != nil || row.Name != "单雄" {
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
		waiting.Progress(t, what, func() (builds string, there bool) { return fmt.Sprint(generations("true")), holds() })
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
	carried := locks.ReadModel(older.Name, older.Version)
	waiting.Until(t, "the stopped process to let the version go", func() bool {
		taken, err := carried.Seize(ctx, other)
		if err != nil {
			t.Fatal(err)
		}
		return taken
	})
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
	if err := carried.Release(ctx, other); err != nil {
		t.Fatal(err)
	}
	until("what nobody holds any more is dropped", func() bool { return len(generations("NOT serving")) == 0 })
	l.Agrees(runner)
}
