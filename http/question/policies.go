package question

import (
	"context"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/policies"
	"guishu/projections/query"
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
func Policies() List[*PolicyFilter, *Paging, policies.Policy, Policy] {
	return List[*PolicyFilter, *Paging, policies.Policy, Policy]{
		About: About{
			Name: "list-policies", Title: ledger.Say("规则版本", "List policies"), Needs: staff.ReadPolicies, Models: []string{"policies"},
			Does: ledger.Say("列出规则的各个版本，最新的在前。", "Lists the versions of the rules, the newest first."),
		},
		Choose: func(_ *Reader, _ staff.Scope, in *PolicyFilter) (*Paging, error) { return in.paging(), nil },
		Rows: func(ctx context.Context, db query.DB, p *Paging) (query.Page[policies.Policy], error) {
			return policies.List(ctx, db, p.after(), p.Limit)
		},
		Counted: func(ctx context.Context, db query.DB, _ *Paging) (int, error) { return policies.Count(ctx, db) },
		Show:    showPolicy,
	}
}

func showPolicy(r *Reader, p *policies.Policy) Policy {
	return Policy{
		Version: p.Version, EffectiveOn: p.EffectiveOn, Rules: showRules(p.Rules), Note: p.Note,
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
	return Single[*PolicyAddress, Policy]{
		About: About{
			Name: "get-policy", Title: ledger.Say("规则", "A policy"), Needs: staff.ReadPolicies, Models: []string{"policies"},
			Does: ledger.Say("查看规则的一个版本。", "Shows one version of the rules."),
		},
		Find: func(r *Reader, _ staff.Scope, in *PolicyAddress) (Policy, error) {
			found, err := policies.Get(r.ctx, r.Read, in.Version)
			if err != nil {
				return Policy{}, err
			}
			return showPolicy(r, &found), nil
		},
	}
}
