package policy_test

import (
	"testing"

	"guishu/domain/domaintest"
	"guishu/domain/policy"
	"guishu/eventstore/goldentest"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	rules := policy.Default()
	rules.Claim.MaxOwned, rules.Claim.MaxClaimsPerDay = 500, 20
	rules.Attribution.CommunicatedAnyProduct, rules.Attribution.Efficiency.Shortlist = true, 3
	before := rules
	before.Attachment = policy.AttachmentRules{}
	rules.Attachment.SelfAttach = policy.SelfAttachFreely
	domaintest.Golden(t, policy.Aggregate(),
		goldentest.Older(1, policy.Published{Version: 1, EffectiveOn: domaintest.Day(t, "2026-01-01"), Rules: before, Note: "首版"}),
		policy.Published{Version: 1, EffectiveOn: domaintest.Day(t, "2026-01-01"), Rules: rules, Note: "首版"},
	)
}
