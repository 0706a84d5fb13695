package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/referral"
	"guishu/domain/staff"
)

// CancelReferral takes an offer back that nobody has answered (取消引见, A-56).
type CancelReferral struct {
	Referral domain.ReferralID `json:"referral"`
}

var cancelReferral = ledger.Verb{
	Name:    "cancel-referral",
	Title:   ledger.Say("取消引见", "Cancel a referral"),
	Does:    ledger.Say("引见人在对方答复前取消引见。", "The referrer takes the offer back before it is answered."),
	Needs:   staff.OfferReferral,
	Refuses: []domain.Code{referral.ErrNotReferrer, referral.ErrNotOffered, referral.ErrExpired},
	OwnName: true,
}

// Verb is cancel-referral.
func (CancelReferral) Verb() ledger.Verb { return cancelReferral }

// Run carries it out.
func (c CancelReferral) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theReferral(c.Referral), func(_ context.Context, s *referral.State) ([]any, error) {
		return s.Cancel(answering(t))
	})
}
