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
	return ledger.StateOf(uuid.UUID(id), ledger.StreamOf(product.StreamPrefix, id), ledger.OfTheFirm[product.State])
}

func productOf(ctx context.Context, l *ledger.Ledger, id domain.ProductID) (ledger.Snapshot[product.State], error) {
	return ledger.Load[product.State](ctx, l, ledger.StreamOf(product.StreamPrefix, id))
}
