package api

import (
	"context"

	"guishu/commands"
	"guishu/domain/migration"
	"guishu/http/question"
)

// migrationRoutes are about batches of imported history.
func (a *API) migrationRoutes() {
	const area = "迁移 Migrations"
	// The batches, the newest first.
	list(a, area, "/v1/migrations", question.Migrations())
	// One batch.
	one(a, area, "/v1/migrations/{batch}", question.OneMigration())
	// Propose a batch.
	command(a, area, given("/v1/migrations", "propose-migration", "提交迁移批次", "Propose a batch"), a.propose)
	// Approve it, by another supervisor.
	command(a, area, given("/v1/migrations/{batch}/approval", "approve-migration", "批准迁移批次", "Approve a batch"), a.Ledger.ApproveMigration)
	// Refuse it.
	command(a, area, given("/v1/migrations/{batch}/refusal", "refuse-migration", "拒绝迁移批次", "Refuse a batch"), a.Ledger.RefuseMigration)
	// Close it.
	command(a, area, given("/v1/migrations/{batch}/closure", "close-migration", "关闭迁移批次", "Close a batch"), a.Ledger.CloseMigration)
}

// newBatch is the body that proposes a migration batch.
type newBatch struct {
	Name    string                `json:"name"`
	Sources []question.SourceFile `json:"sources" doc:"文件，各以其 SHA-256 标识。 The files, each named by its SHA-256."`
}

func (a *API) propose(ctx context.Context, call commands.Call, c newBatch) (commands.Answer, error) {
	sources := make([]migration.Source, len(c.Sources))
	for i, one := range c.Sources {
		sources[i] = migration.Source(one)
	}
	return a.Ledger.ProposeMigration(ctx, call, commands.ProposeMigration{Name: c.Name, Sources: sources})
}
