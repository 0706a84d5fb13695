package projections_test

import (
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/projections"
	"guishu/projections/projectiontest"
)

// What a read model left that a later program does not have any more, or has without
// its columns about customers, hears of no erasure by itself: it goes with the erased.
func TestErasureLeavesNobodyInTablesOfAnEarlierProgram(t *testing.T) {
	t.Parallel()
	anonymous := func() projections.Model {
		model := modelOf(projections.NewTable("acquaintances", func(r *acquaintance) *domain.CustomerID { return &r.Customer }, 1,
			projections.UUID("customer", func(r *acquaintance) *domain.CustomerID { return &r.Customer })))
		model.Version = 2
		return model
	}
	for name, later := range map[string][]projections.Model{
		"a program that does not have it":        {tallies(1)},
		"a program that has it without its name": {tallies(1), anonymous()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := acquaintances(named("name").Personal(projections.OfCustomer))
			earlier := modelOf(table,
				projections.On(func(tx *projections.Tx, e customer.Registered, _ *projections.Event) error {
					table.Create(tx, acquaintance{e.Customer, e.Name.Reveal()})
					return nil
				}),
				projections.On(func(tx *projections.Tx, e customer.Erased, _ *projections.Event) error {
					table.Empty(tx, e.Customer)
					return nil
				}))
			l := projectiontest.New(t)
			runner, stop := l.Run(earlier)
			id := projectiontest.ID[domain.CustomerID]()
			l.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person, Name: domain.NewPersonal("曾乐")})
			l.Wait(runner)
			stop()
			runner, _ = l.Run(later...)
			l.Wait(runner)
			var kept string
			if err := l.Pool.QueryRow(t.Context(), `SELECT name FROM read.acquaintances_g1`).Scan(&kept); err != nil || kept != "曾乐" {
				t.Fatalf("%q: %v", kept, err)
			}
			l.Append(customer.StreamPrefix+id.String(), customer.Erased{Customer: id, Basis: "request"})
			l.Wait(runner)
			deadline := time.Now().Add(time.Minute)
			for gone := false; !gone; {
				if err := l.Pool.QueryRow(t.Context(), `SELECT to_regclass('read.acquaintances_g1') IS NULL`).Scan(&gone); err != nil {
					t.Fatal(err)
				}
				if time.Now().After(deadline) {
					t.Fatal("the table of the earlier program keeps who was erased")
				}
			}
			l.Agrees(runner)
		})
	}
}
