package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"
)

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
