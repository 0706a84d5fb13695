package http

import "net/http"

// policyRoutes are about the rules in force.
func (s *Server) policyRoutes() {
	const area = "规则 Policies"
	// Publish the next version.
	command(s, area, route{http.MethodPost, "/v1/policies", "publish-policy", "发布规则", "Publish a policy", forStaff}, s.Ledger.PublishPolicy)
}
