package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// ConfirmPayment says that operations saw the money: somebody else than who
// registered it (打款确认, B-06, B-14).
type ConfirmPayment struct {
	Payment   domain.PaymentID `json:"payment"`
	AmountFen domain.Fen       `json:"amount_fen,omitempty" doc:"In fen, what came in; 0 keeps the registered amount."`
}

// ConfirmPayment confirms, in the role that the policy names. Errors:
// payment/state, payment/self-confirm, payment/confirm-role, payment/amount.
func (l *Ledger) ConfirmPayment(ctx context.Context, call Call, c ConfirmPayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"confirm-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ConfirmPayment, func(ctx context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		rules, err := t.rules(ctx)
		if err != nil {
			return nil, err
		}
		if err := t.inRole(ctx, rules.Payment.ConfirmRole, p.Deal.Unit); err != nil {
			return nil, err
		}
		return p.Confirm(payment.Confirming{AmountFen: c.AmountFen, ConfirmedBy: call.Actor, History: t.history, Now: t.now})
	})
}
