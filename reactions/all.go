package reactions

import (
	"context"
	"errors"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// all lists every reaction.
func all(signIns SignIns) []reaction {
	return []reaction{
		// B-14: the first confirmed payment makes the customer formal. Which is the
		// first is the ledger's order, over all payments of the customer.
		{"promote-customer", []any{payment.Confirmed{}}, func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, event any) error {
			e := event.(payment.Confirmed)
			_, err := l.Do(ctx, call, commands.PromoteCustomer{Customer: e.Deal.Customer, Payment: e.Deal.Payment})
			return err
		}, func(_ eventstore.Stream, event any) eventstore.Stream {
			return eventstore.Stream(customer.StreamPrefix + event.(payment.Confirmed).Deal.Customer.String())
		}},
		// B-14, B-31: a confirmed payment's commission is attributed.
		{"attribute-commission", []any{payment.Confirmed{}}, func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, event any) error {
			_, err := l.Do(ctx, call, commands.DecideAttribution{Payment: event.(payment.Confirmed).Deal.Payment})
			if errors.Is(err, attribution.ErrCountered) {
				return nil // somebody had it decided before, and the payment is reversed by now
			}
			return err
		}, nil},
		// B-31, C-02: a reversed payment's attribution gets a counter-entry.
		{"counter-attribution", []any{payment.Reversed{}}, func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, event any) error {
			_, err := l.Do(ctx, call, commands.CounterAttribution{Payment: event.(payment.Reversed).Deal.Payment})
			return err
		}, nil},
		// An erasure that was cut off behind its event is finished.
		{"erase-customer", []any{customer.Erased{}}, func(ctx context.Context, l *ledger.Ledger, call ledger.Call, _ eventstore.Stream, event any) error {
			_, err := l.Do(ctx, call, commands.DestroyCustomerKey{Customer: event.(customer.Erased).Customer})
			return err
		}, nil},
		// the phone that an approved claim brought stays with the customer,
		// the last one approved where both lines brought one.
		{"record-claim-phone", []any{ownership.ClaimApproved{}}, func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, event any) error {
			customer, line, err := ownership.ParseStream(string(stream))
			if err != nil {
				return err
			}
			_, err = l.Do(ctx, call, commands.RecordClaimPhone{
				Customer: customer, Line: line, Application: event.(ownership.ClaimApproved).Application,
			})
			return err
		}, func(stream eventstore.Stream, _ any) eventstore.Stream {
			id, _, err := ownership.ParseStream(string(stream))
			if err != nil {
				return stream // reacting to it will say so
			}
			return eventstore.Stream(customer.StreamPrefix + id.String())
		}},
		// B-28: who has departed is refused from the event on; what they signed in with
		// goes too.
		{"end-sign-in", []any{staff.Departed{}}, func(ctx context.Context, _ *ledger.Ledger, _ ledger.Call, _ eventstore.Stream, event any) error {
			return signIns.Disable(ctx, event.(staff.Departed).Staff)
		}, nil},
	}
}
