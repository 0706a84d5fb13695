package http

import (
	"context"
	"net/http"
	"time"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/policies"
	"guishu/projections/query"
)

// policyRoutes are about the rules in force.
func (s *Server) policyRoutes() {
	const area = "规则 Policies"
	// The versions, the newest first.
	list(s, area, route{http.MethodGet, "/v1/policies", "list-policies", "规则版本", "List policies", forStaff}, policyList(), choosePolicies, showPolicy)
	// One version.
	one(s, area, route{http.MethodGet, "/v1/policies/{version}", "get-policy", "规则", "A policy", forStaff}, []string{"policies"}, s.policy)
	// Publish the next version.
	command(s, area, route{http.MethodPost, "/v1/policies", "publish-policy", "发布规则", "Publish a policy", forStaff}, s.publish)
}

// policyFilter chooses versions of the rules.
type policyFilter struct{ Paging }

// publishedPolicy is a version of the rules as the API shows it.
type publishedPolicy struct {
	Version     int            `json:"version"`
	EffectiveOn domain.Date    `json:"effective_on"`
	Rules       rulesBody      `json:"rules"`
	Note        string         `json:"note,omitempty"`
	PublishedBy domain.StaffID `json:"published_by,omitempty"`
	PublishedAt *time.Time     `json:"published_at"`
}

// policyQuery chooses a page.
type policyQuery struct {
	after query.Cursor
	limit int
}

func policyList() lister[policyQuery, policies.Policy] {
	return lister[policyQuery, policies.Policy]{
		models: []string{"policies"}, oneOrder: true,
		list: func(ctx context.Context, db query.DB, q policyQuery) (query.Page[policies.Policy], error) {
			return policies.List(ctx, db, q.after, q.limit)
		},
		count: func(ctx context.Context, db query.DB, _ policyQuery) (int, error) { return policies.Count(ctx, db) },
	}
}

func choosePolicies(a *asking, in *policyFilter) (policyQuery, error) {
	_, err := a.scope(staff.ReadPolicies)
	return policyQuery{after: in.after(), limit: in.Limit}, err
}

func showPolicy(a *asking, p *policies.Policy) publishedPolicy {
	return publishedPolicy{
		Version: p.Version, EffectiveOn: p.EffectiveOn, Rules: showRules(p.Rules), Note: p.Note, PublishedBy: p.PublishedBy, PublishedAt: a.when(p.PublishedAt),
	}
}

// policyAddress names one version.
type policyAddress struct {
	Fresh
	Version int `path:"version" minimum:"1"`
}

func (s *Server) policy(a *asking, in *policyAddress) (publishedPolicy, error) {
	if _, err := a.scope(staff.ReadPolicies); err != nil {
		return publishedPolicy{}, err
	}
	found, err := policies.Get(a.ctx, s.Read, in.Version)
	return showPolicy(a, &found), err
}
