package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// RequestAccess asks that a member of staff may act in a role at a unit and all
// below it; anybody for themselves, superiors and administrators for others
// (B-28, B-36).
type RequestAccess struct {
	Staff domain.StaffID `json:"staff"`
	Role  domain.Role    `json:"role"`
	Unit  domain.UnitID  `json:"unit"`
}

var requestAccess = ledger.Verb{
	Name: "request-access", Needs: staff.RequestAccess,
	Title:   ledger.Say("申请权限", "Request access"),
	Does:    ledger.Say("申请员工在某机构及其下属机构以某角色办理业务。", "Asks that a member of staff may act in a role at a unit and all below it."),
	Refuses: slices.Concat(unusableUnit, absentStaff, []domain.Code{staff.ErrGrantAlreadyHeld, staff.ErrRole}),
}

// Verb is request-access.
func (RequestAccess) Verb() ledger.Verb { return requestAccess }

// Run files the request and answers with its id.
func (c RequestAccess) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	request := t.Made("request")
	there := func(m memberCase) ledger.Where {
		return ledger.PlaceOf(m.tree.Unit(c.Unit)).IfOwn(t.Actor() == c.Staff)
	}
	return ledger.Write(ctx, t, theMember(c.Staff, request, there), func(_ context.Context, m memberCase) ([]any, error) {
		return m.RequestAccess(staff.Asking{Request: domain.RequestID(request), Role: c.Role, RequestedBy: t.Actor()}, m.tree.Unit(c.Unit))
	})
}
