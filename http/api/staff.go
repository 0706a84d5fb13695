package api

import (
	"net/http"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/question"

	"github.com/google/uuid"
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
		Does:     ledger.Say("发给员工一次性登录密钥，原密码、会话和令牌随即失效。", "Gives somebody a one-time secret to sign in with; their password, sessions and API tokens end."),
		InPerson: true,
		Refuses:  []domain.Code{staff.ErrInactive, staff.ErrBeyondReach, domain.ErrFormRequired},
	}, a.invite)
	Action(a, area, Route{
		Method: http.MethodGet, Path: "/v1/staff/{staff}/tokens", Name: "list-staff-tokens", Title: ledger.Say("员工的访问令牌", "Somebody's API tokens"), Needs: staff.ManageStaff,
		Does: ledger.Say("列出员工的 API 令牌，不含令牌本身。", "Lists somebody's API tokens, without their secrets."),
	}, a.tokensOf)
	Action(a, area, Route{
		Method: http.MethodDelete, Path: "/v1/staff/{staff}/tokens/{token}", Name: "revoke-staff-token", Title: ledger.Say("注销员工的访问令牌", "Revoke somebody's API token"), Needs: staff.ManageStaff,
		Does: ledger.Say("立即注销员工的一个 API 令牌。", "Ends one of somebody's API tokens at once."),
	}, a.revokeTokenOf)
}

// invitation is a one-time secret for somebody who is to sign in.
type invitation struct {
	Login  string `json:"login"`
	Secret string `json:"secret" doc:"用它登录一次以设置密码；不再显示。 To sign in with once, to set a password. It is not shown again."`
}

// managed is the member of staff that an address names, for anyone who manages the
// unit that they belong to.
func (a *API) managed(r *http.Request) (*staff.State, error) {
	id, err := Parameter(r, "staff", domain.ParseStaffID)
	if err != nil {
		return nil, err
	}
	x := ExchangeOf(r.Context())
	if !x.Principal.Holds(staff.ManageStaff) {
		return nil, domain.ErrAuthzDenied
	}
	member, err := a.Ledger.Member(r.Context(), id)
	if err != nil {
		return nil, err
	}
	tree, err := a.Ledger.Tree(r.Context())
	if err != nil {
		return nil, err
	}
	unit := tree.Unit(member.Unit)
	if !member.Exists() || !x.Principal.May(staff.ManageStaff, unit.Path, unit.Line) {
		return nil, domain.ErrQueryNotFoundOrOutOfScope
	}
	return member, nil
}

// invite is for anyone who manages the member of staff, and all that their roles
// cover: with the secret one may do whatever they may (S-02).
func (a *API) invite(_ http.ResponseWriter, r *http.Request, _ None) (invitation, error) {
	member, err := a.managed(r)
	if err != nil {
		return invitation{}, err
	}
	x := ExchangeOf(r.Context())
	theirs, err := a.Ledger.Principal(r.Context(), member.Staff)
	if err != nil {
		return invitation{}, err
	}
	switch {
	case !x.Principal.ManagesAllOf(theirs):
		return invitation{}, staff.ErrBeyondReach
	case !member.Active():
		return invitation{}, staff.ErrInactive
	case member.Login == "":
		return invitation{}, domain.ErrFormRequired.At("login")
	}
	secret, err := a.Auth.Invite(r.Context(), member.Staff, member.Login)
	if err != nil {
		return invitation{}, err
	}
	a.Log.InfoContext(r.Context(), "a one-time sign-in was given out", "request", x.ID(), "staff", member.Staff, "by", x.Identity.Staff)
	return invitation{Login: member.Login, Secret: secret}, nil
}

// tokensOf is for anyone who manages the member of staff, who may have left.
func (a *API) tokensOf(_ http.ResponseWriter, r *http.Request, _ None) (Tokens, error) {
	member, err := a.managed(r)
	if err != nil {
		return Tokens{}, err
	}
	all, err := a.Auth.Tokens(r.Context(), member.Staff)
	return ShowTokens(all, a.Records.Location), err
}

func (a *API) revokeTokenOf(_ http.ResponseWriter, r *http.Request, _ None) (None, error) {
	id, err := Parameter(r, "token", uuid.Parse)
	if err != nil {
		return None{}, err
	}
	member, err := a.managed(r)
	if err != nil {
		return None{}, err
	}
	if err := a.Auth.RevokeToken(r.Context(), member.Staff, id); err != nil {
		return None{}, err
	}
	x := ExchangeOf(r.Context())
	a.Log.InfoContext(r.Context(), "somebody's API token was revoked", "request", x.ID(), "staff", member.Staff, "token", id, "by", x.Identity.Staff)
	return None{}, nil
}
