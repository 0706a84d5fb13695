// Package referral is one colleague's offer of a customer to another (引见, A-56):
// offered, then accepted or rejected by the colleague, or cancelled by whoever
// offered it. An offer that nobody answers expires by itself.
package referral

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a referral's stream; the id follows. One stream
// decides one offer, so it has one answer, however many come at once (C-06).
const StreamPrefix = "referral-"

// Offered is the offer of a customer to a colleague.
type Offered struct {
	Referral   domain.ReferralID   `label:"引见|Referral"`
	Customer   domain.CustomerID   `label:"客户|Customer"`
	Line       domain.BusinessLine `label:"业务条线|Business line"` // of both colleagues; empty where there are no lines
	Referrer   domain.StaffID      `label:"引见人|Referrer"`       // who is kept for credit
	Unit       domain.UnitID       `label:"引见人机构|Referrer's unit"`
	Target     domain.StaffID      `label:"被引见人|Referred to"`
	TargetUnit domain.UnitID       `label:"被引见人机构|Unit referred to"`
	Remark     domain.Personal     `label:"备注|Remark"` // may be empty
	ExpiresOn  domain.Date         `label:"有效期至|Open until"`
}

// Accepted says that the colleague takes the customer on.
type Accepted struct {
	Referral domain.ReferralID `label:"引见|Referral"`
	Customer domain.CustomerID `label:"客户|Customer"`
	By       domain.StaffID    `label:"承接人|Taken on by"`
}

// Rejected says that the colleague does not, and why.
type Rejected struct {
	Referral domain.ReferralID `label:"引见|Referral"`
	Customer domain.CustomerID `label:"客户|Customer"`
	By       domain.StaffID    `label:"拒绝人|Rejected by"`
	Reason   string            `label:"拒绝原因|Reason"`
}

// Cancelled says that the referrer took the offer back.
type Cancelled struct {
	Referral domain.ReferralID `label:"引见|Referral"`
	Customer domain.CustomerID `label:"客户|Customer"`
	By       domain.StaffID    `label:"取消人|Cancelled by"`
}

// Subject is the customer whom the remark is about.
func (e Offered) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Made is the referral.
func (e Offered) Made() uuid.UUID { return e.Referral.UUID() }

// AboutCustomer is the customer who is offered.
func (e Offered) AboutCustomer() domain.CustomerID { return e.Customer }

// AboutCustomer is the customer who was offered.
func (e Accepted) AboutCustomer() domain.CustomerID { return e.Customer }

// AboutCustomer is the customer who was offered.
func (e Rejected) AboutCustomer() domain.CustomerID { return e.Customer }

// AboutCustomer is the customer who was offered.
func (e Cancelled) AboutCustomer() domain.CustomerID { return e.Customer }
