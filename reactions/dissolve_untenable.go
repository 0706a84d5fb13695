package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/ownership"
	"guishu/eventstore"
)

// dissolveUntenable takes a customer back from somebody who had left when their
// application was approved, or whose customer had been erased by then: both stand before
// the approval in the ledger's order, and were appended while it was decided (L-04).
func dissolveUntenable() reaction {
	return settledWhen(onStream("dissolve-untenable-ownership", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, _ ownership.ClaimApproved) error {
		customer, line, err := ownership.ParseStream(string(stream))
		if err != nil {
			return err
		}
		_, err = l.Do(ctx, call, commands.DissolveUntenable{Customer: customer, Line: line})
		return err
	}), func(ctx context.Context, l *ledger.Ledger, stream eventstore.Stream, _ ownership.ClaimApproved) (bool, error) {
		customer, line, err := ownership.ParseStream(string(stream))
		if err != nil {
			return false, err
		}
		return commands.DissolveUntenable{Customer: customer, Line: line}.Settled(ctx, l)
	})
}
