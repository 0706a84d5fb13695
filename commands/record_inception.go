package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/product"
)

// RecordInception says when a product was established and matures (B-19).
type RecordInception struct {
	Product       domain.ProductID `json:"product"`
	EstablishedOn domain.Date      `json:"established_on"`
	MaturesOn     domain.Date      `json:"matures_on,omitempty" doc:"Empty when it has no maturity."`
}

// RecordInception records. Errors: product/unknown, product/dates, form/required.
func (l *Ledger) RecordInception(ctx context.Context, call Call, c RecordInception) (Answer, error) {
	return l.changeProduct(ctx, call, verb{"record-inception", c}, c.Product, func(p *product.State) ([]any, error) {
		return p.RecordInception(c.EstablishedOn, c.MaturesOn)
	})
}
