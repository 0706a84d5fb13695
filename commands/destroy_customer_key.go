package commands

import (
	"context"

	"guishu/domain"
)

// DestroyCustomerKey destroys the key of an erased customer and forgets the
// hashes they could be looked up by: the reaction to the erasure, which may have
// been cut off behind its event.
type DestroyCustomerKey struct{ Customer domain.CustomerID }

// DestroyCustomerKey finishes an erasure.
func (l *Ledger) DestroyCustomerKey(ctx context.Context, call Call, c DestroyCustomerKey) error {
	if !call.ledger {
		return domain.ErrAuthzDenied
	}
	return l.destroyKey(ctx, c.Customer)
}
