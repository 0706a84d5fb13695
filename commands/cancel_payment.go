package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// CancelPayment ends a payment before its confirmation.
type CancelPayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

var cancelPayment = ledger.Verb{
	Name: "cancel-payment", Needs: staff.ReservePayment,
	Title:   ledger.Say("取消划款", "Cancel"),
	Does:    ledger.Say("在确认前取消划款。", "Ends a payment before its confirmation."),
	Refuses: []domain.Code{payment.ErrState, payment.ErrReasonRequired, payment.ErrDate},
}

// Verb is cancel-payment.
func (CancelPayment) Verb() ledger.Verb { return cancelPayment }

// Run carries it out.
func (c CancelPayment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, thePayment(c.Payment), func(_ context.Context, p paymentCase) ([]any, error) {
		return p.Cancel(payment.Ending{Reason: c.Reason, History: t.History(), Now: t.Now()})
	})
}
