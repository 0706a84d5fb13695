package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Attribute computes who earned the commission of a confirmed payment from the
// log alone, and writes nothing: the same answer anywhere, at any time (design
// §7, C-07). Errors: attribution/not-confirmed, query/not-found-or-out-of-scope.
func (l *Ledger) Attribute(ctx context.Context, id domain.PaymentID) (attribution.Decided, error) {
	history, err := l.paymentHistory(ctx, id)
	if err != nil {
		return attribution.Decided{}, err
	}
	return l.attribute(ctx, history.inputs)
}

// attribute decides from the payment's own events and what it reads of the rest.
func (l *Ledger) attribute(ctx context.Context, inputs attribution.Inputs) (attribution.Decided, error) {
	if inputs.Confirmation.Fact.Position == 0 {
		return attribution.Decided{}, attribution.ErrNotConfirmed
	}
	customer := inputs.Confirmation.Event.Deal.Customer
	for _, stream := range []eventstore.Stream{attachmentStream(customer), streamOf(attachment.ContactStreamPrefix, customer)} {
		if err := l.collect(ctx, &inputs, stream); err != nil {
			return attribution.Decided{}, err
		}
	}
	for _, batch := range inputs.Batches() {
		if err := l.collect(ctx, &inputs, batchStream(batch)); err != nil {
			return attribution.Decided{}, err
		}
	}
	// From the log too: what this process has heard of the policy may be older than
	// the confirmation it has just heard of.
	versions, err := fold[policy.State](ctx, l, policy.Stream)
	if err != nil {
		return attribution.Decided{}, err
	}
	version, rules := versions.State.InForceAt(inputs.Day(), inputs.Confirmation.Fact.Position)
	inputs.Policy = attribution.Policy{Version: version, Rules: rules.Attribution}
	return attribution.Decide(inputs), nil
}

// collect adds a stream's events to the inputs, as the log has them.
func (l *Ledger) collect(ctx context.Context, inputs *attribution.Inputs, stream eventstore.Stream) error {
	for recorded, err := range l.store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream}) {
		if err != nil {
			return unavailable("read "+string(stream), err)
		}
		event, fact, err := l.decode(ctx, recorded)
		if err != nil {
			return err
		}
		inputs.Add(event, fact)
	}
	return nil
}

// paymentHistory is what attribution asks of a payment's own stream.
type paymentHistory struct {
	inputs   attribution.Inputs // of the payment's events alone
	deal     payment.Deal
	reversal attribution.Recorded[payment.Reversed]
}

func (l *Ledger) paymentHistory(ctx context.Context, id domain.PaymentID) (paymentHistory, error) {
	history := paymentHistory{inputs: attribution.Inputs{Zone: l.location}}
	for recorded, err := range l.store.ReadStream(ctx, eventstore.StreamQuery{Stream: paymentStream(id)}) {
		if err != nil {
			return history, unavailable("read a payment", err)
		}
		event, fact, err := l.decode(ctx, recorded)
		if err != nil {
			return history, err
		}
		history.inputs.Add(event, fact)
		switch e := event.(type) {
		case payment.Reserved:
			history.deal = e.Deal
		case payment.Confirmed:
			history.deal = e.Deal
		case payment.Reversed:
			history.reversal = attribution.Recorded[payment.Reversed]{Event: e, Fact: fact}
		}
	}
	if history.deal.Payment.IsZero() {
		return history, domain.ErrQueryNotFoundOrOutOfScope
	}
	return history, nil
}

func attributionStream(id domain.PaymentID) eventstore.Stream {
	return streamOf(attribution.StreamPrefix, id)
}

// writeAttribution writes one decision about a payment's attribution, for who may
// have it computed at the deal's unit. What stands is looked at before the log it
// would be computed from: what somebody found meanwhile then goes before, and is
// never superseded by what was found in less.
func (t *task) writeAttribution(ctx context.Context, id domain.PaymentID,
	decide func(ctx context.Context, history paymentHistory, standing *attribution.State) ([]any, error),
) (Answer, error) {
	l, stream := t.ledger, attributionStream(id)
	return t.write(ctx, stream, uuid.UUID(id), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(staff.RecomputeDecision); err != nil {
			return outcome{}, err
		}
		standing, err := load[attribution.State](ctx, l, stream)
		if err != nil {
			return outcome{}, err
		}
		history, err := l.paymentHistory(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		tree, err := l.tree(ctx)
		if err != nil {
			return outcome{}, err
		}
		if err := t.authorise(staff.RecomputeDecision, placeOf(tree.State.Unit(history.deal.Unit))); err != nil {
			return outcome{}, err
		}
		events, err := decide(ctx, history, standing.State)
		return outcome{Revision: standing.Revision, Events: events}, err
	})
}
