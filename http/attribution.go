package http

import "net/http"

// attributionRoutes are about who earned a commission.
func (s *Server) attributionRoutes() {
	const area = "业绩归属 Attribution"
	// Decide a confirmed payment's attribution anew; nothing is written when the
	// standing decision is the same.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/attribution", "decide-attribution", "重新计算归属", "Decide the attribution anew", forStaff}, s.Ledger.DecideAttribution)
}
