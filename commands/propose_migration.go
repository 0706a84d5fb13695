package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
)

// ProposeMigration asks to import history from named files (B-31).
type ProposeMigration struct {
	Name    string             `json:"name"`
	Sources []migration.Source `json:"sources" doc:"The files, each named by its SHA-256."`
}

// ProposeMigration proposes and answers with the batch's id. Errors:
// form/required, form/value.
func (l *Ledger) ProposeMigration(ctx context.Context, call Call, c ProposeMigration) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"propose-migration", c})
	if err != nil {
		return Answer{}, err
	}
	batch := domain.BatchID(t.made("batch", 0))
	return t.writeMigration(ctx, batch, staff.ProposeMigration, func(s *migration.State) ([]any, error) {
		return s.Propose(migration.Proposing{Batch: batch, Name: c.Name, Sources: c.Sources, ProposedBy: call.Actor})
	})
}
