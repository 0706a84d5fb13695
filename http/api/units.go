package api

import (
	"guishu/commands"
	"guishu/http/question"
)

// unitRoutes are about the organisation.
func (a *API) unitRoutes() {
	const area = "机构 Units"
	list(a, area, "/v1/units", question.Units())
	one(a, area, "/v1/units/{unit}", question.OneUnit())
	command[commands.EstablishUnit](a, area, "/v1/units")
	command[commands.RenameUnit](a, area, "/v1/units/{unit}/name")
	command[commands.MoveUnit](a, area, "/v1/units/{unit}/parent")
	command[commands.CloseUnit](a, area, "/v1/units/{unit}/closure")
}
