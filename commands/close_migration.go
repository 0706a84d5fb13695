package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// CloseMigration ends a batch: nothing more may come under it.
type CloseMigration struct {
	Batch    domain.BatchID `json:"batch"`
	Imported int            `json:"imported" doc:"导入的行数。 Rows that came in."`
	Rejected int            `json:"rejected" doc:"报告并略去的行数。 Rows that were reported and left out."`
}

var closeMigration = ledger.Verb{
	Name: "close-migration", Needs: staff.ProposeMigration,
	Title:   ledger.Say("关闭迁移批次", "Close a batch"),
	Does:    ledger.Say("关闭迁移批次，此后不再接受其数据。", "Ends a batch: nothing more may come under it."),
	Refuses: []domain.Code{migration.ErrState},
}

// Verb is close-migration.
func (CloseMigration) Verb() ledger.Verb { return closeMigration }

// Run carries it out.
func (c CloseMigration) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theBatch(c.Batch), func(_ context.Context, s *migration.State) ([]any, error) {
		return s.Close(c.Imported, c.Rejected)
	})
}
