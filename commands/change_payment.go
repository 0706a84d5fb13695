package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// RegisterPayment registers a reserved or returned payment: everything is known
// now (划款登记, B-12, B-13).
type RegisterPayment struct {
	Payment        domain.PaymentID    `json:"payment"`
	AmountFen      domain.Fen          `json:"amount_fen,omitempty" doc:"In fen; 0 keeps the reserved amount."`
	IdentityType   domain.DocumentType `json:"identity_type,omitempty" doc:"Empty keeps the reservation's."`
	IdentityNumber string              `json:"identity_number,omitempty" doc:"Empty keeps the reservation's."`
	Source         BankSource          `json:"source,omitzero" doc:"Empty parts keep the reservation's."`
	Papers         []string            `json:"papers,omitempty" doc:"SHA-256 of each paper, hexadecimal."`
}

// ConfirmPayment says that operations saw the money: somebody else than who
// registered it (打款确认, B-06, B-14).
type ConfirmPayment struct {
	Payment   domain.PaymentID `json:"payment"`
	AmountFen domain.Fen       `json:"amount_fen,omitempty" doc:"In fen, what came in; 0 keeps the registered amount."`
}

// ReturnPayment sends a registration back to be corrected.
type ReturnPayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

// CancelPayment ends a payment before its confirmation.
type CancelPayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
}

// ReversePayment takes a confirmed payment back; its attribution gets a
// counter-entry.
type ReversePayment struct {
	Payment domain.PaymentID `json:"payment"`
	Reason  string           `json:"reason"`
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
			return nil, domain.ErrCustomerErased
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

// ReturnPayment returns. Errors: payment/state, form/required.
func (l *Ledger) ReturnPayment(ctx context.Context, call Call, c ReturnPayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"return-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ConfirmPayment, func(_ context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		return p.Return(payment.Ending{Reason: c.Reason, History: t.history, Now: t.now})
	})
}

// CancelPayment cancels. Errors: payment/state, form/required.
func (l *Ledger) CancelPayment(ctx context.Context, call Call, c CancelPayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"cancel-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ReservePayment, func(_ context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		return p.Cancel(payment.Ending{Reason: c.Reason, History: t.history, Now: t.now})
	})
}

// ReversePayment reverses. Errors: payment/state, form/required.
func (l *Ledger) ReversePayment(ctx context.Context, call Call, c ReversePayment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"reverse-payment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writePayment(ctx, c.Payment, staff.ConfirmPayment, func(_ context.Context, p *payment.State, _ *customer.State) ([]any, error) {
		return p.Reverse(payment.Ending{Reason: c.Reason, History: t.history, Now: t.now})
	})
}

func paymentStream(id domain.PaymentID) eventstore.Stream {
	return streamOf(payment.StreamPrefix, id)
}

// writePayment writes one decision about a payment: an own one, or one of the
// actor's jurisdiction.
func (t *task) writePayment(ctx context.Context, id domain.PaymentID, permission staff.Permission,
	decide func(ctx context.Context, p *payment.State, who *customer.State) ([]any, error),
) (Answer, error) {
	l := t.ledger
	return t.write(ctx, paymentStream(id), uuid.UUID(id), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(permission); err != nil {
			return outcome{}, err
		}
		state, err := load[payment.State](ctx, l, paymentStream(id))
		if err != nil {
			return outcome{}, err
		}
		if !state.State.Known() {
			return outcome{}, domain.ErrQueryNotFoundOrOutOfScope
		}
		deal := state.State.Deal
		tree, err := l.tree(ctx)
		if err != nil {
			return outcome{}, err
		}
		at := placeOf(tree.State.Unit(deal.Unit))
		at.mine = deal.Advisor == t.call.Actor
		if err := t.authorise(permission, at); err != nil {
			return outcome{}, err
		}
		who, err := load[customer.State](ctx, l, customerStream(deal.Customer))
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(ctx, state.State, who.State)
		return outcome{Revision: state.Revision, Events: events}, err
	})
}

// inRole is nil when the actor holds the role for a unit (B-06).
func (t *task) inRole(ctx context.Context, role domain.Role, unit domain.UnitID) error {
	tree, err := t.ledger.tree(ctx)
	if err != nil {
		return err
	}
	at := placeOf(tree.State.Unit(unit))
	if t.may(func(p staff.Principal) bool { return p.HasRole(role, at.path, at.line) }) {
		return nil
	}
	return domain.ErrPaymentConfirmRole.With("role", string(role))
}
