package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/customer"
	"guishu/eventstore"
)

// eraseCustomer finishes an erasure that was cut off behind its event.
func eraseCustomer() reaction {
	return settledWhen(on("erase-customer", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e customer.Erased) error {
		_, err := l.Do(ctx, call, commands.DestroyCustomerKey{Customer: e.Customer})
		return err
	}), func(ctx context.Context, l *ledger.Ledger, _ eventstore.Stream, e customer.Erased) (bool, error) {
		return l.KeyDestroyed(ctx, e.Customer)
	})
}
