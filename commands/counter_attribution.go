package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/payment"
)

// CounterAttribution takes a decision back because its payment was reversed.
type CounterAttribution struct {
	Payment domain.PaymentID `json:"payment"`
}

// CounterAttribution writes the counter-entry to a reversed payment's decision.
// Errors: payment/state.
func (l *Ledger) CounterAttribution(ctx context.Context, call Call, c CounterAttribution) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"counter-attribution", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeAttribution(ctx, c.Payment, func(_ context.Context, history paymentHistory, standing *attribution.State) ([]any, error) {
		switch {
		case history.reversal.Fact.Position == 0:
			return nil, payment.ErrState.With("state", "CONFIRMED")
		case standing.Standing == nil:
			// The reversal overtook the reaction to the confirmation: it comes first.
			return nil, domain.ErrLedgerBusy
		}
		return standing.Counter(history.reversal)
	})
}
