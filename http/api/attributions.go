package api

import (
	"guishu/commands"
	"guishu/http/question"
)

// attributionRoutes are about who earned a commission.
func (a *API) attributionRoutes() {
	const area = "业绩归属 Attribution"
	list(a, area, "/v1/attributions", question.Attributions())
	one(a, area, "/v1/attributions/{decision}", question.OneAttribution())
	command[commands.DecideAttribution](a, area, "/v1/payments/{payment}/attribution")
	command[commands.CounterAttribution](a, area, "/v1/payments/{payment}/attribution/counter-entry")
}
