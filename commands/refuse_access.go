package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// RefuseAccess declines a request with its reason (B-28).
type RefuseAccess struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
	Reason  string           `json:"reason"`
}

var refuseAccess = ledger.Verb{
	Name: "refuse-access", Needs: staff.ApproveAccess,
	Title:   ledger.Say("拒绝权限", "Refuse access"),
	Does:    ledger.Say("拒绝一项权限申请，并说明理由。", "Declines a request for access, with the reason."),
	Refuses: slices.Concat(absentStaff, []domain.Code{staff.ErrGrantNotPending, staff.ErrGrantSelfApproval}),
}

// Verb is refuse-access.
func (RefuseAccess) Verb() ledger.Verb { return refuseAccess }

// Run carries it out.
func (c RefuseAccess) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theRequest(c.Staff, c.Request), func(_ context.Context, m memberCase) ([]any, error) {
		return m.Refuse(c.Request, t.Actor(), c.Reason)
	})
}
