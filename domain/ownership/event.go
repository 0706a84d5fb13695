// Package ownership is the exclusive model: one active owner for each slot, and
// a slot is a customer in a business line. Applications, decisions
// and ownership of one slot live in one stream, and every append names the
// revision it was decided on; that is why nobody can win twice (A-13, C-06).
package ownership

import (
	"strings"

	"guishu/domain"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a slot's stream; the customer's id, a dash
// and the line follow.
const StreamPrefix = "ownership-"

// StreamOf names the stream of the slot of a customer in a line.
func StreamOf(customer domain.CustomerID, line domain.BusinessLine) string {
	return StreamPrefix + customer.String() + "-" + string(line)
}

// ClaimFiled is an application to establish, adjust or dissolve the
// relationship, or to establish it across institutions.
type ClaimFiled struct {
	Application domain.ApplicationID `label:"申请|Application"`
	Kind        ApplicationKind      `label:"申请事项|Kind of application"`
	Customer    domain.CustomerID    `label:"客户|Customer"`
	Line        domain.BusinessLine  `label:"业务条线|Business line"`
	Applicant   domain.StaffID       `label:"申请人|Applicant"`
	Unit        domain.UnitID        `label:"申请人机构|Applicant's unit"` // the applicant's outlet
	HomeUnit    domain.UnitID        `label:"客户归属机构|Home unit"`       // the customer's, when filed
	Phone       domain.Personal      `label:"电话|Phone"`               // maintained with the application, may be empty
	NewOwner    domain.StaffID       `label:"新客户经理|New owner"`        // ADJUST: who shall own from now on
	Reason      string               `label:"原因|Reason"`              // ADJUST and DISSOLVE
}

// HomeHeadConsented is the consent of the customer's home outlet head to a
// cross-institution claim.
type HomeHeadConsented struct {
	Application domain.ApplicationID `label:"申请|Application"`
	By          domain.StaffID       `label:"同意人|Consented by"`
}

// ClaimApproved says that the approver agreed.
type ClaimApproved struct {
	Application domain.ApplicationID `label:"申请|Application"`
	Approver    domain.StaffID       `label:"审批人|Approver"`
}

// ClaimRejected says that the approver did not agree, and why.
type ClaimRejected struct {
	Application domain.ApplicationID `label:"申请|Application"`
	Approver    domain.StaffID       `label:"审批人|Approver"`
	Reason      string               `label:"不同意原因|Reason"`
}

// ClaimWithdrawn says that the applicant took the application back.
type ClaimWithdrawn struct {
	Application domain.ApplicationID `label:"申请|Application"`
}

// ClaimSuperseded closes an application because a rival one was approved.
type ClaimSuperseded struct {
	Application domain.ApplicationID `label:"失效的申请|Superseded application"`
	Winner      domain.ApplicationID `label:"获批的申请|Approved application"`
}

// Established makes somebody the owner of the slot.
type Established struct {
	Customer    domain.CustomerID    `label:"客户|Customer"`
	Line        domain.BusinessLine  `label:"业务条线|Business line"`
	Owner       domain.StaffID       `label:"客户经理|Owner"`
	Unit        domain.UnitID        `label:"客户经理机构|Owner's unit"`
	Application domain.ApplicationID `label:"申请|Application"`
}

// Adjusted hands the slot from one owner to another.
type Adjusted struct {
	Customer    domain.CustomerID    `label:"客户|Customer"`
	Line        domain.BusinessLine  `label:"业务条线|Business line"`
	From        domain.StaffID       `label:"原客户经理|From"`
	To          domain.StaffID       `label:"现客户经理|To"`
	Unit        domain.UnitID        `label:"现客户经理机构|New owner's unit"` // of the new owner
	Application domain.ApplicationID `label:"申请|Application"`
	Reason      string               `label:"调整原因|Reason"`
}

// Dissolved leaves the slot without an owner.
type Dissolved struct {
	Customer    domain.CustomerID    `label:"客户|Customer"`
	Line        domain.BusinessLine  `label:"业务条线|Business line"`
	Owner       domain.StaffID       `label:"原客户经理|Former owner"`
	Application domain.ApplicationID `label:"申请|Application"`
	Reason      string               `label:"解除原因|Reason"`
}

// Subject is the person whose phone the event may hold.
func (e ClaimFiled) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// ParseStream is the slot that a stream's name names.
func ParseStream(stream string) (domain.CustomerID, domain.BusinessLine, error) {
	const id = 36
	rest, ok := strings.CutPrefix(stream, StreamPrefix)
	if !ok || len(rest) < id+2 || rest[id] != '-' {
		return domain.CustomerID{}, "", domain.ErrRequestIDFormat
	}
	customer, err := domain.ParseCustomerID(rest[:id])
	if err != nil {
		return domain.CustomerID{}, "", err
	}
	line, err := domain.BusinessLines.Parse(rest[id+1:])
	return customer, line, err
}

// Made is the application.
func (e ClaimFiled) Made() uuid.UUID { return e.Application.UUID() }
