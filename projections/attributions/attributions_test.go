package attributions_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/projections/attributions"
	"guishu/projections/customers"
	"guishu/projections/products"
	"guishu/projections/projectiontest"
	"guishu/projections/query"
	people "guishu/projections/staff"
	"guishu/projections/units"
)

// B-31: apart are the payments whose commission somebody else than the handler
// has, and only those: where nobody was attached, nobody else has it either.
func TestApartIsWhereSomebodyElseHasTheCommission(t *testing.T) {
	t.Parallel()
	ledger := projectiontest.New(t)
	hash := customers.Hash(func(_, text string) []byte { return []byte(text) })
	runner, _ := ledger.Run(units.Model(), people.Model(), customers.Model(hash), products.Model(), attributions.Model())
	handler, other := projectiontest.ID[domain.StaffID](), projectiontest.ID[domain.StaffID]()
	id := projectiontest.ID[domain.CustomerID]()
	ledger.Append(customer.StreamPrefix+id.String(), customer.Registered{Customer: id, Party: domain.Person})
	decisions := map[domain.StaffID]domain.DecisionID{}
	for _, winner := range []domain.StaffID{handler, other, {}} {
		deal := payment.Deal{Payment: projectiontest.ID[domain.PaymentID](), Customer: id, Advisor: handler, AmountFen: 100}
		decisions[winner] = projectiontest.ID[domain.DecisionID]()
		ledger.Append(attribution.StreamPrefix+deal.Payment.String(), attribution.Decided{
			Decision: decisions[winner], Payment: deal.Payment, Customer: id, AmountFen: deal.AmountFen, Handler: handler, Winner: winner,
		})
	}
	ledger.Wait(runner)
	for apart, want := range map[bool][]domain.StaffID{false: {{}, other, handler}, true: {other}} {
		list, everybody, q := attributions.Attributions(), query.Reader{Scope: staff.Scope{Everywhere: true}}, attributions.Query{Apart: apart}
		page, err := list.Page(t.Context(), ledger.Pool, everybody, q, query.Paging{})
		if err != nil {
			t.Fatal(err)
		}
		count, err := list.Count(t.Context(), ledger.Pool, everybody, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Rows) != len(want) || count != len(want) {
			t.Fatalf("apart %t: %d decisions, counted %d, want %d", apart, len(page.Rows), count, len(want))
		}
		for i, winner := range want {
			if page.Rows[i].Decision != decisions[winner] || page.Rows[i].Winner != winner {
				t.Errorf("apart %t: row %d is %+v", apart, i, page.Rows[i])
			}
		}
	}
}
