package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"
)

// CloseSubscription ends new reservations for a product.
type CloseSubscription struct {
	Product domain.ProductID `json:"product"`
	Reason  string           `json:"reason"`
}

var closeSubscription = ledger.Verb{
	Name: "close-subscription", Needs: staff.ManageProducts,
	Title:   ledger.Say("停止认购", "Close for subscription"),
	Does:    ledger.Say("停止产品认购，不再接受新的划款预约。", "Ends new reservations for a product."),
	Refuses: []domain.Code{product.ErrUnknown, product.ErrState},
}

// Verb is close-subscription.
func (CloseSubscription) Verb() ledger.Verb { return closeSubscription }

// Run carries it out.
func (c CloseSubscription) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theProduct(c.Product), func(_ context.Context, p *product.State) ([]any, error) {
		return p.CloseSubscription(c.Reason)
	})
}
