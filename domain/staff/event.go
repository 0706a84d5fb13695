// Package staff is the people who work with the ledger: where they belong, what
// they may do, who approved it, and when they left (B-02, B-28, A-61).
package staff

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a staff member's stream; the id follows.
const StreamPrefix = "staff-"

// Hired adds a member of staff to a unit. It gives no access: that is requested
// and approved apart (B-28, B-36).
type Hired struct {
	Staff      domain.StaffID     `label:"员工|Staff member"`
	EmployeeNo string             `label:"工号|Employee number"` // unique in the firm, kept in the registry
	Login      string             `label:"登录名|Sign-in name"`   // unique in the ledger, kept in the registry
	Name       domain.Personal    `label:"姓名|Name"`
	Unit       domain.UnitID      `label:"机构|Unit"`
	Superior   domain.StaffID     `label:"直接上级|Direct superior"` // direct superior, zero if none
	Exceptions []domain.Exception `label:"迁移例外|Exceptions of the migration"`
}

// AccessRequested asks that the member of staff may act in a role at a unit and
// all below it.
type AccessRequested struct {
	Request     domain.RequestID `label:"申请|Request"`
	Staff       domain.StaffID   `label:"员工|Staff member"`
	Role        domain.Role      `label:"角色|Role"`
	Unit        domain.UnitID    `label:"机构|Unit"`
	RequestedBy domain.StaffID   `label:"申请人|Requested by"`
}

// AccessGranted approves a request; never by the one who asked or gains (B-28).
type AccessGranted struct {
	Request    domain.RequestID `label:"申请|Request"`
	Staff      domain.StaffID   `label:"员工|Staff member"`
	Role       domain.Role      `label:"角色|Role"`
	Unit       domain.UnitID    `label:"机构|Unit"`
	ApprovedBy domain.StaffID   `label:"批准人|Approved by"` // zero only for the first administrator
}

// AccessRefused declines a request with its reason.
type AccessRefused struct {
	Request   domain.RequestID `label:"申请|Request"`
	Staff     domain.StaffID   `label:"员工|Staff member"`
	RefusedBy domain.StaffID   `label:"不批准人|Refused by"`
	Reason    string           `label:"原因|Reason"`
}

// AccessWithdrawn takes a request back that nobody has answered.
type AccessWithdrawn struct {
	Request     domain.RequestID `label:"申请|Request"`
	Staff       domain.StaffID   `label:"员工|Staff member"`
	WithdrawnBy domain.StaffID   `label:"撤回人|Withdrawn by"`
}

// AccessRevoked takes a role at a unit away, at once.
type AccessRevoked struct {
	Staff  domain.StaffID `label:"员工|Staff member"`
	Role   domain.Role    `label:"角色|Role"`
	Unit   domain.UnitID  `label:"机构|Unit"`
	Reason string         `label:"收回原因|Reason"`
}

// Transferred moves a member of staff to another unit; roles at the old unit
// end with it.
type Transferred struct {
	Staff    domain.StaffID `label:"员工|Staff member"`
	From     domain.UnitID  `label:"原机构|From unit"`
	To       domain.UnitID  `label:"现机构|To unit"`
	Superior domain.StaffID `label:"直接上级|Direct superior"`
}

// Departed ends the employment and with it every access at once (B-28).
type Departed struct {
	Staff  domain.StaffID `label:"员工|Staff member"`
	On     domain.Date    `label:"离职日期|Last day"`
	Reason string         `label:"离职原因|Reason"`
}

// Subject is the person whose name the event holds.
func (e Hired) Subject() domain.SubjectID { return domain.SubjectOf(e.Staff) }

// Made is the member of staff.
func (e Hired) Made() uuid.UUID { return e.Staff.UUID() }

// Made is the request.
func (e AccessRequested) Made() uuid.UUID { return e.Request.UUID() }
