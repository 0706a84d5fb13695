package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/staff"
)

// RequestAdjustment asks that somebody else shall own a customer (A-11, A-70,
//
type RequestAdjustment struct {
	Customer domain.CustomerID   `json:"customer"`
	Line     domain.BusinessLine `json:"line"`
	NewOwner domain.StaffID      `json:"new_owner"`
	Reason   string              `json:"reason"`
}

// RequestAdjustment files and answers with the application's id. Errors:
// claim/not-owned, ownership/not-owner, claim/same-owner, claim/duplicate-pending,
// claim/cross-line, claim/capacity.
func (l *Ledger) RequestAdjustment(ctx context.Context, call Call, c RequestAdjustment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"request-adjustment", c})
	if err != nil {
		return Answer{}, err
	}
	id := domain.ApplicationID(t.made("application", 0))
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.FileChange}, t.made("application", 0), func(ctx context.Context, s slotCase) ([]any, error) {
		change, applicant, err := t.change(ctx, s, id, c.Reason)
		if err != nil {
			return nil, err
		}
		newOwner, err := l.owningPerson(ctx, c.NewOwner, s.rules)
		if err != nil {
			return nil, err
		}
		return s.slot.FileAdjustment(change, s.customer, applicant, newOwner, s.rules)
	})
}
