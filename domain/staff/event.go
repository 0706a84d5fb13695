// Package staff is the people who work with the ledger: where they belong, what
// they may do, who approved it, and when they left (B-02, B-28, A-61).
package staff

import "guishu/domain"

// StreamPrefix begins the name of a staff member's stream; the id follows.
const StreamPrefix = "staff-"

// Hired adds a member of staff to a unit. It gives no access: that is requested
// and approved apart (B-28, B-36).
type Hired struct {
	Staff      domain.StaffID
	EmployeeNo string // unique in the firm, kept in the registry
	Login      string // unique in the ledger, kept in the registry
	Name       domain.Personal
	Unit       domain.UnitID
	Superior   domain.StaffID // direct superior, zero if none
	Exceptions []domain.Exception
}

// AccessRequested asks that the member of staff may act in a role at a unit and
// all below it.
type AccessRequested struct {
	Request     domain.RequestID
	Staff       domain.StaffID
	Role        domain.Role
	Unit        domain.UnitID
	RequestedBy domain.StaffID
}

// AccessGranted approves a request; never by the one who asked or gains (B-28).
type AccessGranted struct {
	Request    domain.RequestID
	Staff      domain.StaffID
	Role       domain.Role
	Unit       domain.UnitID
	ApprovedBy domain.StaffID // zero only for the first administrator
}

// AccessRefused declines a request with its reason.
type AccessRefused struct {
	Request   domain.RequestID
	Staff     domain.StaffID
	RefusedBy domain.StaffID
	Reason    string
}

// AccessRevoked takes a role at a unit away, at once.
type AccessRevoked struct {
	Staff  domain.StaffID
	Role   domain.Role
	Unit   domain.UnitID
	Reason string
}

// Transferred moves a member of staff to another unit; roles at the old unit
// end with it.
type Transferred struct {
	Staff    domain.StaffID
	From     domain.UnitID
	To       domain.UnitID
	Superior domain.StaffID
}

// Departed ends the employment and with it every access at once (B-28).
type Departed struct {
	Staff  domain.StaffID
	On     domain.Date
	Reason string
}

// Subject is the person whose name the event holds.
func (e Hired) Subject() domain.SubjectID { return domain.SubjectOf(e.Staff) }

// Events describes every event of a member of staff.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Hired]("staff.hired", 1),
		domain.DescribeEvent[AccessRequested]("staff.access-requested", 1),
		domain.DescribeEvent[AccessGranted]("staff.access-granted", 1),
		domain.DescribeEvent[AccessRefused]("staff.access-refused", 1),
		domain.DescribeEvent[AccessRevoked]("staff.access-revoked", 1),
		domain.DescribeEvent[Transferred]("staff.transferred", 1),
		domain.DescribeEvent[Departed]("staff.departed", 1),
	}
}
