package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// ProposeMigration asks to import history from named files (B-31).
type ProposeMigration struct {
	Name    string             `json:"name"`
	Sources []migration.Source `json:"sources" doc:"文件，各以其 SHA-256 标识。 The files, each named by its SHA-256."`
}

var proposeMigration = ledger.Verb{
	Name: "propose-migration", Needs: staff.ProposeMigration,
	Title:   ledger.Say("提交迁移批次", "Propose a batch"),
	Does:    ledger.Say("提交历史数据迁移批次，列明来源文件。", "Asks to import history from named files."),
	Refuses: []domain.Code{migration.ErrState},
}

// Verb is propose-migration.
func (ProposeMigration) Verb() ledger.Verb { return proposeMigration }

// Run proposes and answers with the batch's id.
func (c ProposeMigration) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	batch := domain.BatchID(t.Made("batch"))
	return ledger.Write(ctx, t, theBatch(batch), func(_ context.Context, s *migration.State) ([]any, error) {
		return s.Propose(migration.Proposing{Batch: batch, Name: c.Name, Sources: c.Sources, ProposedBy: t.Actor()})
	})
}
