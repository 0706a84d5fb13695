package reactions

import (
	"context"
	"errors"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/attribution"
	"guishu/domain/payment"
	"guishu/eventstore"
)

// attributeCommission decides who earned the commission of a confirmed payment (B-14,
// B-31).
func attributeCommission() reaction {
	return settledWhen(on("attribute-commission", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e payment.Confirmed) error {
		_, err := l.Do(ctx, call, commands.DecideAttribution{Payment: e.Deal.Payment})
		if errors.Is(err, attribution.ErrCountered) {
			return nil // somebody had it decided before, and the payment is reversed by now
		}
		return err
	}), func(ctx context.Context, l *ledger.Ledger, _ eventstore.Stream, e payment.Confirmed) (bool, error) {
		of, err := ledger.Fold[attribution.State](ctx, l, ledger.StreamOf(attribution.StreamPrefix, e.Deal.Payment))
		return err == nil && of.State.Standing != nil, err
	})
}
