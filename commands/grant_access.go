package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// GrantAccess approves a request (B-28).
type GrantAccess struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
}

var grantAccess = ledger.Verb{
	Name: "grant-access", Needs: staff.ApproveAccess,
	Title:   ledger.Say("批准权限", "Grant access"),
	Does:    ledger.Say("批准一项权限申请；申请人、本人和录用该员工的人都不得批准。", "Approves a request for access: neither whoever asked, nor whom it is for, nor whoever hired them."),
	Refuses: slices.Concat(unusableUnit, absentStaff, []domain.Code{staff.ErrGrantNotPending, staff.ErrGrantHirer, staff.ErrGrantSelfApproval, staff.ErrRole}),
}

// Verb is grant-access.
func (GrantAccess) Verb() ledger.Verb { return grantAccess }

// Run carries it out.
func (c GrantAccess) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theRequest(c.Staff, c.Request), func(ctx context.Context, m memberCase) ([]any, error) {
		approver, err := t.Ledger().Member(ctx, t.Actor())
		if err != nil {
			return nil, err
		}
		return m.Grant(staff.Approval{Request: c.Request, Approver: t.Actor(), First: approver.First()}, m.asked(c.Request))
	})
}
