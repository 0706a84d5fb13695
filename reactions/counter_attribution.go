package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/payment"
)

// counterAttribution gives a reversed payment's attribution its counter-entry (B-31,
// C-02).
func counterAttribution() reaction {
	return on("counter-attribution", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e payment.Reversed) error {
		_, err := l.Do(ctx, call, commands.CounterAttribution{Payment: e.Deal.Payment})
		return err
	})
}
