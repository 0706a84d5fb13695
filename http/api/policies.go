package api

import (
	"context"

	"guishu/commands"
	"guishu/domain"
	"guishu/http/question"
)

// policyRoutes are about the rules in force.
func (a *API) policyRoutes() {
	const area = "规则 Policies"
	// The versions, the newest first.
	list(a, area, "/v1/policies", question.Policies())
	// One version.
	one(a, area, "/v1/policies/{version}", question.OnePolicy())
	// Publish the next version.
	command(a, area, given("/v1/policies", "publish-policy", "发布规则", "Publish a policy"), a.publish)
}

// newPolicy is the body that publishes rules.
type newPolicy struct {
	EffectiveOn domain.Date    `json:"effective_on"`
	Rules       question.Rules `json:"rules"`
	Note        string         `json:"note,omitempty"`
}

func (a *API) publish(ctx context.Context, call commands.Call, c newPolicy) (commands.Answer, error) {
	return a.Ledger.PublishPolicy(ctx, call, commands.PublishPolicy{EffectiveOn: c.EffectiveOn, Rules: c.Rules.Rules(), Note: c.Note})
}
