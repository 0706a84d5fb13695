package catalog_test

import (
	"errors"
	"sync"
	"testing"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/projections/customers"
	"guishu/projections/query"
	"guishu/projections/units"
)

func TestScope(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 100)
	list := customers.Customers()
	count := func(scope staff.Scope, who domain.StaffID) int {
		t.Helper()
		reader := query.Reader{Who: who, Scope: scope}
		n, err := list.Count(b.ctx, b.Pool, reader, customers.Query{})
		if err != nil {
			t.Fatal(err)
		}
		page, err := list.Page(b.ctx, b.Pool, reader, customers.Query{}, query.Paging{Limit: 500})
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
	page, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, query.Paging{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	its := page.Rows[0]
	mine, stranger := staff.Scope{Own: true}, b.story.Heads[0]
	if row, err := list.One(b.ctx, b.Pool, query.Reader{Who: its.Advisor, Scope: mine}, its.Customer); err != nil || !row.Mine {
		t.Errorf("the advisor's own customer: %v, mine %v", err, row.Mine)
	}
	if _, err := list.One(b.ctx, b.Pool, query.Reader{Who: stranger, Scope: mine}, its.Customer); !errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
		t.Errorf("a stranger's question gave %v", err)
	}

	// A unit that moves takes its customers along.
	outlet := its.HomeUnit
	u, err := units.Units().One(b.ctx, b.Pool, seesAll, outlet)
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
	list := customers.Customers()
	for _, sort := range []string{"oldest", "newest", "name", "-name"} {
		var adding sync.WaitGroup
		from := 1000 + len(sort)*100
		adding.Go(func() { b.Live(b.story, from, from+20) })
		before, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, query.Paging{Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		there := make(map[domain.CustomerID]bool)
		for _, row := range before.Rows {
			there[row.Customer] = true
		}
		seen := make(map[domain.CustomerID]int)
		paging := query.Paging{Sort: sort, Limit: 7}
		for {
			page, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, paging)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range page.Rows {
				seen[row.Customer]++
			}
			if page.Next == "" {
				break
			}
			paging.After = page.Next
		}
		adding.Wait()
		for id := range there {
			if seen[id] != 1 {
				t.Errorf("sorted by %s: a customer came %d times", sort, seen[id])
			}
		}
	}
	for _, cursor := range []query.Cursor{"x", "!!!", "e30"} {
		if _, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, query.Paging{After: cursor}); domain.CodeOf(err) != domain.ErrFormValue {
			t.Errorf("the cursor %q gave %v", cursor, err)
		}
	}
	page, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, query.Paging{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, query.Paging{Sort: "name", After: page.Next}); domain.CodeOf(err) != domain.ErrFormValue {
		t.Errorf("a cursor of another order gave %v", err)
	}
	if _, err := list.Page(b.ctx, b.Pool, seesAll, customers.Query{}, query.Paging{Sort: "name; DROP TABLE x"}); domain.CodeOf(err) != domain.ErrFormValue {
		t.Errorf("an unknown sort gave %v", err)
	}
}
