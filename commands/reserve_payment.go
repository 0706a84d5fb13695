package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/product"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// ReservePayment reserves a customer's payment for a product (划款预约, B-11, B-12).
type ReservePayment struct {
	Customer       domain.CustomerID     `json:"customer"`
	Product        domain.ProductID      `json:"product"`
	Advisor        domain.StaffID        `json:"advisor" doc:"经办的财富管理师，业绩归此人。 Who handles the deal; performance follows this."`
	AmountFen      domain.Fen            `json:"amount_fen" doc:"金额，单位为分。 In fen."`
	Nature         domain.Nature         `json:"nature,omitempty"`
	ScheduledOn    domain.Date           `json:"scheduled_on,omitempty" doc:"预约打款日期。 The day it is scheduled for."`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber string                `json:"identity_number,omitempty" doc:"可在登记时再填。 May follow at registration."`
	Source         BankSource            `json:"source,omitzero" doc:"可在登记时再填。 May follow at registration."`
	Papers         []string              `json:"papers,omitempty" doc:"每份附件的 SHA-256，十六进制。 SHA-256 of each paper, hexadecimal."`
	ExternalNo     string                `json:"external_no,omitempty" doc:"来源系统中的编号。 The number in the system it is imported from."`
}

var reservePayment = ledger.Verb{
	Name: "reserve-payment", Needs: staff.ReservePayment,
	Title:   ledger.Say("划款预约", "Reserve a payment"),
	Does:    ledger.Say("为客户预约一笔产品划款。", "Reserves a customer's payment for a product."),
	Refuses: slices.Concat(illFormedDocument, illFormedPayment, absentStaff, []domain.Code{payment.ErrDuplicate, payment.ErrProductClosed, product.ErrUnknown}),
}

// Verb is reserve-payment.
func (ReservePayment) Verb() ledger.Verb { return reservePayment }

// Run reserves and answers with the payment's id.
func (c ReservePayment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Create(ctx, t, ledger.Source[advisedCase]{
		Kind: "payment", Prefix: payment.StreamPrefix,
		Load: c.load,
	}, func(ctx context.Context, id uuid.UUID, s advisedCase) ([]any, error) { return c.reserve(ctx, t, id, s) })
}

func (c ReservePayment) load(ctx context.Context, t *ledger.Task) (found ledger.Found[advisedCase], err error) {
	who, home, err := customerAt(ctx, t.Ledger(), c.Customer)
	if err != nil {
		return found, err
	}
	advisor, err := advisor(ctx, t, c.Advisor)
	return ledger.Found[advisedCase]{State: advisedCase{who.State, home, advisor}, Where: advisor.at}, err
}

func (c ReservePayment) reserve(ctx context.Context, t *ledger.Task, id uuid.UUID, s advisedCase) ([]any, error) {
	if err := s.advisor.act(t); err != nil {
		return nil, err
	}
	if err := related(ctx, t, s, c.Advisor); err != nil {
		return nil, err
	}
	if s.customer.Erased {
		return nil, customer.ErrErased
	}
	product, err := productOf(ctx, t.Ledger(), c.Product)
	if err != nil {
		return nil, err
	}
	number, err := canonicalDocument(c.IdentityType, c.IdentityNumber, t.Today())
	if err != nil {
		return nil, err
	}
	if _, err := t.Rules(ctx); err != nil {
		return nil, err
	}
	return new(payment.State).Reserve(payment.Reserving{
		Deal: payment.Deal{
			Payment: domain.PaymentID(id), Customer: c.Customer, Product: c.Product,
			Advisor: c.Advisor, Unit: s.advisor.unit.ID, AmountFen: c.AmountFen,
		},
		ExternalNo: c.ExternalNo, Nature: c.Nature, ScheduledOn: c.ScheduledOn,
		IdentityType: c.IdentityType, IdentityNumber: number, Source: c.Source.source(), Papers: c.Papers,
		Product: payment.Product{Known: product.State.Known(), Open: product.State.Open()},
		History: t.History(), Today: t.Today(), Now: t.Now(),
	})
}

// related is nil when the advisor has to do with the customer; otherwise the
// customer does not exist for them (B-35). History names whoever it names.
func related(ctx context.Context, t *ledger.Task, s advisedCase, advisor domain.StaffID) error {
	if t.History().Approved() {
		return nil
	}
	relation, err := relationOf(ctx, t.Ledger(), advisor, s.customer, s.home)
	if err == nil && relation == (customer.Relation{}) {
		return domain.ErrQueryNotFoundOrOutOfScope
	}
	return err
}
