package domain

// Role is what a member of staff may act as, at a unit and all below it (A-61,
// B-34, B-35). What each role may do is in staff.Permissions.
type Role string

// The values of Role.
const (
	RoleTeller              Role = "TELLER"
	RoleWealthManager       Role = "WEALTH_MANAGER"
	RoleRelationshipManager Role = "RELATIONSHIP_MANAGER"
	RoleCountyManager       Role = "COUNTY_MANAGER"
	RoleFullTimeManager     Role = "FULL_TIME_MANAGER"
	RoleOutletHead          Role = "OUTLET_HEAD" // 支局长、支行长、所长
	RoleMarketingSupervisor Role = "MARKETING_SUPERVISOR"
	RoleAdvisor             Role = "ADVISOR"
	RoleSuperior            Role = "SUPERIOR"
	RoleOperations          Role = "OPERATIONS"
	RoleCustomerService     Role = "CUSTOMER_SERVICE"
	RoleAuditor             Role = "AUDITOR"
	RoleInspector           Role = "INSPECTOR"
	RoleAdministrator       Role = "ADMINISTRATOR" // units, staff and access, no customer fields (B-04)
)

// Roles is every role.
var Roles = NewEnumeration(ErrFormValue.At("role"),
	Named(RoleTeller, "普通柜员", "teller"),
	Named(RoleWealthManager, "理财经理", "wealth manager"),
	Named(RoleRelationshipManager, "网点个人客户经理", "relationship manager of an outlet"),
	Named(RoleCountyManager, "县市级以上个人客户经理", "relationship manager of a county or above"),
	Named(RoleFullTimeManager, "专职客户经理", "full-time relationship manager"),
	Named(RoleOutletHead, "网点负责人", "outlet head"),
	Named(RoleMarketingSupervisor, "营销主管", "marketing supervisor"),
	Named(RoleAdvisor, "财富管理师", "wealth advisor"),
	Named(RoleSuperior, "分公司、部门负责人", "head of a branch or department"),
	Named(RoleOperations, "运营部", "operations"),
	Named(RoleCustomerService, "客服部", "customer service"),
	Named(RoleAuditor, "审计", "auditor"),
	Named(RoleInspector, "检查人员", "inspector"),
	Named(RoleAdministrator, "系统管理员", "system administrator"),
)

// Valid says whether r is one of Roles.
func (r Role) Valid() bool { return Roles.Valid(r) }

// Words is every value with its names.
func (Role) Words() []Word { return Roles.Words() }
