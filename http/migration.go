package http

import "net/http"

// migrationRoutes are about batches of imported history.
func (s *Server) migrationRoutes() {
	const area = "迁移 Migrations"
	// Propose a batch.
	command(s, area, route{http.MethodPost, "/v1/migrations", "propose-migration", "提交迁移批次", "Propose a batch", forStaff}, s.Ledger.ProposeMigration)
	// Approve it, by another supervisor.
	command(s, area, route{http.MethodPost, "/v1/migrations/{batch}/approval", "approve-migration", "批准迁移批次", "Approve a batch", forStaff}, s.Ledger.ApproveMigration)
	// Refuse it.
	command(s, area, route{http.MethodPost, "/v1/migrations/{batch}/refusal", "refuse-migration", "拒绝迁移批次", "Refuse a batch", forStaff}, s.Ledger.RefuseMigration)
	// Close it.
	command(s, area, route{http.MethodPost, "/v1/migrations/{batch}/closure", "close-migration", "关闭迁移批次", "Close a batch", forStaff}, s.Ledger.CloseMigration)
}
