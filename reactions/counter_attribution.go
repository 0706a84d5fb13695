package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/attribution"
	"guishu/domain/payment"
	"guishu/eventstore"
)

// counterAttribution gives a reversed payment's attribution its counter-entry (B-31,
// C-02).
func counterAttribution() reaction {
	return settledWhen(on("counter-attribution", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e payment.Reversed) error {
		_, err := l.Do(ctx, call, commands.CounterAttribution{Payment: e.Deal.Payment})
		return err
	}), func(ctx context.Context, l *ledger.Ledger, _ eventstore.Stream, e payment.Reversed) (bool, error) {
		of, err := ledger.Fold[attribution.State](ctx, l, ledger.StreamOf(attribution.StreamPrefix, e.Deal.Payment))
		return err == nil && of.State.Countered, err
	})
}
