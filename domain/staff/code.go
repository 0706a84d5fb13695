package staff

import "guishu/domain"

// What staff, access and departures refuse.
var (
	ErrAccountDisabled = domain.NewCode("auth/account-disabled", domain.Unauthenticated, "B-28",
		"该账户已停用",
		"This account is disabled. Ask an administrator.")
	ErrAlreadyDeparted = domain.NewCode("departure/already-departed", domain.Conflict, "B-25",
		"该员工已办理离职",
		"This member of staff has departed already.")
	ErrOpenApprovals = domain.NewCode("departure/open-approvals", domain.Conflict, "B-27",
		"该员工还有未完成的审批或划款，请先移交",
		"This member of staff still has open approvals or payments. Reassign them first.")
	ErrSuccessorInactive = domain.NewCode("departure/successor-inactive", domain.Unprocessable, "B-27",
		"接任人不在职，请另选",
		"The successor is not active. Choose another one.")
	ErrEntryNotDesignated = domain.NewCode("entry/not-designated", domain.Denied, "A-17",
		"只有指定的录入人员可以录入",
		"Only designated entry staff may do this. Ask the outlet head to designate you.")
	ErrGrantAlreadyHeld = domain.NewCode("grant/already-held", domain.Conflict, "B-28",
		"该岗位权限已具备或正在审批",
		"This role is held at that unit already, or a request for it is pending.")
	ErrGrantHirer = domain.NewCode("grant/hirer-approval", domain.Denied, "B-28",
		"录用该员工的人不能审批其权限，请由他人审批",
		"You hired this person, so somebody else must approve their access.")
	ErrGrantNotPending = domain.NewCode("grant/not-pending", domain.Conflict, "B-28",
		"该授权申请已处理",
		"This request for access has been decided already.")
	ErrGrantSelfApproval = domain.NewCode("grant/self-approval", domain.Denied, "B-28",
		"不能审批自己的权限，请由他人审批",
		"You cannot approve your own access or a request you filed. Another approver must decide it.")
	ErrBeyondReach = domain.NewCode("staff/beyond-reach", domain.Denied, "B-28",
		"该员工的权限超出您管理的范围，请由管理其全部权限范围的人办理",
		"This person's roles reach further than what you manage. Ask somebody who manages all of it.")
	ErrDuplicate = domain.NewCode("staff/duplicate", domain.Conflict, "B-02",
		"该工号或登录名已被使用",
		"This staff number or sign-in name is taken. Choose another one.")
	ErrInactive = domain.NewCode("staff/inactive", domain.Unprocessable, "B-28",
		"该员工不在职或未授权",
		"This member of staff is not active.")
	ErrRole = domain.NewCode("staff/role", domain.Invalid, "A-61",
		"岗位角色不正确",
		"Choose a role from the list that fits the unit.")
	ErrUnknown = domain.NewCode("staff/unknown", domain.Unprocessable, "B-02",
		"员工不存在",
		"There is no such member of staff. Choose one from the list.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrAccountDisabled, ErrAlreadyDeparted, ErrOpenApprovals, ErrSuccessorInactive, ErrEntryNotDesignated,
		ErrGrantAlreadyHeld, ErrGrantHirer, ErrGrantNotPending, ErrGrantSelfApproval, ErrBeyondReach, ErrDuplicate, ErrInactive, ErrRole,
		ErrUnknown,
	}
}
