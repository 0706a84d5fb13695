package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RecordDeparture ends an employment and every access at once (B-28).
type RecordDeparture struct {
	Staff  domain.StaffID `json:"staff"`
	On     domain.Date    `json:"on" doc:"最后工作日。 The last day."`
	Reason string         `json:"reason"`
}

var recordDeparture = ledger.Verb{
	Name: "record-departure", Needs: staff.ManageStaff,
	Title:   ledger.Say("员工离职", "Record a departure"),
	Does:    ledger.Say("登记员工离职并立即收回全部权限；未了结的审批和划款须先处理。", "Ends an employment and every access at once. Open approvals and payments of theirs must be settled first."),
	Refuses: []domain.Code{staff.ErrUnknown, staff.ErrAlreadyDeparted, staff.ErrOpenApprovals},
}

// Verb is record-departure.
func (RecordDeparture) Verb() ledger.Verb { return recordDeparture }

// Run carries it out.
func (c RecordDeparture) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	home := func(m memberCase) ledger.Where { return ledger.PlaceOf(m.tree.Unit(m.Unit)) }
	return ledger.Write(ctx, t, theMember(c.Staff, uuid.UUID(c.Staff), home), func(ctx context.Context, m memberCase) ([]any, error) {
		open, err := t.Ledger().Census().OpenWork(ctx, c.Staff)
		if err != nil {
			return nil, ledger.Unavailable("look for open work", err)
		}
		return m.Depart(staff.Leaving{On: c.On, Reason: c.Reason, Open: open}, t.Today())
	})
}
