package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/eventstore"
)

// promoteCustomer makes a customer formal by the first confirmed payment (B-14). Which
// is the first is the ledger's order, over all payments of the customer.
func promoteCustomer() reaction {
	return settledWhen(on("promote-customer", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e payment.Confirmed) error {
		_, err := l.Do(ctx, call, commands.PromoteCustomer{Customer: e.Deal.Customer, Payment: e.Deal.Payment})
		return err
	}, func(_ eventstore.Stream, e payment.Confirmed) eventstore.Stream {
		return eventstore.Stream(customer.StreamPrefix + e.Deal.Customer.String())
	}), func(ctx context.Context, l *ledger.Ledger, _ eventstore.Stream, e payment.Confirmed) (bool, error) {
		of, err := ledger.Fold[customer.State](ctx, l, ledger.StreamOf(customer.StreamPrefix, e.Deal.Customer))
		return err == nil && of.State.Formal(), err
	})
}
