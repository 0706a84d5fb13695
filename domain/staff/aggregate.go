package staff

import (
	"strings"

	"guishu/domain"
)

// Aggregate is what the ledger must know of members of staff.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "staff",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{staff}",
			Decides:  "one answer to a request for access; departure ends all",
			Customer: domain.NoCustomer,
			OpenWork: domain.NeverOpenWork,
			Unique:   []domain.UniqueKind{EmployeeNo, Login},
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Hired]("staff.hired", 1).Titled("员工入职", "Staff member hired"),
				domain.DescribeEvent[AccessRequested]("staff.access-requested", 1).Titled("申请权限", "Access requested"),
				domain.DescribeEvent[AccessGranted]("staff.access-granted", 1).Titled("批准权限", "Access granted"),
				domain.DescribeEvent[AccessRefused]("staff.access-refused", 1).Titled("不批准权限", "Access refused"),
				domain.DescribeEvent[AccessWithdrawn]("staff.access-withdrawn", 1).Titled("撤回权限申请", "Request for access withdrawn"),
				domain.DescribeEvent[AccessRevoked]("staff.access-revoked", 1).Titled("收回权限", "Access revoked"),
				domain.DescribeEvent[Transferred]("staff.transferred", 1).Titled("员工调动", "Staff member transferred"),
				domain.DescribeEvent[Departed]("staff.departed", 1).Titled("员工离职", "Staff member departed"),
			},
		}},
	}
}

// EmployeeNo is the number in the firm, Login the name to sign in with, whatever
// its case.
var (
	EmployeeNo = domain.UniqueKind{
		Name: "employee-no", Chinese: "工号", English: "employee number", Field: "employee_no", Taken: ErrDuplicate,
	}
	Login = domain.UniqueKind{
		Name: "login", Chinese: "登录名", English: "sign-in name", Field: "login", Taken: ErrDuplicate,
	}
)

// UniqueKeys are the number and the sign-in name, which the member of staff keeps
// after their departure.
func (s *State) UniqueKeys() []domain.UniqueKey {
	var keys []domain.UniqueKey
	if no := strings.TrimSpace(s.EmployeeNo); no != "" {
		keys = append(keys, EmployeeNo.Key(no))
	}
	if login := FoldLogin(s.Login); login != "" {
		keys = append(keys, Login.Key(login))
	}
	return keys
}
