package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RecordDeparture ends an employment and every access at once (B-28).
type RecordDeparture struct {
	Staff  domain.StaffID `json:"staff"`
	On     domain.Date    `json:"on" doc:"The last day."`
	Reason string         `json:"reason"`
}

// RecordDeparture records that somebody leaves. Open approvals and payments of
// theirs must be settled first (B-27). Errors: staff/inactive,
// departure/open-approvals, form/required.
func (l *Ledger) RecordDeparture(ctx context.Context, call Call, c RecordDeparture) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"record-departure", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMember(ctx, c.Staff, uuid.UUID(c.Staff), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		if err := t.authorise(staff.ManageStaff, placeOf(tree.Unit(member.Unit))); err != nil {
			return nil, err
		}
		open, err := l.census.OpenWork(ctx, c.Staff)
		if err != nil {
			return nil, unavailable("look for open work", err)
		}
		return member.Depart(staff.Leaving{On: c.On, Reason: c.Reason, Open: open}, l.Today())
	})
}
