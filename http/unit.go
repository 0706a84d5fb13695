package http

import "net/http"

// unitRoutes are about the organisation.
func (s *Server) unitRoutes() {
	const area = "机构 Units"
	// Add a unit below another.
	command(s, area, route{http.MethodPost, "/v1/units", "establish-unit", "新设机构", "Establish a unit", forStaff}, s.Ledger.EstablishUnit)
	// Give it another name.
	command(s, area, route{http.MethodPost, "/v1/units/{unit}/name", "rename-unit", "机构更名", "Rename a unit", forStaff}, s.Ledger.RenameUnit)
	// Put it, with all below it, under another one.
	command(s, area, route{http.MethodPost, "/v1/units/{unit}/parent", "move-unit", "机构划转", "Move a unit", forStaff}, s.Ledger.MoveUnit)
	// End it.
	command(s, area, route{http.MethodPost, "/v1/units/{unit}/closure", "close-unit", "撤销机构", "Close a unit", forStaff}, s.Ledger.CloseUnit)
}
