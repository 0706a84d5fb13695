package http

import "net/http"

// productRoutes are about products.
func (s *Server) productRoutes() {
	const area = "产品 Products"
	// Add a product.
	command(s, area, route{http.MethodPost, "/v1/products", "launch-product", "新增产品", "Launch a product", forStaff}, s.Ledger.LaunchProduct)
	// Open it for subscription.
	command(s, area, route{http.MethodPost, "/v1/products/{product}/opening", "open-subscription", "开放认购", "Open for subscription", forStaff}, s.Ledger.OpenSubscription)
	// Close it again.
	command(s, area, route{http.MethodPost, "/v1/products/{product}/closing", "close-subscription", "停止认购", "Close for subscription", forStaff}, s.Ledger.CloseSubscription)
	// Record its establishment and maturity.
	command(s, area, route{http.MethodPost, "/v1/products/{product}/inception", "record-inception", "产品成立", "Record the inception", forStaff}, s.Ledger.RecordInception)
}
