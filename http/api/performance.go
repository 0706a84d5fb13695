package api

import "guishu/http/question"

// performanceRoutes are about what was sold.
func (a *API) performanceRoutes() {
	// Count and sum of confirmed payments at three levels by period (B-18).
	one(a, "业绩 Performance", "/v1/performance", question.Performance())
}
