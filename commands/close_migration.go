package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// CloseMigration ends a batch: nothing more may come under it.
type CloseMigration struct {
	Batch    domain.BatchID `json:"batch"`
	Imported int            `json:"imported" doc:"Rows that came in."`
	Rejected int            `json:"rejected" doc:"Rows that were reported and left out."`
}

// CloseMigration closes. Errors: import/batch-state.
func (l *Ledger) CloseMigration(ctx context.Context, call Call, c CloseMigration) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"close-migration", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeMigration(ctx, c.Batch, staff.ProposeMigration, func(s *migration.State) ([]any, error) {
		return s.Close(c.Imported, c.Rejected)
	})
}
