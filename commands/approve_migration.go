package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// ApproveMigration lets a batch's times count and its facts come in (B-31).
type ApproveMigration struct {
	Batch domain.BatchID `json:"batch"`
	Note  string         `json:"note,omitempty"`
}

// ApproveMigration approves. Errors: import/batch-state,
// import/batch-self-approval.
func (l *Ledger) ApproveMigration(ctx context.Context, call Call, c ApproveMigration) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"approve-migration", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMigration(ctx, c.Batch, staff.ApproveMigration, func(s *migration.State) ([]any, error) {
		return s.Approve(call.Actor, c.Note)
	})
}
