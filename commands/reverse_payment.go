package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// ReversePayment takes a confirmed payment back; its attribution gets a
// counter-entry.
type ReversePayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

var reversePayment = ledger.Verb{
	Name: "reverse-payment", Needs: staff.ConfirmPayment,
	Title:   ledger.Say("冲正划款", "Reverse"),
	Does:    ledger.Say("冲正已确认的划款，其业绩归属随之冲回。", "Takes a confirmed payment back; its attribution gets a counter-entry."),
	Refuses: []domain.Code{payment.ErrState, payment.ErrReasonRequired, payment.ErrDate},
}

// Verb is reverse-payment.
func (ReversePayment) Verb() ledger.Verb { return reversePayment }

// Run carries it out.
func (c ReversePayment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, thePayment(c.Payment), func(_ context.Context, p paymentCase) ([]any, error) {
		return p.Reverse(payment.Ending{Reason: c.Reason, History: t.History(), Now: t.Now()})
	})
}
