package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// PublishPolicy puts a new version of the rules in force from a day on (B-01).
type PublishPolicy struct {
	EffectiveOn domain.Date `json:"effective_on"`
	Rules       Rules       `json:"rules"`
	Note        string      `json:"note,omitempty"`
}

// Rules is policy.Rules as it is hashed with a key: a part that was added later is
// left out when it is not given.
type Rules struct {
	Claim       policy.ClaimRules
	Attachment  policy.AttachmentRules `json:",omitzero"`
	Payment     policy.PaymentRules
	Attribution policy.AttributionRules
	Masking     policy.MaskingRules
}

var publishPolicy = ledger.Verb{
	Name: "publish-policy", Needs: staff.PublishPolicy,
	Title:   ledger.Say("发布规则", "Publish a policy"),
	Does:    ledger.Say("发布新版规则，自指定日期起执行。", "Puts a new version of the rules in force from a day on."),
	Refuses: []domain.Code{domain.ErrPolicyValue, policy.ErrEffectiveDate, policy.ErrModeUnavailable},
}

// Verb is publish-policy.
func (PublishPolicy) Verb() ledger.Verb { return publishPolicy }

// Run carries it out.
func (c PublishPolicy) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, thePolicy(t.Made("policy")), func(_ context.Context, versions *policy.State) ([]any, error) {
		return versions.Publish(policy.Publishing{
			EffectiveOn: c.EffectiveOn, Rules: policy.Rules(c.Rules), Note: c.Note, Today: t.Today(), History: t.History(),
		})
	})
}
