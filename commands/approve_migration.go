package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// ApproveMigration lets a batch's times count and its facts come in (B-31).
type ApproveMigration struct {
	Batch domain.BatchID `json:"batch"`
	Note  string         `json:"note,omitempty"`
}

var approveMigration = ledger.Verb{
	Name: "approve-migration", Needs: staff.ApproveMigration,
	Title:   ledger.Say("批准迁移批次", "Approve a batch"),
	Does:    ledger.Say("批准迁移批次，其历史数据和时间可以入账；提交人不得批准。", "Lets a batch's times count and its facts come in; nobody approves their own."),
	Refuses: []domain.Code{migration.ErrState, migration.ErrSelfApproval},
}

// Verb is approve-migration.
func (ApproveMigration) Verb() ledger.Verb { return approveMigration }

// Run carries it out.
func (c ApproveMigration) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theBatch(c.Batch), func(_ context.Context, s *migration.State) ([]any, error) {
		return s.Approve(t.Actor(), c.Note)
	})
}
