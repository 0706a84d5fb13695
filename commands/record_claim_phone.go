package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// RecordClaimPhone keeps the phone that an approved application brought: the
// reaction to the approval.
type RecordClaimPhone struct {
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	Application domain.ApplicationID
}

// RecordClaimPhone records; an application without a phone changes nothing, and
// neither does one whose approval was followed by another phone.
func (l *Ledger) RecordClaimPhone(ctx context.Context, call Call, c RecordClaimPhone) (Answer, error) {
	t, err := l.beginReaction(ctx, call, verb{"record-claim-phone", c})
	if err != nil {
		return Answer{}, err
	}
	slot, err := l.slot(ctx, c.Customer, c.Line)
	if err != nil {
		return Answer{}, err
	}
	application, _ := slot.State.Find(c.Application)
	if application.Decided == 0 {
		// What is kept of the slot is behind the approval that this answers.
		l.states.forget(slot.Stream)
		if slot, err = l.slot(ctx, c.Customer, c.Line); err != nil {
			return Answer{}, err
		}
		application, _ = slot.State.Find(c.Application)
	}
	return t.writeCustomer(ctx, c.Customer, staff.SupplementCustomer, func(s *customer.State, _ customer.Relation) ([]any, error) {
		if application.Phone.IsZero() || application.Phone.Erased() || s.Erased {
			return nil, nil
		}
		return s.RecordPhone(application.Phone, c.Application, application.Decided)
	})
}
