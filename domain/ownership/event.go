// Package ownership is the exclusive model: one active owner for each slot, and
// a slot is a customer in a business line. Applications, decisions
// and ownership of one slot live in one stream, and every append names the
// revision it was decided on; that is why nobody can win twice (A-13, C-06).
package ownership

import (
	"strings"

	"guishu/domain"
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
	Application domain.ApplicationID
	Kind        ApplicationKind
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	Applicant   domain.StaffID
	Unit        domain.UnitID   // the applicant's outlet
	HomeUnit    domain.UnitID   // the customer's, when filed
	Phone       domain.Personal // maintained with the application, may be empty
	NewOwner    domain.StaffID  // ADJUST: who shall own from now on
	Reason      string          // ADJUST and DISSOLVE
}

// HomeHeadConsented is the consent of the customer's home outlet head to a
// cross-institution claim.
type HomeHeadConsented struct {
	Application domain.ApplicationID
	By          domain.StaffID
}

// ClaimApproved says that the approver agreed.
type ClaimApproved struct {
	Application domain.ApplicationID
	Approver    domain.StaffID
}

// ClaimRejected says that the approver did not agree, and why.
type ClaimRejected struct {
	Application domain.ApplicationID
	Approver    domain.StaffID
	Reason      string
}

// ClaimWithdrawn says that the applicant took the application back.
type ClaimWithdrawn struct {
	Application domain.ApplicationID
}

// ClaimSuperseded closes an application because a rival one was approved.
type ClaimSuperseded struct {
	Application domain.ApplicationID
	Winner      domain.ApplicationID
}

// Established makes somebody the owner of the slot.
type Established struct {
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	Owner       domain.StaffID
	Unit        domain.UnitID
	Application domain.ApplicationID
}

// Adjusted hands the slot from one owner to another.
type Adjusted struct {
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	From        domain.StaffID
	To          domain.StaffID
	Unit        domain.UnitID // of the new owner
	Application domain.ApplicationID
	Reason      string
}

// Dissolved leaves the slot without an owner.
type Dissolved struct {
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	Owner       domain.StaffID
	Application domain.ApplicationID
	Reason      string
}

// Subject is the person whose phone the event may hold.
func (e ClaimFiled) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Events describes every event of a slot.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[ClaimFiled]("ownership.claim-filed", 1),
		domain.DescribeEvent[HomeHeadConsented]("ownership.home-head-consented", 1),
		domain.DescribeEvent[ClaimApproved]("ownership.claim-approved", 1),
		domain.DescribeEvent[ClaimRejected]("ownership.claim-rejected", 1),
		domain.DescribeEvent[ClaimWithdrawn]("ownership.claim-withdrawn", 1),
		domain.DescribeEvent[ClaimSuperseded]("ownership.claim-superseded", 1),
		domain.DescribeEvent[Established]("ownership.established", 1),
		domain.DescribeEvent[Adjusted]("ownership.adjusted", 1),
		domain.DescribeEvent[Dissolved]("ownership.dissolved", 1),
	}
}

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
