package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/product"
)

// CloseSubscription ends new reservations for a product.
type CloseSubscription struct {
	Product domain.ProductID `json:"product"`
	Reason  string           `json:"reason"`
}

// CloseSubscription closes. Errors: product/unknown, product/state, form/value.
func (l *Ledger) CloseSubscription(ctx context.Context, call Call, c CloseSubscription) (Answer, error) {
	return l.changeProduct(ctx, call, verb{"close-subscription", c}, c.Product, func(p *product.State) ([]any, error) {
		return p.CloseSubscription(c.Reason)
	})
}
