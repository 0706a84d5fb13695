package commands

import (
	"context"
	"strings"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// theBatch is a migration batch, which belongs to the firm.
func theBatch(id domain.BatchID) ledger.Target[*migration.State] {
	return ledger.StateOf(uuid.UUID(id), batchStream(id), ledger.OfTheFirm[migration.State])
}

func batchStream(batch domain.BatchID) eventstore.Stream {
	return ledger.StreamOf(migration.StreamPrefix, batch)
}

// Migrations gives every batch there ever was, in the order of their proposals.
func Migrations(ctx context.Context, l *ledger.Ledger) ([]migration.State, error) {
	var order []domain.BatchID
	known := map[domain.BatchID]*migration.State{}
	for read, err := range l.ReadAll(ctx, eventstore.AllQuery{Filter: eventstore.Filter{StreamPrefixes: []string{migration.StreamPrefix}}}) {
		if err != nil {
			return nil, err
		}
		if read.Event == nil {
			continue
		}
		id, err := domain.ParseBatchID(strings.TrimPrefix(string(read.Stream), migration.StreamPrefix))
		if err != nil {
			return nil, ledger.Unavailable("read the migration batches", err)
		}
		if known[id] == nil {
			known[id], order = new(migration.State), append(order, id)
		}
		known[id].Apply(read.Event, read.Fact)
	}
	all := make([]migration.State, len(order))
	for i, id := range order {
		all[i] = *known[id]
	}
	return all, nil
}
