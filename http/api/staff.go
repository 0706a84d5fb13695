package api

import (
	"net/http"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/question"
)

// staffRoutes are about staff, their access and their departure.
func (a *API) staffRoutes() {
	const area = "员工 Staff"
	list(a, area, "/v1/staff", question.Members())
	search(a, area, "/v1/staff/search", question.SearchMembers())
	one(a, area, "/v1/staff/{staff}", question.OneMember())
	list(a, area, "/v1/access-requests", question.AccessRequests())
	command[commands.HireStaff](a, area, "/v1/staff")
	command[commands.TransferStaff](a, area, "/v1/staff/{staff}/unit")
	command[commands.RecordDeparture](a, area, "/v1/staff/{staff}/departure")
	command[commands.RequestAccess](a, area, "/v1/staff/{staff}/access")
	command[commands.GrantAccess](a, area, "/v1/staff/{staff}/access/{request}/approval")
	command[commands.RefuseAccess](a, area, "/v1/staff/{staff}/access/{request}/refusal")
	command[commands.WithdrawAccessRequest](a, area, "/v1/staff/{staff}/access/{request}/withdrawal")
	command[commands.RevokeAccess](a, area, "/v1/staff/{staff}/access/revocation")
	Action(a, area, Route{
		Method: http.MethodPost, Path: "/v1/staff/{staff}/invitation", Name: "invite-staff", Title: ledger.Say("发放一次性登录密钥", "Invite to sign in"), Needs: staff.ManageStaff,
		Does:    ledger.Say("发给员工一次性登录密钥，原密码随即失效。", "Gives somebody a one-time secret to sign in with; their password ends."),
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
