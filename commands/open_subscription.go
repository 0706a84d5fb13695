package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"
)

// OpenSubscription lets payments be reserved for a product (B-12).
type OpenSubscription struct {
	Product domain.ProductID `json:"product"`
}

var openSubscription = ledger.Verb{
	Name: "open-subscription", Needs: staff.ManageProducts,
	Title:   ledger.Say("开放认购", "Open for subscription"),
	Does:    ledger.Say("开放产品认购，此后可预约划款。", "Lets payments be reserved for a product."),
	Refuses: []domain.Code{product.ErrUnknown, product.ErrState},
}

// Verb is open-subscription.
func (OpenSubscription) Verb() ledger.Verb { return openSubscription }

// Run carries it out.
func (c OpenSubscription) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theProduct(c.Product), func(_ context.Context, p *product.State) ([]any, error) {
		return p.OpenSubscription(t.Today())
	})
}
