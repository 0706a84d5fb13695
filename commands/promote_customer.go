package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
)

// PromoteCustomer makes a customer formal: the reaction to a confirmed payment,
// never asked for by a person (B-14).
type PromoteCustomer struct {
	Customer domain.CustomerID
	Payment  domain.PaymentID
}

var promoteCustomer = ledger.Verb{
	Name: "promote-customer", ByLedger: true,
	Title: ledger.Say("客户转正", "Make a customer formal"),
	Does:  ledger.Say("首笔划款确认后，客户由潜在转为正式。", "Makes a customer formal once the first payment is confirmed."),
}

// Verb is promote-customer.
func (PromoteCustomer) Verb() ledger.Verb { return promoteCustomer }

// Run promotes; the second payment changes nothing.
func (c PromoteCustomer) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theCustomer(c.Customer), func(_ context.Context, s customerCase) ([]any, error) {
		return s.BecomeFormal(c.Payment)
	})
}
