package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// BankSource is the account a payment comes from and the bank that keeps it
// (B-12).
type BankSource struct {
	HeadBank  string `json:"head_bank,omitempty" doc:"银行总行名称"`
	Branch    string `json:"branch,omitempty" doc:"分行名称"`
	SubBranch string `json:"sub_branch,omitempty" doc:"支行名称"`
	Account   string `json:"account,omitempty" doc:"划出银行账号"`
}

func (b BankSource) source() payment.Source {
	return payment.Source{
		HeadBank: b.HeadBank, Branch: b.Branch, SubBranch: b.SubBranch,
		Account: domain.NewPersonal(strings.TrimSpace(b.Account)),
	}
}

// ReservePayment reserves a customer's payment for a product (划款预约, B-11, B-12).
type ReservePayment struct {
	Customer       domain.CustomerID     `json:"customer"`
	Product        domain.ProductID      `json:"product"`
	Advisor        domain.StaffID        `json:"advisor" doc:"Who handles the deal; performance follows this."`
	AmountFen      domain.Fen            `json:"amount_fen" doc:"In fen."`
	Nature         domain.Nature         `json:"nature,omitempty"`
	ScheduledOn    domain.Date           `json:"scheduled_on,omitempty" doc:"预约打款时间"`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber string                `json:"identity_number,omitempty" doc:"May follow at registration."`
	Source         BankSource            `json:"source,omitzero" doc:"May follow at registration."`
	Papers         []string              `json:"papers,omitempty" doc:"SHA-256 of each paper, hexadecimal."`
	ExternalNo     string                `json:"external_no,omitempty" doc:"The number in the system it is imported from."`
}

// ReservePayment reserves and answers with the payment's id. Errors:
// payment/required, payment/amount, payment/product-closed, product/unknown,
// payment/date, payment/duplicate.
func (l *Ledger) ReservePayment(ctx context.Context, call Call, c ReservePayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"reserve-payment", c})
	if err != nil {
		return Answer{}, err
	}
	var keys []uniqueKey
	if no := strings.TrimSpace(c.ExternalNo); no != "" {
		keys = []uniqueKey{{UniqueExternalNo, []byte(no), payment.ErrDuplicate.At("external_no")}}
	}
	return t.create(ctx, creation{
		kind:   "payment",
		stream: func(id uuid.UUID) eventstore.Stream { return streamOf(payment.StreamPrefix, id) },
		keys:   keys,
		events: func(ctx context.Context, id uuid.UUID) ([]any, error) { return t.reserve(ctx, id, c) },
	})
}

func (t *task) reserve(ctx context.Context, id uuid.UUID, c ReservePayment) ([]any, error) {
	l := t.ledger
	if err := t.authoriseSomewhere(staff.ReservePayment); err != nil {
		return nil, err
	}
	who, _, err := l.customerAt(ctx, c.Customer)
	if err != nil {
		return nil, err
	}
	unit, err := t.actFor(ctx, staff.ReservePayment, c.Advisor)
	if err != nil {
		return nil, err
	}
	if err := t.relatedTo(ctx, c.Customer, c.Advisor); err != nil {
		return nil, err
	}
	if who.State.Erased {
		return nil, customer.ErrErased
	}
	product, err := l.product(ctx, c.Product)
	if err != nil {
		return nil, err
	}
	number, err := canonicalDocument(c.IdentityType, c.IdentityNumber, t.today())
	if err != nil {
		return nil, err
	}
	if _, err := t.rules(ctx); err != nil {
		return nil, err
	}
	return new(payment.State).Reserve(payment.Reserving{
		Deal: payment.Deal{
			Payment: domain.PaymentID(id), Customer: c.Customer, Product: c.Product,
			Advisor: c.Advisor, Unit: unit.ID, AmountFen: c.AmountFen,
		},
		ExternalNo: c.ExternalNo, Nature: c.Nature, ScheduledOn: c.ScheduledOn,
		IdentityType: c.IdentityType, IdentityNumber: number, Source: c.Source.source(), Papers: c.Papers,
		Product: payment.Product{Known: product.State.Known(), Open: product.State.Open()},
		History: t.history, Today: t.today(), Now: t.now,
	})
}

// canonicalDocument checks a document's number and gives the form in which it is
// compared; none is none.
func canonicalDocument(kind identity.DocumentType, number string, today domain.Date) (domain.Personal, error) {
	if strings.TrimSpace(number) == "" {
		return domain.Personal{}, nil
	}
	document, err := identity.ParseDocument(kind, number, today)
	if refusal, found := domain.AsError(err); found {
		return domain.Personal{}, refusal.At("identity_number")
	}
	if err != nil {
		return domain.Personal{}, err
	}
	return domain.NewPersonal(document.Number()), nil
}
