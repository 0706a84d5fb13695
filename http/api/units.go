package api

import "guishu/http/question"

// unitRoutes are about the organisation.
func (a *API) unitRoutes() {
	const area = "机构 Units"
	// The units, as a tree.
	list(a, area, "/v1/units", question.Units())
	// One unit.
	one(a, area, "/v1/units/{unit}", question.OneUnit())
	// Add a unit below another.
	command(a, area, given("/v1/units", "establish-unit", "新设机构", "Establish a unit"), a.Ledger.EstablishUnit)
	// Give it another name.
	command(a, area, given("/v1/units/{unit}/name", "rename-unit", "机构更名", "Rename a unit"), a.Ledger.RenameUnit)
	// Put it, with all below it, under another one.
	command(a, area, given("/v1/units/{unit}/parent", "move-unit", "机构划转", "Move a unit"), a.Ledger.MoveUnit)
	// End it.
	command(a, area, given("/v1/units/{unit}/closure", "close-unit", "撤销机构", "Close a unit"), a.Ledger.CloseUnit)
}
