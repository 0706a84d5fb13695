package http

import (
	"net/http"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
	"guishu/projections/migrations"
)

// migrationRoutes are about batches of imported history.
func (s *Server) migrationRoutes() {
	const area = "迁移 Migrations"
	// The batches, the newest first.
	list(s, area, route{http.MethodGet, "/v1/migrations", "list-migrations", "迁移批次列表", "List batches", forStaff}, batchList(), chooseBatches, showBatch)
	// One batch.
	one(s, area, route{http.MethodGet, "/v1/migrations/{batch}", "get-migration", "迁移批次", "A batch", forStaff}, []string{"migrations"}, s.batch)
	// Propose a batch.
	command(s, area, route{http.MethodPost, "/v1/migrations", "propose-migration", "提交迁移批次", "Propose a batch", forStaff}, s.propose)
	// Approve it, by another supervisor.
	command(s, area, route{http.MethodPost, "/v1/migrations/{batch}/approval", "approve-migration", "批准迁移批次", "Approve a batch", forStaff}, do[commands.ApproveMigration](s))
	// Refuse it.
	command(s, area, route{http.MethodPost, "/v1/migrations/{batch}/refusal", "refuse-migration", "拒绝迁移批次", "Refuse a batch", forStaff}, do[commands.RefuseMigration](s))
	// Close it.
	command(s, area, route{http.MethodPost, "/v1/migrations/{batch}/closure", "close-migration", "关闭迁移批次", "Close a batch", forStaff}, do[commands.CloseMigration](s))
}

// batchFilter chooses batches.
type batchFilter struct {
	Paging
	Status migration.Status `query:"status" doc:"PROPOSED, APPROVED, REFUSED or CLOSED."`
}

// batch is a migration batch as the API shows it.
type batch struct {
	ID         domain.BatchID   `json:"id"`
	Name       string           `json:"name"`
	Status     migration.Status `json:"status"`
	Sources    []source         `json:"sources,omitempty"`
	ProposedBy domain.StaffID   `json:"proposed_by"`
	ProposedAt *time.Time       `json:"proposed_at"`
	DecidedBy  domain.StaffID   `json:"decided_by,omitempty"`
	DecidedAt  *time.Time       `json:"decided_at,omitempty"`
	Note       string           `json:"note,omitempty" doc:"Of the approval, or the reason of the refusal."`
	Imported   int              `json:"imported"`
	Rejected   int              `json:"rejected"`
	ClosedAt   *time.Time       `json:"closed_at,omitempty"`
}

func batchList() lister[migrations.Query, migrations.Batch] {
	return lister[migrations.Query, migrations.Batch]{models: []string{"migrations"}, list: migrations.List, count: migrations.Count, oneOrder: true}
}

func chooseBatches(a *asking, in *batchFilter) (migrations.Query, error) {
	if _, err := a.scope(staff.ReadMigrations); err != nil {
		return migrations.Query{}, err
	}
	return migrations.Query{Status: in.Status, After: in.after(), Limit: in.Limit},
		known("status", in.Status)
}

func showBatch(a *asking, b *migrations.Batch) batch {
	return batch{
		ID: b.Batch, Name: b.Name, Status: b.Status, Sources: showSources(b.Sources), ProposedBy: b.ProposedBy, ProposedAt: a.when(b.ProposedAt),
		DecidedBy: b.DecidedBy, DecidedAt: a.when(b.DecidedAt), Note: b.Note, Imported: b.Imported, Rejected: b.Rejected, ClosedAt: a.when(b.ClosedAt),
	}
}

// batchAddress names one batch.
type batchAddress struct {
	Fresh
	Batch domain.BatchID `path:"batch"`
}

func (s *Server) batch(a *asking, in *batchAddress) (batch, error) {
	if _, err := a.scope(staff.ReadMigrations); err != nil {
		return batch{}, err
	}
	found, err := migrations.Get(a.ctx, s.Read, in.Batch)
	return showBatch(a, &found), err
}
