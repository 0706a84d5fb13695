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
	return payment.ErrConfirmRole.With("role", string(role))
}
