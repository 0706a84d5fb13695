package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// PromoteCustomer makes a customer formal: the reaction to a confirmed payment,
// never asked for by a person (B-14).
type PromoteCustomer struct {
	Customer domain.CustomerID
	Payment  domain.PaymentID
}

// PromoteCustomer promotes; the second payment changes nothing.
func (l *Ledger) PromoteCustomer(ctx context.Context, call Call, c PromoteCustomer) (Answer, error) {
	t, err := l.beginReaction(ctx, call, verb{"promote-customer", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeCustomer(ctx, c.Customer, staff.SupplementCustomer, func(s *customer.State, _ customer.Relation) ([]any, error) {
		return s.BecomeFormal(c.Payment)
	})
}

// beginReaction begins a task that only the ledger itself may run.
func (l *Ledger) beginReaction(ctx context.Context, call Call, v verb) (*task, error) {
	if !call.ledger {
		return nil, domain.ErrAuthzDenied
	}
	return l.begin(ctx, call, v)
}
