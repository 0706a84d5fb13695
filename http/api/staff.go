package api

import (
	"net/http"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/question"
)

// staffRoutes are about staff, their access and their departure.
func (a *API) staffRoutes() {
	const area = "员工 Staff"
	// Staff within the reader's scope.
	list(a, area, "/v1/staff", question.Members())
	// The same, also by name.
	search(a, area, "/v1/staff/search", question.SearchMembers())
	// One member of staff, with their roles.
	one(a, area, "/v1/staff/{staff}", question.OneMember())
	// Requests for access: one's own, and those one may decide.
	list(a, area, "/v1/access-requests", question.AccessRequests())
	// Add a member of staff; it gives no access.
	command(a, area, given("/v1/staff", "hire-staff", "新增员工", "Hire"), a.Ledger.HireStaff)
	// Move somebody to another unit.
	command(a, area, given("/v1/staff/{staff}/unit", "transfer-staff", "员工调动", "Transfer"), a.Ledger.TransferStaff)
	// Record a departure: every access ends at once.
	command(a, area, given("/v1/staff/{staff}/departure", "record-departure", "员工离职", "Record a departure"), a.Ledger.RecordDeparture)
	// Ask for access, for oneself or for one's staff.
	command(a, area, given("/v1/staff/{staff}/access", "request-access", "申请权限", "Request access"), a.Ledger.RequestAccess)
	// Grant it, by somebody else.
	command(a, area, given("/v1/staff/{staff}/access/{request}/approval", "grant-access", "批准权限", "Grant access"), a.Ledger.GrantAccess)
	// Refuse it, with a reason.
	command(a, area, given("/v1/staff/{staff}/access/{request}/refusal", "refuse-access", "拒绝权限", "Refuse access"), a.Ledger.RefuseAccess)
	// Take a role away.
	command(a, area, given("/v1/staff/{staff}/access/revocation", "revoke-access", "收回权限", "Revoke access"), a.Ledger.RevokeAccess)
	// Give somebody a one-time secret to sign in with; their password ends.
	Action(a, area, Route{
		Method: http.MethodPost, Path: "/v1/staff/{staff}/invitation", Name: "invite-staff", Title: question.Say("发放一次性登录密钥", "Invite to sign in"), Needs: staff.ManageStaff,
		Does:    question.Say("发给员工一次性登录密钥，原密码随即失效。", "Gives somebody a one-time secret to sign in with; their password ends."),
		Refuses: []domain.Code{staff.ErrInactive, domain.ErrFormRequired},
	}, a.invite)
}

// invitation is a one-time secret for somebody who is to sign in.
type invitation struct {
	Login  string `json:"login"`
	Secret string `json:"secret" doc:"用它登录一次以设置密码；不再显示。 To sign in with once, to set a password. It is not shown again."`
}

// invite is for anyone who manages the unit that the member of staff belongs to.
func (a *API) invite(_ http.ResponseWriter, r *http.Request, _ None) (invitation, error) {
	id, err := Parameter(r, "staff", domain.ParseStaffID)
	if err != nil {
		return invitation{}, err
	}
	x := ExchangeOf(r.Context())
	if !x.Principal.Holds(staff.ManageStaff) {
		return invitation{}, domain.ErrAuthzDenied
	}
	member, err := a.Ledger.Member(r.Context(), id)
	if err != nil {
		return invitation{}, err
	}
	tree, err := a.Ledger.Tree(r.Context())
	if err != nil {
		return invitation{}, err
	}
	unit := tree.Unit(member.Unit)
	switch {
	case !member.Exists(), !x.Principal.May(staff.ManageStaff, unit.Path, unit.Line):
		return invitation{}, domain.ErrQueryNotFoundOrOutOfScope
	case !member.Active():
		return invitation{}, staff.ErrInactive
	case member.Login == "":
		return invitation{}, domain.ErrFormRequired.At("login")
	}
	secret, err := a.Auth.Invite(r.Context(), id, member.Login)
	if err != nil {
		return invitation{}, err
	}
	a.Log.InfoContext(r.Context(), "a one-time sign-in was given out", "request", x.ID(), "staff", id, "by", x.Identity.Staff)
	return invitation{Login: member.Login, Secret: secret}, nil
}
