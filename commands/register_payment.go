package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// RegisterPayment registers a reserved or returned payment: everything is known
// now (划款登记, B-12, B-13).
type RegisterPayment struct {
	Payment        domain.PaymentID      `json:"payment"`
	AmountFen      domain.Fen            `json:"amount_fen,omitempty" doc:"In fen; 0 keeps the reserved amount."`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty" doc:"Empty keeps the reservation's."`
	IdentityNumber string                `json:"identity_number,omitempty" doc:"Empty keeps the reservation's."`
	Source         BankSource            `json:"source,omitzero" doc:"Empty parts keep the reservation's."`
	Papers         []string              `json:"papers,omitempty" doc:"SHA-256 of each paper, hexadecimal."`
}

// RegisterPayment registers. Errors: payment/state, payment/required,
// payment/attachment-required, payment/customer-incomplete, payment/amount.
func (l *Ledger) RegisterPayment(ctx context.Context, call Call, c RegisterPayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"register-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.RegisterPayment, func(ctx context.Context, p *payment.State, who *customer.State) ([]any, error) {
		if who.Erased {
			return nil, customer.ErrErased
		}
		rules, err := t.rules(ctx)
		if err != nil {
			return nil, err
		}
		kind := c.IdentityType
		if kind == "" {
			kind = p.IdentityType
		}
		number, err := canonicalDocument(kind, c.IdentityNumber, t.today())
		if err != nil {
			return nil, err
		}
		return p.Register(payment.Registering{
			AmountFen: c.AmountFen, IdentityType: c.IdentityType, IdentityNumber: number, Source: c.Source.source(), Papers: c.Papers,
			RegisteredBy: call.Actor, RequiredPapers: rules.Payment.RequiredPapers, CustomerMissing: who.MissingForFormal(),
			History: t.history, Now: t.now,
		})
	})
}
