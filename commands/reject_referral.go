package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/referral"
	"guishu/domain/staff"
)

// RejectReferral declines a customer who was offered (拒绝引见, A-56).
type RejectReferral struct {
	Referral domain.ReferralID `json:"referral"`
	Reason   string            `json:"reason"`
}

var rejectReferral = ledger.Verb{
	Name:    "reject-referral",
	Title:   ledger.Say("拒绝引见", "Reject a referral"),
	Does:    ledger.Say("被引见人拒绝承接，须说明原因。", "The colleague to whom the customer was offered declines, with a reason."),
	Needs:   staff.AnswerReferral,
	Refuses: []domain.Code{referral.ErrNotTarget, referral.ErrNotOffered, referral.ErrExpired, referral.ErrReasonRequired},
	OwnName: true,
}

// Verb is reject-referral.
func (RejectReferral) Verb() ledger.Verb { return rejectReferral }

// Run carries it out.
func (c RejectReferral) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theReferral(c.Referral), func(_ context.Context, s *referral.State) ([]any, error) {
		return s.Reject(answering(t), c.Reason)
	})
}
