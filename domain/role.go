package domain

// Role is what a member of staff may act as, at a unit and all below it (A-61,
// B-34, B-35). What each role may do is in staff.Permissions.
type Role string

// The roles of both houses. A role is always held at a unit.
const (
	RoleTeller              Role = "TELLER"               // 普通柜员
	RoleWealthManager       Role = "WEALTH_MANAGER"       // 理财经理
	RoleRelationshipManager Role = "RELATIONSHIP_MANAGER" // 网点个人客户经理
	RoleCountyManager       Role = "COUNTY_MANAGER"       // 县市级以上个人客户经理
	RoleFullTimeManager     Role = "FULL_TIME_MANAGER"    // 专职客户经理
	RoleOutletHead          Role = "OUTLET_HEAD"          // 支局长、支行长、所长、网点负责人
	RoleMarketingSupervisor Role = "MARKETING_SUPERVISOR" // 营销主管
	RoleAdvisor             Role = "ADVISOR"              // 财富管理师
	RoleSuperior            Role = "SUPERIOR"             // 分公司、部门负责人
	RoleOperations          Role = "OPERATIONS"           // 运营部
	RoleCustomerService     Role = "CUSTOMER_SERVICE"     // 客服部
	RoleAuditor             Role = "AUDITOR"              // 审计
	RoleInspector           Role = "INSPECTOR"            // 检查人员
	RoleAdministrator       Role = "ADMINISTRATOR"        // 系统管理员: units, staff and access, no customer fields (B-04)
)

// Roles lists every role, in the order they are shown.
func Roles() []Role {
	return []Role{
		RoleTeller, RoleWealthManager, RoleRelationshipManager, RoleCountyManager, RoleFullTimeManager,
		RoleOutletHead, RoleMarketingSupervisor, RoleAdvisor, RoleSuperior, RoleOperations,
		RoleCustomerService, RoleAuditor, RoleInspector, RoleAdministrator,
	}
}

// Valid says whether r is one of Roles.
func (r Role) Valid() bool {
	for _, known := range Roles() {
		if r == known {
			return true
		}
	}
	return false
}
