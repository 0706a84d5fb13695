package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// SupplementCustomer fills in or corrects fields while the customer is potential
// (B-20).
type SupplementCustomer struct {
	Customer domain.CustomerID `json:"customer"`
	Fields   CustomerFields    `json:"fields"`
	Cleared  []string          `json:"cleared,omitempty" doc:"要清空的字段名。 Names of fields to empty."`
}

var supplementCustomer = ledger.Verb{
	Name: "supplement-customer", Needs: staff.SupplementCustomer,
	Title:   ledger.Say("信息补充", "Supplement"),
	Does:    ledger.Say("在客户转正前补充或更正客户信息。", "Fills in or corrects fields while the customer is potential."),
	Refuses: slices.Concat(illFormedFields, []domain.Code{customer.ErrLockedUseModification, customer.ErrErased}),
}

// Verb is supplement-customer.
func (SupplementCustomer) Verb() ledger.Verb { return supplementCustomer }

// Run carries it out.
func (c SupplementCustomer) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theCustomer(c.Customer), func(_ context.Context, s customerCase) ([]any, error) {
		return s.Supplement(customer.Supplement{Fields: customer.Fields(c.Fields), Cleared: c.Cleared}, s.relation, t.Today())
	})
}
