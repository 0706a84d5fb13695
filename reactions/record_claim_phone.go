package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/eventstore"
)

// recordClaimPhone keeps with the customer the phone that an approved application
// brought: the last one approved, where both lines brought one.
func recordClaimPhone() reaction {
	return settledWhen(onStream("record-claim-phone", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, e ownership.ClaimApproved) error {
		customer, line, err := ownership.ParseStream(string(stream))
		if err != nil {
			return err
		}
		_, err = l.Do(ctx, call, commands.RecordClaimPhone{Customer: customer, Line: line, Application: e.Application})
		return err
	}, func(stream eventstore.Stream, _ ownership.ClaimApproved) eventstore.Stream {
		id, _, err := ownership.ParseStream(string(stream))
		if err != nil {
			return stream // reacting to it will say so
		}
		return eventstore.Stream(customer.StreamPrefix + id.String())
	}), func(ctx context.Context, l *ledger.Ledger, stream eventstore.Stream, e ownership.ClaimApproved) (bool, error) {
		customer, line, err := ownership.ParseStream(string(stream))
		if err != nil {
			return false, err
		}
		return commands.RecordClaimPhone{Customer: customer, Line: line, Application: e.Application}.Settled(ctx, l)
	})
}
