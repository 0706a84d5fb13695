package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/referral"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// OfferReferral offers a customer to a colleague (引见他人, A-56).
type OfferReferral struct {
	Customer domain.CustomerID `json:"customer"`
	Target   domain.StaffID    `json:"target" doc:"被引见的同事。 The colleague to whom the customer is offered."`
	Remark   string            `json:"remark,omitempty" doc:"给对方的说明，最多 500 字。 What the colleague should know, 500 characters at most."`
}

var offerReferral = ledger.Verb{
	Name:    "offer-referral",
	Title:   ledger.Say("引见他人", "Refer a customer"),
	Does:    ledger.Say("把客户引见给本条线的同事；七日内未答复即过期。", "Offers a customer to a colleague of the same business line. It expires unless answered within seven days."),
	Needs:   staff.OfferReferral,
	Refuses: []domain.Code{referral.ErrSelf, referral.ErrCrossLine, customer.ErrErased, staff.ErrUnknown, staff.ErrInactive},
	OwnName: true,
}

// Verb is offer-referral.
func (OfferReferral) Verb() ledger.Verb { return offerReferral }

// Run offers and answers with the referral's id.
func (c OfferReferral) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Create(ctx, t, newReferral(c.Customer, c.Target), func(_ context.Context, id uuid.UUID, s offeredCase) ([]any, error) {
		return new(referral.State).Offer(referral.Offering{
			Referral: domain.ReferralID(id), Customer: s.customer, Referrer: s.referrer, Target: s.target, Remark: c.Remark, Today: t.Today(),
		})
	})
}
