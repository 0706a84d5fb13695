package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// CancelPayment ends a payment before its confirmation.
type CancelPayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

// CancelPayment cancels. Errors: payment/state, payment/reason-required.
func (l *Ledger) CancelPayment(ctx context.Context, call Call, c CancelPayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"cancel-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ReservePayment, func(_ context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		return p.Cancel(payment.Ending{Reason: c.Reason, History: t.history, Now: t.now})
	})
}
