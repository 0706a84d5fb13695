package api

import "guishu/http/question"

// performanceRoutes are about what was sold.
func (a *API) performanceRoutes() {
	one(a, "业绩 Performance", "/v1/performance", question.Performance())
}
