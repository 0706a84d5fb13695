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

func batchStream(batch domain.BatchID) eventstore.Stream {
	return streamOf(migration.StreamPrefix, batch)
}

func (l *Ledger) batch(ctx context.Context, id domain.BatchID) (snapshot[migration.State], error) {
	return load[migration.State](ctx, l, batchStream(id))
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
		if event == nil {
			continue
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
