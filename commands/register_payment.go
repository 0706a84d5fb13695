package commands

import (
	"cmp"
	"context"
	"slices"

	"guishu/commands/ledger"
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
	AmountFen      domain.Fen            `json:"amount_fen,omitempty" doc:"金额，单位为分；0 为不变。 In fen; 0 keeps the reserved amount."`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty" doc:"不填则沿用预约时的。 Empty keeps the reservation's."`
	IdentityNumber string                `json:"identity_number,omitempty" doc:"不填则沿用预约时的。 Empty keeps the reservation's."`
	Source         BankSource            `json:"source,omitzero" doc:"未填的部分沿用预约时的。 Empty parts keep the reservation's."`
	Papers         []string              `json:"papers,omitempty" doc:"每份附件的 SHA-256，十六进制。 SHA-256 of each paper, hexadecimal."`
}

var registerPayment = ledger.Verb{
	Name: "register-payment", Needs: staff.RegisterPayment,
	Title:   ledger.Say("划款登记", "Register"),
	Does:    ledger.Say("登记已预约或被退回的划款，此时各项信息须齐全。", "Registers a reserved or returned payment: everything is known now."),
	Refuses: slices.Concat(illFormedDocument, illFormedPayment, []domain.Code{payment.ErrAccountRequired, payment.ErrAttachmentRequired, payment.ErrCustomerIncomplete}),
}

// Verb is register-payment.
func (RegisterPayment) Verb() ledger.Verb { return registerPayment }

// Run carries it out.
func (c RegisterPayment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, thePayment(c.Payment), func(ctx context.Context, p paymentCase) ([]any, error) {
		if p.customer.Erased {
			return nil, customer.ErrErased
		}
		rules, err := t.Rules(ctx)
		if err != nil {
			return nil, err
		}
		number, err := canonicalDocument(cmp.Or(c.IdentityType, p.IdentityType), c.IdentityNumber, t.Today())
		if err != nil {
			return nil, err
		}
		return p.Register(payment.Registering{
			AmountFen: c.AmountFen, IdentityType: c.IdentityType, IdentityNumber: number, Source: c.Source.source(), Papers: c.Papers,
			RegisteredBy: t.Actor(), RequiredPapers: rules.Payment.RequiredPapers, CustomerMissing: p.customer.MissingForFormal(),
			History: t.History(), Now: t.Now(),
		})
	})
}
