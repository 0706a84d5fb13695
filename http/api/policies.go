package api

import (
	"guishu/commands"
	"guishu/domain"
	"guishu/http/question"
)

// policyRoutes are about the rules in force.
func (a *API) policyRoutes() {
	const area = "规则 Policies"
	list(a, area, "/v1/policies", question.Policies())
	one(a, area, "/v1/policies/{version}", question.OnePolicy())
	written(a, area, "/v1/policies", newPolicy.command)
}

// newPolicy is the body that publishes rules.
type newPolicy struct {
	EffectiveOn domain.Date    `json:"effective_on"`
	Rules       question.Rules `json:"rules"`
	Note        string         `json:"note,omitempty"`
}

func (b newPolicy) command() commands.PublishPolicy {
	return commands.PublishPolicy{EffectiveOn: b.EffectiveOn, Rules: commands.Rules(b.Rules.Rules()), Note: b.Note}
}
