package reactions

import (
	"context"
	"errors"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/attribution"
	"guishu/domain/payment"
)

// attributeCommission decides who earned the commission of a confirmed payment (B-14,
// B-31).
func attributeCommission() reaction {
	return on("attribute-commission", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e payment.Confirmed) error {
		_, err := l.Do(ctx, call, commands.DecideAttribution{Payment: e.Deal.Payment})
		if errors.Is(err, attribution.ErrCountered) {
			return nil // somebody had it decided before, and the payment is reversed by now
		}
		return err
	})
}
