package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// ReturnPayment sends a registration back to be corrected.
type ReturnPayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

// ReturnPayment returns. Errors: payment/state, payment/reason-required.
func (l *Ledger) ReturnPayment(ctx context.Context, call Call, c ReturnPayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"return-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ConfirmPayment, func(_ context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		return p.Return(payment.Ending{Reason: c.Reason, History: t.history, Now: t.now})
	})
}
