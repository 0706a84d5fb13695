package api

import "guishu/http/question"

// attributionRoutes are about who earned a commission.
func (a *API) attributionRoutes() {
	const area = "业绩归属 Attribution"
	// Decisions with candidates and inputs, beside who handled the deal.
	list(a, area, "/v1/attributions", question.Attributions())
	// One decision.
	one(a, area, "/v1/attributions/{decision}", question.OneAttribution())
	// Decide a confirmed payment's attribution anew; nothing is written when the
	// standing decision is the same.
	command(a, area, given("/v1/payments/{payment}/attribution", "decide-attribution", "重新计算归属", "Decide the attribution anew"), a.Ledger.DecideAttribution)
}
