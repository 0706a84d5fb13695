package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// ReversePayment takes a confirmed payment back; its attribution gets a
// counter-entry.
type ReversePayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

// ReversePayment reverses. Errors: payment/state, payment/reason-required.
func (l *Ledger) ReversePayment(ctx context.Context, call Call, c ReversePayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"reverse-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ConfirmPayment, func(_ context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		return p.Reverse(payment.Ending{Reason: c.Reason, History: t.history, Now: t.now})
	})
}
