package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/ownership"
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

// RequestDissolution asks that nobody shall own a customer any more.
type RequestDissolution struct {
	Customer domain.CustomerID   `json:"customer"`
	Line     domain.BusinessLine `json:"line"`
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

// RequestDissolution files and answers with the application's id. Errors: as
// RequestAdjustment.
func (l *Ledger) RequestDissolution(ctx context.Context, call Call, c RequestDissolution) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"request-dissolution", c})
	if err != nil {
		return Answer{}, err
	}
	id := domain.ApplicationID(t.made("application", 0))
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.FileChange}, t.made("application", 0), func(ctx context.Context, s slotCase) ([]any, error) {
		change, applicant, err := t.change(ctx, s, id, c.Reason)
		if err != nil {
			return nil, err
		}
		return s.slot.FileDissolution(change, s.customer, applicant)
	})
}

// change is an application to change an ownership that is the actor's own or in
// their jurisdiction; any other slot does not exist for them.
func (t *task) change(ctx context.Context, s slotCase, id domain.ApplicationID, reason string) (ownership.Change, ownership.Person, error) {
	at := place{path: s.tree.Path(s.slot.Unit), line: s.slot.Line, mine: s.slot.Owned() && s.slot.Owner == t.call.Actor}
	if !s.slot.Owned() {
		at.path = s.customer.Home.Path
	}
	if err := t.authorise(staff.FileChange, at); err != nil {
		return ownership.Change{}, ownership.Person{}, err
	}
	applicant, err := t.ledger.owningPerson(ctx, t.call.Actor, s.rules)
	supervises := t.who.May(staff.FileChange, at.path, at.line)
	return ownership.Change{Application: id, Reason: reason, Supervises: supervises}, applicant, err
}
