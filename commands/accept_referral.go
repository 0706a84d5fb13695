package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/referral"
	"guishu/domain/staff"
)

// AcceptReferral takes on a customer who was offered (接受引见, A-56).
type AcceptReferral struct {
	Referral domain.ReferralID `json:"referral"`
}

var acceptReferral = ledger.Verb{
	Name:    "accept-referral",
	Title:   ledger.Say("接受引见", "Accept a referral"),
	Does:    ledger.Say("被引见人接受并承接该客户。", "The colleague to whom the customer was offered takes the customer on."),
	Needs:   staff.AnswerReferral,
	Refuses: []domain.Code{referral.ErrNotTarget, referral.ErrNotOffered, referral.ErrExpired},
	OwnName: true,
}

// Verb is accept-referral.
func (AcceptReferral) Verb() ledger.Verb { return acceptReferral }

// Run carries it out. Of many answers at once, one is taken (C-06).
func (c AcceptReferral) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theReferral(c.Referral), func(_ context.Context, s *referral.State) ([]any, error) {
		return s.Accept(answering(t))
	})
}
