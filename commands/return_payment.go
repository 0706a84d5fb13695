package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// ReturnPayment sends a registration back to be corrected.
type ReturnPayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

var returnPayment = ledger.Verb{
	Name: "return-payment", Needs: staff.ConfirmPayment,
	Title:   ledger.Say("退回登记", "Return"),
	Does:    ledger.Say("把登记退回更正。", "Sends a registration back to be corrected."),
	Refuses: []domain.Code{payment.ErrState, payment.ErrReasonRequired, payment.ErrDate},
}

// Verb is return-payment.
func (ReturnPayment) Verb() ledger.Verb { return returnPayment }

// Run carries it out.
func (c ReturnPayment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, thePayment(c.Payment), func(_ context.Context, p paymentCase) ([]any, error) {
		return p.Return(payment.Ending{Reason: c.Reason, History: t.History(), Now: t.Now()})
	})
}
