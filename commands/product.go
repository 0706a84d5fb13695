package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

func (l *Ledger) product(ctx context.Context, id domain.ProductID) (snapshot[product.State], error) {
	return load[product.State](ctx, l, streamOf(product.StreamPrefix, id))
}

func (l *Ledger) changeProduct(ctx context.Context, call Call, v verb, id domain.ProductID, decide func(*product.State) ([]any, error)) (Answer, error) {
	t, err := l.begin(ctx, call, v)
	if err != nil {
		return Answer{}, err
	}
	return t.write(ctx, streamOf(product.StreamPrefix, id), uuid.UUID(id), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseAtRoot(ctx, staff.ManageProducts); err != nil {
			return outcome{}, err
		}
		product, err := l.product(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(product.State)
		return outcome{Revision: product.Revision, Events: events}, err
	})
}
