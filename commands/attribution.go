package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Attribute computes who earned the commission of a confirmed payment from the
// log alone, and writes nothing: the same answer anywhere, at any time (design
// §7, C-07). Errors: attribution/not-confirmed, query/not-found-or-out-of-scope.
func Attribute(ctx context.Context, l *ledger.Ledger, id domain.PaymentID) (attribution.Decided, error) {
	history, err := paymentHistoryOf(ctx, l, id)
	if err != nil {
		return attribution.Decided{}, err
	}
	return attribute(ctx, l, history.inputs)
}

// attribute decides from the payment's own events and what it reads of the rest.
func attribute(ctx context.Context, l *ledger.Ledger, inputs attribution.Inputs) (attribution.Decided, error) {
	if inputs.Confirmation.Fact.Position == 0 {
		return attribution.Decided{}, attribution.ErrNotConfirmed
	}
	customer := inputs.Confirmation.Event.Deal.Customer
	for _, stream := range []eventstore.Stream{attachmentStream(customer), contactStream(customer)} {
		if err := collect(ctx, l, &inputs, stream); err != nil {
			return attribution.Decided{}, err
		}
	}
	for _, batch := range inputs.Batches() {
		if err := collect(ctx, l, &inputs, batchStream(batch)); err != nil {
			return attribution.Decided{}, err
		}
	}
	// From the log too: what this process has heard of the policy may be older than
	// the confirmation it has just heard of.
	versions, err := ledger.Fold[policy.State](ctx, l, policy.Stream)
	if err != nil {
		return attribution.Decided{}, err
	}
	version, rules := versions.State.InForceAt(inputs.Day(), inputs.Confirmation.Fact.Position)
	inputs.Policy = attribution.Policy{Version: version, Rules: rules.Attribution}
	return attribution.Decide(inputs), nil
}

// collect adds a stream's events to the inputs, as the log has them.
func collect(ctx context.Context, l *ledger.Ledger, inputs *attribution.Inputs, stream eventstore.Stream) error {
	for read, err := range l.ReadStream(ctx, eventstore.StreamQuery{Stream: stream}) {
		if err != nil {
			return err
		}
		inputs.Add(read.Event, read.Fact)
	}
	return nil
}

// paymentHistory is what attribution asks of a payment's own stream.
type paymentHistory struct {
	inputs   attribution.Inputs // of the payment's events alone
	deal     payment.Deal
	reversal attribution.Recorded[payment.Reversed]
}

func paymentHistoryOf(ctx context.Context, l *ledger.Ledger, id domain.PaymentID) (paymentHistory, error) {
	history := paymentHistory{inputs: attribution.Inputs{Zone: l.Location()}}
	for read, err := range l.ReadStream(ctx, eventstore.StreamQuery{Stream: paymentStream(id)}) {
		if err != nil {
			return history, err
		}
		history.inputs.Add(read.Event, read.Fact)
		switch e := read.Event.(type) {
		case payment.Reserved:
			history.deal = e.Deal
		case payment.Confirmed:
			history.deal = e.Deal
		case payment.Reversed:
			history.reversal = attribution.Recorded[payment.Reversed]{Event: e, Fact: read.Fact}
		}
	}
	if history.deal.Payment.IsZero() {
		return history, domain.ErrQueryNotFoundOrOutOfScope
	}
	return history, nil
}

// attributionCase is what a decision about an attribution rests on.
type attributionCase struct {
	*attribution.State
	paymentHistory
}

// theAttribution is a payment's attribution, at the unit of its deal. What stands is
// looked at before the log it would be computed from: what somebody found meanwhile
// then goes before, and is never superseded by what was found in less.
func theAttribution(id domain.PaymentID) ledger.Target[attributionCase] {
	stream := ledger.StreamOf(attribution.StreamPrefix, id)
	return ledger.Target[attributionCase]{
		ID: uuid.UUID(id), Stream: stream,
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[attributionCase], err error) {
			standing, err := ledger.Load[attribution.State](ctx, t.Ledger(), stream)
			if err != nil {
				return found, err
			}
			history, err := paymentHistoryOf(ctx, t.Ledger(), id)
			if err != nil {
				return found, err
			}
			tree, err := t.Ledger().Tree(ctx)
			if err != nil {
				return found, err
			}
			return ledger.Found[attributionCase]{
				State: attributionCase{standing.State, history}, Revision: standing.Revision,
				Where: ledger.PlaceOf(tree.Unit(history.deal.Unit)),
			}, nil
		},
	}
}
