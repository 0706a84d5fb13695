package domain

// UnitKind is a unit's level in the organisation, or what a department is for
// (A-61, B-03).
type UnitKind string

// The values of UnitKind, from the top down and then the departments.
const (
	HeadOffice        UnitKind = "HEAD_OFFICE"         // 总行、公司总部, head office
	Province          UnitKind = "PROVINCE"            // 省公司、一级分行, province
	City              UnitKind = "CITY"                // 市局、二级分行, city
	County            UnitKind = "COUNTY"              // 县市、一级支行, county
	SecondLevel       UnitKind = "SECOND_LEVEL"        // 二级单位, second-level unit
	Outlet            UnitKind = "OUTLET"              // 网点、支局、储蓄所, outlet
	Branch            UnitKind = "BRANCH"              // 分公司, branch of a wealth firm
	Department        UnitKind = "DEPARTMENT"          // 部门, department
	HQIT              UnitKind = "HQ_IT"               // 总部IT部, IT department
	HQCustomerService UnitKind = "HQ_CUSTOMER_SERVICE" // 营销服务中心客服部, customer service department
	OperationsUnit    UnitKind = "OPERATIONS"          // 运营部, operations department
)

// UnitKinds is every unit kind.
var UnitKinds = NewEnumeration(ErrFormValue.At("kind"),
	Named(HeadOffice, "总行", "head office"),
	Named(Province, "省公司", "province"),
	Named(City, "市局", "city"),
	Named(County, "县市", "county"),
	Named(SecondLevel, "二级单位", "second-level unit"),
	Named(Outlet, "网点", "outlet"),
	Named(Branch, "分公司", "branch"),
	Named(Department, "部门", "department"),
	Named(HQIT, "总部IT部", "IT department"),
	Named(HQCustomerService, "客服部", "customer service department"),
	Named(OperationsUnit, "运营部", "operations department"),
)

// Valid says whether k is one of UnitKinds.
func (k UnitKind) Valid() bool { return UnitKinds.Valid(k) }

// Words is every value with its names.
func (UnitKind) Words() []Word { return UnitKinds.Words() }

// IsDepartment says that the unit is a department, not a level of the business.
func (k UnitKind) IsDepartment() bool { return k == Department || k.ServesParent() }

// Service is the role in which a department works for everything below its parent:
// administrators at IT, operations and customer service at theirs (B-03, B-05,
// B-14). It is empty for what works for itself, as a plain department does. Any
// other role held there, its head's too, reaches the department alone (S-03).
func (k UnitKind) Service() Role {
	switch k {
	case HQIT:
		return RoleAdministrator
	case HQCustomerService:
		return RoleCustomerService
	case OperationsUnit:
		return RoleOperations
	}
	return ""
}

// ServesParent says that a department works, in one role, for everything below its
// parent.
func (k UnitKind) ServesParent() bool { return k.Service() != "" }

// MayStandBelow says whether a unit of this kind can have a parent of that kind:
// levels go downwards and may be left out, an outlet has nothing below it but
// departments, and departments may stand below anything.
func (k UnitKind) MayStandBelow(parent UnitKind) bool {
	switch {
	case k.IsDepartment():
		return parent.Valid() && !parent.ServesParent()
	case k == Branch:
		return parent == HeadOffice || parent == Branch
	case parent == Branch:
		return k == Outlet
	case parent == Department:
		return k == Outlet
	}
	return k.level() > parent.level() && parent.level() > 0
}

// MayBeRoot says whether the whole organisation can have a unit of this kind at
// its top.
func (k UnitKind) MayBeRoot() bool { return k.Valid() && k != Outlet && !k.IsDepartment() }

// level counts from the top of a bank downwards; 0 for what is no level.
func (k UnitKind) level() int {
	switch k {
	case HeadOffice:
		return 1
	case Province:
		return 2
	case City:
		return 3
	case County:
		return 4
	case SecondLevel:
		return 5
	case Outlet:
		return 6
	}
	return 0
}

// OwnershipModel is how a unit's customers belong to staff; both live side by
// side, chosen for each unit.
type OwnershipModel string

// The values of OwnershipModel.
const (
	Exclusive OwnershipModel = "EXCLUSIVE" // 认领归属, one owner for a customer and line (bank)
	Attached  OwnershipModel = "ATTACHED"  // 下挂, several advisors for a customer (wealth)
)

// OwnershipModels is every ownership model.
var OwnershipModels = NewEnumeration(ErrFormValue.At("model"),
	Named(Exclusive, "认领归属", "one owner"),
	Named(Attached, "下挂", "attached advisors"),
)

// Valid says whether m is one of OwnershipModels.
func (m OwnershipModel) Valid() bool { return OwnershipModels.Valid(m) }

// Words is every value with its names.
func (OwnershipModel) Words() []Word { return OwnershipModels.Words() }
