package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/product"
)

// OpenSubscription lets payments be reserved for a product (B-12).
type OpenSubscription struct {
	Product domain.ProductID `json:"product"`
}

// OpenSubscription opens. Errors: product/unknown, product/state.
func (l *Ledger) OpenSubscription(ctx context.Context, call Call, c OpenSubscription) (Answer, error) {
	return l.changeProduct(ctx, call, verb{"open-subscription", c}, c.Product, func(p *product.State) ([]any, error) {
		return p.OpenSubscription(l.Today())
	})
}
