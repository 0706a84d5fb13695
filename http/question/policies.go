package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/projections/policies"
)

// PolicyFilter chooses a page of the versions of the rules.
type PolicyFilter struct{ Paging }

// Policy is a version of the rules as it is shown.
type Policy struct {
	Version     int                    `json:"version"`
	EffectiveOn domain.Date            `json:"effective_on"`
	Rules       Rules                  `json:"rules"`
	Note        string                 `json:"note,omitempty"`
	PublishedBy *Named[domain.StaffID] `json:"published_by,omitempty"`
	PublishedAt time.Time              `json:"published_at"`
}

// Policies are the versions of the rules, the newest first (B-01).
func Policies() List[*PolicyFilter, struct{}, policies.Policy, Policy] {
	return List[*PolicyFilter, struct{}, policies.Policy, Policy]{
		About: About{
			Name: "list-policies", Title: ledger.Say("规则版本", "List policies"), Needs: staff.ReadPolicies,
			Does: ledger.Say("列出规则的各个版本，最新的在前。", "Lists the versions of the rules, the newest first."),
		},
		Of:     policies.Policies(),
		Choose: func(*Reader, *PolicyFilter) (struct{}, error) { return struct{}{}, nil },
		Show:   showPolicy,
	}
}

func showPolicy(r *Reader, p *policies.Policy) Policy {
	return Policy{
		Version: p.Version, EffectiveOn: p.EffectiveOn, Rules: showRules(policy.Rules(p.Rules)), Note: p.Note,
		PublishedBy: r.Colleague(p.PublishedBy), PublishedAt: r.when(p.PublishedAt),
	}
}

// PolicyAddress names one version.
type PolicyAddress struct {
	Fresh
	Version int `path:"version" minimum:"1"`
}

// OnePolicy is one version of the rules.
func OnePolicy() Single[*PolicyAddress, Policy] {
	return single(About{
		Name: "get-policy", Title: ledger.Say("规则", "A policy"), Does: ledger.Say("查看规则的一个版本。", "Shows one version of the rules."),
	}, Policies(), func(in *PolicyAddress) any { return in.Version })
}
