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
	Does:    ledger.Say("批准一项权限申请；申请人不得批准自己的申请。", "Approves a request for access; nobody approves their own."),
	Refuses: slices.Concat(unusableUnit, absentStaff, []domain.Code{staff.ErrGrantNotPending, staff.ErrGrantSelfApproval, staff.ErrRole}),
}

// Verb is grant-access.
func (GrantAccess) Verb() ledger.Verb { return grantAccess }

// Run carries it out.
func (c GrantAccess) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theRequest(c.Staff, c.Request), func(_ context.Context, m memberCase) ([]any, error) {
		return m.Grant(c.Request, t.Actor(), m.asked(c.Request))
	})
}
