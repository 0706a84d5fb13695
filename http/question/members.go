package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	people "guishu/projections/staff"
)

// MemberFilter narrows the list of staff. Names stand only in a body.
type MemberFilter struct {
	Paging
	Below      domain.UnitID  `query:"below" json:"below,omitempty" doc:"此机构及其所有下级的员工。 At this unit or below it."`
	Unit       domain.UnitID  `query:"unit" json:"unit,omitempty" doc:"仅此机构的员工。 At this very unit."`
	Role       domain.Role    `query:"role" json:"role,omitempty"`
	EmployeeNo string         `query:"employee_no" json:"employee_no,omitempty" maxLength:"64"`
	Superior   domain.StaffID `query:"superior" json:"superior,omitempty"`
	Active     bool           `query:"active" json:"active,omitempty" doc:"不含离职员工。 Leave out who has departed."`
	Name       string         `json:"name,omitempty" doc:"姓名或拼音以此开头；仅用于查询。 Begins with, as a name or in pinyin; in a search only."`
}

// Member is a member of staff as they are shown.
type Member struct {
	ID         domain.StaffID         `json:"id"`
	EmployeeNo string                 `json:"employee_no,omitempty"`
	Login      string                 `json:"login,omitempty"`
	Name       string                 `json:"name"`
	Unit       *Named[domain.UnitID]  `json:"unit"`
	Superior   *Named[domain.StaffID] `json:"superior,omitempty"`
	HiredAt    time.Time              `json:"hired_at"`
	Departed   bool                   `json:"departed"`
	DepartedOn domain.Date            `json:"departed_on,omitzero"`
	Roles      []HeldRole             `json:"roles,omitempty" doc:"角色；查看一名员工时才有。 Where one member of staff is asked for."`
}

// HeldRole is a role that a member of staff holds.
type HeldRole struct {
	Role       domain.Role            `json:"role"`
	Unit       *Named[domain.UnitID]  `json:"unit"`
	ApprovedBy *Named[domain.StaffID] `json:"approved_by,omitempty" doc:"批准人；首位管理员没有。 Missing for the first administrator."`
	Since      time.Time              `json:"since"`
}

// Members are staff within the reader's scope, and the reader (B-36).
func Members() List[*MemberFilter, people.Query, people.Member, Member] {
	return List[*MemberFilter, people.Query, people.Member, Member]{
		About: About{
			Name: "list-staff", Title: ledger.Say("员工列表", "List staff"), Needs: staff.ReadStaff,
			Does: ledger.Say("列出本人可见范围内的员工。", "Lists the staff within one's scope."),
		},
		Of: people.Members(),
		Choose: func(r *Reader, in *MemberFilter) (people.Query, error) {
			below, err := r.below(in.Below)
			if err != nil {
				return people.Query{}, err
			}
			return people.Query{
				Below: below, Unit: in.Unit, Role: in.Role, EmployeeNo: in.EmployeeNo, Superior: in.Superior,
				Active: in.Active, Name: in.Name,
			}, known("role", in.Role)
		},
		Show: showMember,
	}
}

// SearchMembers is the same list for those who also search by name.
func SearchMembers() List[*MemberFilter, people.Query, people.Member, Member] {
	list := Members()
	list.Name, list.Title = "search-staff", ledger.Say("查询员工", "Search staff")
	list.Does = ledger.Say("按姓名或拼音查询本人可见范围内的员工；姓名只放在请求正文中。", "Searches the staff within one's scope by name or pinyin, which stand only in the body.")
	return list
}

func showMember(r *Reader, m *people.Member) Member {
	return Member{
		ID: m.Staff, EmployeeNo: m.EmployeeNo, Login: m.Login, Name: m.Name, Unit: r.Department(m.Unit), Superior: r.Colleague(m.Superior),
		HiredAt: r.when(m.HiredAt), Departed: m.Departed, DepartedOn: m.DepartedOn,
	}
}

// MemberAddress names one member of staff.
type MemberAddress struct {
	Fresh
	Staff domain.StaffID `path:"staff"`
}

// OneMember is one member of staff, with their roles.
func OneMember() Single[*MemberAddress, Member] {
	return Single[*MemberAddress, Member]{
		About: About{
			Name: "get-staff", Title: ledger.Say("员工", "A member of staff"), Needs: staff.ReadStaff, Models: []string{"units", "staff"},
			Does: ledger.Say("查看一名员工及其角色。", "Shows one member of staff, with their roles."),
		},
		Find: func(r *Reader, scope staff.Scope, in *MemberAddress) (Member, error) {
			found, err := people.Members().One(r.ctx, r.Read, r.as(scope), in.Staff)
			if err != nil {
				return Member{}, err
			}
			shown := showMember(r, &found)
			grants, err := people.Grants(r.ctx, r.Read, in.Staff)
			for _, grant := range grants {
				shown.Roles = append(shown.Roles, HeldRole{
					Role: grant.Role, Unit: r.Department(grant.Unit), ApprovedBy: r.Colleague(grant.ApprovedBy), Since: r.when(grant.Since),
				})
			}
			return shown, err
		},
	}
}

// AccessFilter narrows the list of requests for access.
type AccessFilter struct {
	Paging
	Staff  domain.StaffID      `query:"staff"`
	Status staff.RequestStatus `query:"status"`
}

// AccessRequest is a request for access as it is shown.
type AccessRequest struct {
	ID          domain.RequestID       `json:"id"`
	Staff       *Named[domain.StaffID] `json:"staff"`
	Role        domain.Role            `json:"role"`
	Unit        *Named[domain.UnitID]  `json:"unit"`
	RequestedBy *Named[domain.StaffID] `json:"requested_by"`
	RequestedAt time.Time              `json:"requested_at"`
	Status      staff.RequestStatus    `json:"status"`
	DecidedBy   *Named[domain.StaffID] `json:"decided_by,omitempty"`
	DecidedAt   time.Time              `json:"decided_at,omitzero"`
	Reason      string                 `json:"reason,omitempty"`
}

// AccessRequests are one's own requests for access, and those that one may decide
// (B-28).
func AccessRequests() List[*AccessFilter, people.RequestQuery, people.Request, AccessRequest] {
	return List[*AccessFilter, people.RequestQuery, people.Request, AccessRequest]{
		About: About{
			Name: "list-access-requests", Title: ledger.Say("权限申请列表", "List requests for access"), Needs: staff.RequestAccess,
			Does: ledger.Say("列出本人的权限申请，以及由本人审批的申请。", "Lists one's own requests for access, and those one may decide."),
		},
		Of: people.Requests(),
		Within: func(r *Reader, scope staff.Scope, _ *AccessFilter) (staff.Scope, error) {
			approves := r.Principal.Scope(staff.ApproveAccess)
			scope.Everywhere = scope.Everywhere || approves.Everywhere
			scope.Areas = append(scope.Areas, approves.Areas...)
			return scope, nil
		},
		Choose: func(_ *Reader, in *AccessFilter) (people.RequestQuery, error) {
			return people.RequestQuery{Staff: in.Staff, Status: in.Status}, known("status", in.Status)
		},
		Show: showAccess,
	}
}

func showAccess(r *Reader, a *people.Request) AccessRequest {
	return AccessRequest{
		ID: a.Request, Staff: r.Colleague(a.Staff), Role: a.Role, Unit: r.Department(a.Unit), RequestedBy: r.Colleague(a.RequestedBy),
		RequestedAt: r.when(a.RequestedAt), Status: a.Status, DecidedBy: r.Colleague(a.DecidedBy), DecidedAt: r.when(a.DecidedAt), Reason: a.Reason,
	}
}
