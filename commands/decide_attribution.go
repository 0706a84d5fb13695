package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attribution"
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
	return t.writeAttribution(ctx, c.Payment, func(ctx context.Context, history paymentHistory, standing *attribution.State) ([]any, error) {
		found, err := l.attribute(ctx, history.inputs)
		if err != nil {
			return nil, err
		}
		t.policy, t.ruled = found.PolicyVersion, true
		return standing.Record(found)
	})
}
