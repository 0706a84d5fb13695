package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// RefuseMigration ends a batch with the reason.
type RefuseMigration struct {
	Batch  domain.BatchID `json:"batch"`
	Reason string         `json:"reason"`
}

// RefuseMigration refuses. Errors: import/batch-state, form/required.
func (l *Ledger) RefuseMigration(ctx context.Context, call Call, c RefuseMigration) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"refuse-migration", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMigration(ctx, c.Batch, staff.ApproveMigration, func(s *migration.State) ([]any, error) {
		return s.Refuse(call.Actor, c.Reason)
	})
}
