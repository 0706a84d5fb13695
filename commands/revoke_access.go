package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RevokeAccess takes a role at a unit away, at once.
type RevokeAccess struct {
	Staff  domain.StaffID `json:"staff"`
	Role   domain.Role    `json:"role"`
	Unit   domain.UnitID  `json:"unit"`
	Reason string         `json:"reason"`
}

var revokeAccess = ledger.Verb{
	Name: "revoke-access", Needs: staff.ApproveAccess,
	Title:   ledger.Say("收回权限", "Revoke access"),
	Does:    ledger.Say("立即收回员工在某机构的角色。", "Takes a role at a unit away, at once."),
	Refuses: absentStaff,
}

// Verb is revoke-access.
func (RevokeAccess) Verb() ledger.Verb { return revokeAccess }

// Run carries it out.
func (c RevokeAccess) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	there := func(m memberCase) ledger.Where { return ledger.PlaceOf(m.tree.Unit(c.Unit)) }
	return ledger.Write(ctx, t, theMember(c.Staff, uuid.UUID(c.Staff), there), func(_ context.Context, m memberCase) ([]any, error) {
		return m.Revoke(c.Role, c.Unit, c.Reason)
	})
}
