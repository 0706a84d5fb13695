package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// RefuseMigration ends a batch with the reason.
type RefuseMigration struct {
	Batch  domain.BatchID `json:"batch"`
	Reason string         `json:"reason"`
}

var refuseMigration = ledger.Verb{
	Name: "refuse-migration", Needs: staff.ApproveMigration,
	Title:   ledger.Say("拒绝迁移批次", "Refuse a batch"),
	Does:    ledger.Say("拒绝迁移批次，并说明理由。", "Ends a batch with the reason."),
	Refuses: []domain.Code{migration.ErrState, migration.ErrSelfApproval},
}

// Verb is refuse-migration.
func (RefuseMigration) Verb() ledger.Verb { return refuseMigration }

// Run carries it out.
func (c RefuseMigration) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theBatch(c.Batch), func(_ context.Context, s *migration.State) ([]any, error) {
		return s.Refuse(t.Actor(), c.Reason)
	})
}
