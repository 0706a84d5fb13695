package http

import (
	"net/http"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
	people "guishu/projections/staff"
)

// invitation is a one-time secret for somebody who is to sign in.
type invitation struct {
	Login  string `json:"login"`
	Secret string `json:"secret" doc:"To sign in with once, to set a password. It is not shown again."`
}

// staffRoutes are about staff, their access and their departure.
func (s *Server) staffRoutes() {
	const area = "员工 Staff"
	// Staff within the reader's scope.
	list(s, area, route{http.MethodGet, "/v1/staff", "list-staff", "员工列表", "List staff", forStaff}, memberList(), chooseMembers, showMember)
	// The same, also by name.
	search(s, area, route{http.MethodPost, "/v1/staff/search", "search-staff", "查询员工", "Search staff", forStaff}, memberList(), chooseMembers, showMember)
	// One member of staff, with their roles.
	one(s, area, route{http.MethodGet, "/v1/staff/{staff}", "get-staff", "员工", "A member of staff", forStaff}, []string{"units", "staff"}, s.member)
	// Requests for access: one's own, and those one may decide.
	list(s, area, route{http.MethodGet, "/v1/access-requests", "list-access-requests", "权限申请列表", "List requests for access", forStaff}, accessList(), chooseAccess, showAccess)
	// Add a member of staff; it gives no access.
	command(s, area, route{http.MethodPost, "/v1/staff", "hire-staff", "新增员工", "Hire", forStaff}, do[commands.HireStaff](s))
	// Move somebody to another unit.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/unit", "transfer-staff", "员工调动", "Transfer", forStaff}, do[commands.TransferStaff](s))
	// Record a departure: every access ends at once.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/departure", "record-departure", "员工离职", "Record a departure", forStaff}, do[commands.RecordDeparture](s))
	// Ask for access, for oneself or for one's staff.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access", "request-access", "申请权限", "Request access", forStaff}, do[commands.RequestAccess](s))
	// Grant it, by somebody else.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access/{request}/approval", "grant-access", "批准权限", "Grant access", forStaff}, do[commands.GrantAccess](s))
	// Refuse it, with a reason.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access/{request}/refusal", "refuse-access", "拒绝权限", "Refuse access", forStaff}, do[commands.RefuseAccess](s))
	// Take a role away.
	command(s, area, route{http.MethodPost, "/v1/staff/{staff}/access/revocation", "revoke-access", "收回权限", "Revoke access", forStaff}, do[commands.RevokeAccess](s))
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
		return invitation{}, staff.ErrInactive
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

// memberFilter chooses members of staff. Names stand only in a body.
type memberFilter struct {
	Paging
	Below      domain.UnitID  `query:"below" json:"below,omitempty" doc:"At this unit or below it."`
	Unit       domain.UnitID  `query:"unit" json:"unit,omitempty" doc:"At this very unit."`
	Role       domain.Role    `query:"role" json:"role,omitempty"`
	EmployeeNo string         `query:"employee_no" json:"employee_no,omitempty" maxLength:"64"`
	Superior   domain.StaffID `query:"superior" json:"superior,omitempty"`
	Active     bool           `query:"active" json:"active,omitempty" doc:"Leave out who has departed."`
	Name       string         `json:"name,omitempty" doc:"Begins with, as a name or in pinyin; in a search only."`
}

// member is a member of staff as the API shows them.
type member struct {
	ID         domain.StaffID `json:"id"`
	EmployeeNo string         `json:"employee_no,omitempty"`
	Login      string         `json:"login,omitempty"`
	Name       string         `json:"name"`
	Unit       domain.UnitID  `json:"unit"`
	Superior   domain.StaffID `json:"superior,omitempty"`
	HiredAt    *time.Time     `json:"hired_at"`
	Departed   bool           `json:"departed"`
	DepartedOn *domain.Date   `json:"departed_on,omitempty"`
	Roles      []memberRole   `json:"roles,omitempty" doc:"Where one member of staff is asked for."`
}

// memberRole is a role that a member of staff holds.
type memberRole struct {
	Role       domain.Role    `json:"role"`
	Unit       domain.UnitID  `json:"unit"`
	ApprovedBy domain.StaffID `json:"approved_by,omitempty" doc:"Missing for the first administrator."`
	Since      *time.Time     `json:"since"`
}

func memberList() lister[people.Query, people.Member] {
	return lister[people.Query, people.Member]{models: []string{"units", "staff"}, list: people.List, count: people.Count}
}

func chooseMembers(a *asking, in *memberFilter) (people.Query, error) {
	scope, err := a.scope(staff.ReadStaff)
	if err != nil {
		return people.Query{}, err
	}
	below, err := a.below(in.Below)
	if err != nil {
		return people.Query{}, err
	}
	return people.Query{
		Scope: scope, Who: a.who(), Below: below, Unit: in.Unit, Role: in.Role, EmployeeNo: in.EmployeeNo, Superior: in.Superior,
		Active: in.Active, Name: in.Name, Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, known("role", in.Role)
}

func showMember(a *asking, m *people.Member) member {
	return member{
		ID: m.Staff, EmployeeNo: m.EmployeeNo, Login: m.Login, Name: m.Name, Unit: m.Unit, Superior: m.Superior,
		HiredAt: a.when(m.HiredAt), Departed: m.Departed, DepartedOn: day(m.DepartedOn),
	}
}

// memberAddress names one member of staff.
type memberAddress struct {
	Fresh
	Staff domain.StaffID `path:"staff"`
}

func (s *Server) member(a *asking, in *memberAddress) (member, error) {
	found, err := people.Get(a.ctx, s.Read, in.Staff)
	if err != nil {
		return member{}, err
	}
	path, line := a.place(found.Unit)
	if !a.principal.MayFor(staff.ReadStaff, path, line, found.Staff == a.who()) {
		return member{}, domain.ErrQueryNotFoundOrOutOfScope
	}
	shown := showMember(a, &found)
	grants, err := people.Grants(a.ctx, s.Read, in.Staff)
	for _, grant := range grants {
		shown.Roles = append(shown.Roles, memberRole{Role: grant.Role, Unit: grant.Unit, ApprovedBy: grant.ApprovedBy, Since: a.when(grant.Since)})
	}
	return shown, err
}

// accessFilter chooses requests for access.
type accessFilter struct {
	Paging
	Staff  domain.StaffID      `query:"staff"`
	Status staff.RequestStatus `query:"status" doc:"PENDING, GRANTED, REFUSED or LAPSED."`
}

// accessRequest is a request for access as the API shows it.
type accessRequest struct {
	ID          domain.RequestID    `json:"id"`
	Staff       domain.StaffID      `json:"staff"`
	Role        domain.Role         `json:"role"`
	Unit        domain.UnitID       `json:"unit"`
	RequestedBy domain.StaffID      `json:"requested_by"`
	RequestedAt *time.Time          `json:"requested_at"`
	Status      staff.RequestStatus `json:"status"`
	DecidedBy   domain.StaffID      `json:"decided_by,omitempty"`
	DecidedAt   *time.Time          `json:"decided_at,omitempty"`
	Reason      string              `json:"reason,omitempty"`
}

func accessList() lister[people.RequestQuery, people.Request] {
	return lister[people.RequestQuery, people.Request]{models: []string{"units", "staff"}, list: people.ListRequests, count: people.CountRequests, oneOrder: true}
}

// chooseAccess shows one's own requests, and those that one may decide.
func chooseAccess(a *asking, in *accessFilter) (people.RequestQuery, error) {
	scope, err := a.scope(staff.RequestAccess)
	if err != nil {
		return people.RequestQuery{}, err
	}
	approves := a.principal.Scope(staff.ApproveAccess)
	scope.Everywhere = scope.Everywhere || approves.Everywhere
	scope.Areas = append(scope.Areas, approves.Areas...)
	return people.RequestQuery{Scope: scope, Who: a.who(), Staff: in.Staff, Status: in.Status, After: in.after(), Limit: in.Limit},
		known("status", in.Status)
}

func showAccess(a *asking, r *people.Request) accessRequest {
	return accessRequest{
		ID: r.Request, Staff: r.Staff, Role: r.Role, Unit: r.Unit, RequestedBy: r.RequestedBy, RequestedAt: a.when(r.RequestedAt),
		Status: r.Status, DecidedBy: r.DecidedBy, DecidedAt: a.when(r.DecidedAt), Reason: r.Reason,
	}
}
