package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/product"

	"github.com/google/uuid"
)

// theProduct is a product, which belongs to the firm.
func theProduct(id domain.ProductID) ledger.Target[*product.State] {
	return ledger.Target[*product.State]{
		ID: uuid.UUID(id), Stream: ledger.StreamOf(product.StreamPrefix, id),
		Load: func(ctx context.Context, t *ledger.Task) (ledger.Found[*product.State], error) {
			p, err := productOf(ctx, t.Ledger(), id)
			return ledger.Found[*product.State]{State: p.State, Revision: p.Revision, Where: ledger.Firm{}}, err
		},
	}
}

func productOf(ctx context.Context, l *ledger.Ledger, id domain.ProductID) (ledger.Snapshot[product.State], error) {
	return ledger.Load[product.State](ctx, l, ledger.StreamOf(product.StreamPrefix, id))
}
