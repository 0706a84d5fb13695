package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// ProposeMigration asks to import history from named files (B-31).
type ProposeMigration struct {
	Name    string             `json:"name"`
	Sources []migration.Source `json:"sources" doc:"The files, each named by its SHA-256."`
}

// ApproveMigration lets a batch's times count and its facts come in (B-31).
type ApproveMigration struct {
	Batch domain.BatchID `json:"batch"`
	Note  string         `json:"note,omitempty"`
}

// RefuseMigration ends a batch with the reason.
type RefuseMigration struct {
	Batch  domain.BatchID `json:"batch"`
	Reason string         `json:"reason"`
}

// CloseMigration ends a batch: nothing more may come under it.
type CloseMigration struct {
	Batch    domain.BatchID `json:"batch"`
	Imported int            `json:"imported" doc:"Rows that came in."`
	Rejected int            `json:"rejected" doc:"Rows that were reported and left out."`
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

func batchStream(batch domain.BatchID) eventstore.Stream {
	return streamOf(migration.StreamPrefix, batch)
}

func (l *Ledger) batch(ctx context.Context, id domain.BatchID) (snapshot[migration.State], error) {
	return load[migration.State](ctx, l, batchStream(id))
}

// MigrationStatus is how far a batch is; empty when there is none such.
func (l *Ledger) MigrationStatus(ctx context.Context, id domain.BatchID) (migration.Status, error) {
	batch, err := l.batch(ctx, id)
	if err != nil {
		return "", err
	}
	return batch.State.Status, nil
}

// Migrations gives every batch there ever was, in the order of their proposals.
func (l *Ledger) Migrations(ctx context.Context) ([]migration.State, error) {
	var order []domain.BatchID
	known := map[domain.BatchID]*migration.State{}
	for recorded, err := range l.store.ReadAll(ctx, eventstore.AllQuery{Filter: eventstore.Filter{StreamPrefixes: []string{migration.StreamPrefix}}}) {
		if err != nil {
			return nil, unavailable("read the migration batches", err)
		}
		event, fact, err := l.decode(ctx, recorded)
		if err != nil {
			return nil, err
		}
		id, err := domain.ParseBatchID(strings.TrimPrefix(string(recorded.Stream), migration.StreamPrefix))
		if err != nil {
			return nil, unavailable("read the migration batches", err)
		}
		if known[id] == nil {
			known[id], order = new(migration.State), append(order, id)
		}
		known[id].Apply(event, fact)
	}
	all := make([]migration.State, len(order))
	for i, id := range order {
		all[i] = *known[id]
	}
	return all, nil
}

func (t *task) writeMigration(ctx context.Context, batch domain.BatchID, permission staff.Permission, decide func(*migration.State) ([]any, error)) (Answer, error) {
	return t.write(ctx, batchStream(batch), uuid.UUID(batch), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseAtRoot(ctx, permission); err != nil {
			return outcome{}, err
		}
		state, err := t.ledger.batch(ctx, batch)
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(state.State)
		return outcome{Revision: state.Revision, Events: events}, err
	})
}
