package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// CounterAttribution takes a decision back because its payment was reversed.
type CounterAttribution struct {
	Payment domain.PaymentID `json:"payment"`
}

var counterAttribution = ledger.Verb{
	Name: "counter-attribution", Needs: staff.RecomputeDecision,
	Title:   ledger.Say("冲回归属", "Counter an attribution"),
	Does:    ledger.Say("划款冲正后，冲回其业绩归属。", "Writes the counter-entry to a reversed payment's decision."),
	Refuses: []domain.Code{attribution.ErrNotConfirmed, payment.ErrState},
}

// Verb is counter-attribution.
func (CounterAttribution) Verb() ledger.Verb { return counterAttribution }

// Run carries it out.
func (c CounterAttribution) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theAttribution(c.Payment), func(_ context.Context, s attributionCase) ([]any, error) {
		switch {
		case s.reversal.Fact.Position == 0:
			return nil, payment.ErrState.With("state", "CONFIRMED")
		case s.Standing == nil:
			// The reversal overtook the reaction to the confirmation: it comes first.
			return nil, domain.ErrLedgerBusy
		}
		return s.Counter(s.reversal)
	})
}
