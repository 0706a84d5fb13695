package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// DecideAttribution decides who earned the commission of a confirmed payment: set
// off by the confirmation, and again where late facts may have changed it (B-30,
// B-31).
type DecideAttribution struct {
	Payment domain.PaymentID `json:"payment"`
}

// DecideAttribution decides; nothing is written when the standing decision is the
// same. Errors: attribution/not-confirmed.
func (l *Ledger) DecideAttribution(ctx context.Context, call Call, c DecideAttribution) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"decide-attribution", c})
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
		if history.confirmation.Position == 0 {
			return outcome{}, domain.ErrAttributionNotConfirmed
		}
		found, err := l.attribute(ctx, history.inputs)
		if err != nil {
			return outcome{}, err
		}
		t.policy, t.ruled = found.PolicyVersion, true
		standing, err := load[attribution.State](ctx, l, stream)
		if err != nil {
			return outcome{}, err
		}
		events, err := standing.State.Record(found)
		return outcome{Revision: standing.Revision, Events: events}, err
	})
}
