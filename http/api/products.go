package api

import "guishu/http/question"

// productRoutes are about products.
func (a *API) productRoutes() {
	const area = "产品 Products"
	// The products.
	list(a, area, "/v1/products", question.Products())
	// One product.
	one(a, area, "/v1/products/{product}", question.OneProduct())
	// Add a product.
	command(a, area, given("/v1/products", "launch-product", "新增产品", "Launch a product"), a.Ledger.LaunchProduct)
	// Open it for subscription.
	command(a, area, given("/v1/products/{product}/opening", "open-subscription", "开放认购", "Open for subscription"), a.Ledger.OpenSubscription)
	// Close it again.
	command(a, area, given("/v1/products/{product}/closing", "close-subscription", "停止认购", "Close for subscription"), a.Ledger.CloseSubscription)
	// Record its establishment and maturity.
	command(a, area, given("/v1/products/{product}/inception", "record-inception", "产品成立", "Record the inception"), a.Ledger.RecordInception)
}
