package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// ConfirmPayment says that operations saw the money: somebody else than who
// registered it (打款确认, B-06, B-14).
type ConfirmPayment struct {
	Payment   domain.PaymentID `json:"payment"`
	AmountFen domain.Fen       `json:"amount_fen,omitempty" doc:"实际到账金额，单位为分；0 为不变。 In fen, what came in; 0 keeps the registered amount."`
}

var confirmPayment = ledger.Verb{
	Name: "confirm-payment", Needs: staff.ConfirmPayment,
	Title: ledger.Say("打款确认", "Confirm"),
	Does:  ledger.Say("运营确认款项到账；确认人不得是登记人。", "Says that operations saw the money: somebody other than who registered it."),
	Refuses: []domain.Code{
		payment.ErrState, payment.ErrRequired, payment.ErrSelfConfirm, payment.ErrConfirmRole, payment.ErrAmount, payment.ErrDate,
		domain.ErrMoneyOverflow,
	},
}

// Verb is confirm-payment.
func (ConfirmPayment) Verb() ledger.Verb { return confirmPayment }

// Run confirms, in the role that the policy names.
func (c ConfirmPayment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, thePayment(c.Payment), func(ctx context.Context, p paymentCase) ([]any, error) {
		rules, err := t.Rules(ctx)
		if err != nil {
			return nil, err
		}
		if err := p.inRole(t, rules.Payment.ConfirmRole); err != nil {
			return nil, err
		}
		return p.Confirm(payment.Confirming{AmountFen: c.AmountFen, ConfirmedBy: t.Actor(), History: t.History(), Now: t.Now()})
	})
}
