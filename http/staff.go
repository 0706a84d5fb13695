package http

import (
	"net/http"

	"guishu/domain"
	"guishu/domain/staff"
)

// invitation is a one-time secret for somebody who is to sign in.
type invitation struct {
	Login  string `json:"login"`
	Secret string `json:"secret" doc:"To sign in with once, to set a password. It is not shown again."`
}

// staffRoutes are about staff, their access and their departure.
func (s *Server) staffRoutes() {
	const area = "员工 Staff"
	// Add a member of staff; it gives no access.
	command(s, area, route{http.MethodPost, "/v1/staff", "hire-staff", "新增员工", "Hire", forStaff}, s.Ledger.HireStaff)
	// Move somebody to another unit.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/unit", "transfer-staff", "员工调动", "Transfer", forStaff}, s.Ledger.TransferStaff)
	// Record a departure: every access ends at once.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/departure", "record-departure", "员工离职", "Record a departure", forStaff}, s.Ledger.RecordDeparture)
	// Ask for access, for oneself or for one's staff.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access", "request-access", "申请权限", "Request access", forStaff}, s.Ledger.RequestAccess)
	// Grant it, by somebody else.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access/{request}/approval", "grant-access", "批准权限", "Grant access", forStaff}, s.Ledger.GrantAccess)
	// Refuse it, with a reason.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access/{request}/refusal", "refuse-access", "拒绝权限", "Refuse access", forStaff}, s.Ledger.RefuseAccess)
	// Take a role away.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access/revocation", "revoke-access", "收回权限", "Revoke access", forStaff}, s.Ledger.RevokeAccess)
	// Give somebody a one-time secret to sign in with; their password ends.
	action(s, area, route{http.MethodPost, "/v1/staff/{staff}/invitation", "invite-staff", "发放一次性登录密钥", "Invite to sign in", forStaff}, s.invite)
}

// invite is for who manages the unit that the member of staff belongs to.
func (s *Server) invite(_ http.ResponseWriter, r *http.Request, _ none) (invitation, error) {
	id, err := parameter(r, "staff", domain.ParseStaffID)
	if err != nil {
		return invitation{}, err
	}
	x := exchangeOf(r.Context())
	if !x.principal.Holds(staff.ManageStaff) {
		return invitation{}, domain.ErrAuthzDenied
	}
	member, err := s.Ledger.Member(r.Context(), id)
	if err != nil {
		return invitation{}, err
	}
	tree, err := s.Ledger.Tree(r.Context())
	if err != nil {
		return invitation{}, err
	}
	unit := tree.Unit(member.Unit)
	switch {
	case !member.Exists(), !x.principal.May(staff.ManageStaff, unit.Path, unit.Line):
		return invitation{}, domain.ErrQueryNotFoundOrOutOfScope
	case !member.Active():
		return invitation{}, domain.ErrStaffInactive
	case member.Login == "":
		return invitation{}, domain.ErrFormRequired.At("login")
	}
	secret, err := s.Auth.Invite(r.Context(), id, member.Login)
	if err != nil {
		return invitation{}, err
	}
	s.Log.InfoContext(r.Context(), "a one-time sign-in was given out", "request", x.id(), "staff", id, "by", x.identity.Staff)
	return invitation{Login: member.Login, Secret: secret}, nil
}
