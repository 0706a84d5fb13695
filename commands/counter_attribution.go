package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
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
	stream := attributionStream(c.Payment)
	return t.write(ctx, stream, uuid.UUID(c.Payment), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(staff.RecomputeDecision); err != nil {
			return outcome{}, err
		}
		history, err := l.paymentHistory(ctx, c.Payment)
		if err != nil {
			return outcome{}, err
		}
		if err := t.authorisePayment(ctx, staff.RecomputeDecision, history.deal); err != nil {
			return outcome{}, err
		}
		standing, err := load[attribution.State](ctx, l, stream)
		if err != nil {
			return outcome{}, err
		}
		if history.reversal.Fact.Position == 0 {
			return outcome{}, domain.ErrPaymentState.With("state", "CONFIRMED")
		}
		if standing.Revision == eventstore.NoRevision {
			// The reversal overtook the reaction to the confirmation: it comes first.
			return outcome{}, domain.ErrLedgerBusy
		}
		events, err := standing.State.Counter(history.reversal)
		return outcome{Revision: standing.Revision, Events: events}, err
	})
}
